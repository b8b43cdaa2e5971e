import {
  chat,
  ConnectionException,
  firstAnswer,
  pipe,
  send,
  type Session,
  type StreamedEvent,
  terminate,
  texts,
  use,
} from "@rocketride/streams";
import { readText, remove, writeText } from "@rocketride/streams/store";
import { must } from "./figures.ts";
import { modelPipeline, sinkPipeline, textPipeline } from "./nodes.ts";

const KIB = 1024;
const CHUNK = new Uint8Array(16 * KIB);
const CHUNKS = 4;
/** Seconds without data after which a session's own task ends. */
const TTL = 30;
const MISSING = "Events are missing";

/** The tasks that sessions share. */
export interface SharedTasks {
  readonly text: string;
  readonly sink: string;
  readonly model: string;
}

/** Start what {@linkcode MIXED} needs; each number has tasks of its own. */
export async function startShared(
  session: Session,
  number: number = 0,
): Promise<SharedTasks> {
  const [text, sink, model] = await Promise.all(
    [
      textPipeline(`text-${number}`),
      sinkPipeline(`sink-${number}`),
      modelPipeline(`model-${number}`),
    ].map(async (pipeline) => {
      const task = await use(session, { pipeline, ttl: 0, useExisting: true });
      return task.token;
    }),
  );
  return { text: text!, sink: sink!, model: model! };
}

/** A piece of what a program does with an engine; checks what comes back. */
export type Operation = (
  session: Session,
  tasks: SharedTasks,
  name: string,
) => Promise<void>;

/** What programs do with an engine. */
export const MIXED: Readonly<Record<string, Operation>> = {
  async send(session, { text }, name): Promise<void> {
    const result = texts(await send(session, text, name));
    must(result[0] === `${name}\n\n`, `Sent ${name}, but got ${result}`);
  },
  async pipe(session, { sink }): Promise<void> {
    const target = await pipe(session, sink, { framing: "chunk" });
    const writer = target.getWriter();
    for (let at = 0; at < CHUNKS; at++) await writer.write(CHUNK);
    await writer.close();
    must(typeof await target.result === "object", "A pipe has no result");
  },
  async chat(session, { model }): Promise<void> {
    const answer = firstAnswer(await chat(session, model, "The capital?"));
    must(answer === "Paris", `Asked for a capital, but got ${answer}`);
  },
  async store(session, _tasks, name): Promise<void> {
    const path = `load/${name}.txt`;
    await writeText(session, path, name);
    const stored = await readText(session, path);
    must(stored === name, `Stored ${name}, but read ${stored}`);
    await remove(session, path);
  },
  async events(session, _tasks, name): Promise<void> {
    const pipeline = textPipeline(`own-${name}`);
    // Where the answer to the start is lost, the engine ends the task by itself.
    const options = { ttl: TTL, events: ["apaevt_task"] } as const;
    const task = await use(session, { pipeline, ...options });
    try {
      await terminate(session, task);
      must(await sawEnd(task.events!), "A task has ended without an event");
    } finally {
      // A stream that no one reads keeps its subscription.
      await task.events?.cancel();
    }
  },
};

/** Read events up to the end of a task, and let the stream be. */
async function sawEnd(
  stream: ReadableStream<StreamedEvent>,
): Promise<boolean> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      if (value.type === "gap") throw new ConnectionException(MISSING);
      const { action } = value.body as { readonly action?: string };
      if (action === "end") return true;
    }
  } finally {
    reader.releaseLock();
  }
}
