import {
  chat,
  events,
  firstAnswer,
  pipe,
  send,
  type Session,
  terminate,
  texts,
  use,
} from "@rocketride/streams";
import { readText, remove, writeText } from "@rocketride/streams/store";
import { exactly, must } from "./figures.ts";
import { modelPipeline, sinkPipeline, textPipeline } from "./nodes.ts";

const KIB = 1024;
const CHUNK = new Uint8Array(16 * KIB);
const CHUNKS = 4;

/** The tasks that sessions share. */
export interface SharedTasks {
  readonly text: string;
  readonly sink: string;
  readonly model: string;
}

/** Start what {@linkcode MIXED} needs. */
export async function startShared(session: Session): Promise<SharedTasks> {
  const [text, sink, model] = await Promise.all(
    [
      textPipeline("shared-text"),
      sinkPipeline("shared-sink"),
      modelPipeline("shared-model"),
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
    const task = await use(session, { pipeline, events: ["apaevt_task"] });
    const stream = await events(session, task, { types: ["apaevt_task"] });
    await terminate(session, task);
    let ends = 0;
    for await (const event of stream) {
      must(event.type === "event", "Events are missing");
      const { action } = event.body as { readonly action?: string };
      if (action !== "end") continue;
      ends++;
      break;
    }
    exactly("ends of a task", ends, 1);
  },
};
