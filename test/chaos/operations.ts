import {
  chat,
  close,
  connect,
  type ConnectOptions,
  events,
  ping,
  pipe,
  send,
  sendEach,
  sendFiles,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import { readLog } from "@rocketride/streams/admin";
import { readText, writeText } from "@rocketride/streams/store";
import type { NodeDefinition, NodeInstance } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { testNode } from "../support/test_nodes.ts";

/** What the engine got of an object. */
export interface Delivery {
  readonly name: string;
  data: string;
  /** Whether the engine got all of it. */
  complete: boolean;
}

/** What became of one object, or of a whole operation. */
export interface Item {
  readonly name: string;
  /** What it gave; without `error`. */
  readonly value?: unknown;
  /** Why it failed. */
  readonly error?: unknown;
}

/** Where an operation runs. */
export interface Scene {
  readonly options: ConnectOptions;
  /** Of the session that the operation uses, if it did not make one. */
  session: Session;
  /** The task that takes data. */
  readonly token: string;
  /** Ends a wait for events, which has no limit. */
  readonly signal: AbortSignal;
}

/** Something that users do, and what comes of it while nothing fails. */
export interface Operation {
  readonly name: string;
  readonly over: "socket" | "http";
  /** Do it. Every item settles; one without items of its own may throw. */
  run(scene: Scene): Promise<readonly Item[]>;
  /** The values of its items. */
  readonly expected: Readonly<Record<string, unknown>>;
  /** What it sends, by the name of the object. */
  readonly sends?: Readonly<Record<string, string>>;
  /** Whether it sends again what may have arrived. */
  readonly repeats?: boolean;
  /** What servers do not have that are older than that. */
  readonly since?: "1.1" | "1.4";
  /** Whether the session is made by it. */
  readonly connects?: boolean;
}

/** Text and bytes go through `record`; questions are answered. */
export const PIPELINE: Pipeline = {
  project_id: "chaos",
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "record",
      provider: "record",
      config: {},
      input: ["text", "tags", "questions"].map((lane) => ({
        lane,
        from: "in",
      })),
    },
    {
      id: "llm",
      provider: "llm_mock",
      config: { replies: [] },
      input: [{ lane: "questions", from: "record" }],
    },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "record" }],
    },
    {
      id: "answers",
      provider: "response_answers",
      config: {},
      input: [{ lane: "answers", from: "llm" }],
    },
  ],
};

/** A node that takes down what arrives, and passes it on. */
export function recorder(deliveries: Delivery[]): NodeDefinition {
  return testNode({
    provider: "record",
    lanes: { text: ["text"], tags: ["tags"], questions: ["questions"] },
    instance({ object }): NodeInstance {
      const it: Delivery = { name: object.name, data: "", complete: false };
      deliveries.push(it);
      const decoder = new TextDecoder();
      return {
        on: {
          text(text): void {
            it.data += text;
          },
          tags(step): void {
            if (step.kind === "data") it.data += decoder.decode(step.bytes);
          },
          questions({ questions }): void {
            it.data += questions.map(({ text }) => text).join();
          },
        },
        closing(): void {
          it.complete = true;
        },
      };
    },
  });
}

const LONG = Array.from({ length: 6_000 }, (_, at) => `line ${at}\n`).join("");
const FILES = { "a.txt": "first", "b.txt": "second", "c.txt": "third" };
const STORED = "chaos/note.txt";
const NOTE = "What is kept, and read again: ä ö ü €.";

const ONE = "it";
const details = { objinfo: { name: ONE }, mimeType: "text/plain" };

async function only(value: Promise<unknown>): Promise<readonly Item[]> {
  return [{ name: ONE, value: await value }];
}

/** Texts, without the blank lines that the engine puts behind them. */
function textOf(result: { readonly text?: unknown } | null): unknown {
  const { text } = result ?? {};
  return Array.isArray(text) ? text.join("").trimEnd() : text;
}

const sendText: Operation["run"] = ({ session, token }) =>
  only(send(session, token, "Hello", details).then(textOf));

const start: Operation["run"] = ({ session }) =>
  only(
    use(session, { pipeline: { ...PIPELINE, project_id: "second" } })
      .then(({ token }) => typeof token),
  );

/** The table's columns. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: "connect",
    over: "socket",
    connects: true,
    run: async (scene) => {
      scene.session = await connect(scene.options);
      return [{ name: ONE, value: "connected" }];
    },
    expected: { [ONE]: "connected" },
  },
  {
    name: "ping",
    over: "socket",
    run: ({ session }) => only(ping(session).then((it) => typeof it)),
    expected: { [ONE]: "number" },
  },
  {
    name: "use",
    over: "socket",
    run: start,
    expected: { [ONE]: "string" },
  },
  {
    name: "send",
    over: "socket",
    run: sendText,
    expected: { [ONE]: "Hello" },
    sends: { [ONE]: "Hello" },
  },
  {
    name: "sendEach",
    over: "socket",
    async run({ session, token }): Promise<readonly Item[]> {
      const items: Item[] = [];
      const inputs = Object.entries(FILES)
        .map(([name, data]) => ({ name, data }));
      const source = new ReadableStream<(typeof inputs)[number]>({
        start(controller): void {
          for (const input of inputs) controller.enqueue(input);
          controller.close();
        },
      });
      const pair = sendEach<(typeof inputs)[number]>(session, token);
      for await (const it of source.pipeThrough(pair)) {
        const { name } = it.input;
        items.push(
          it.result
            ? { name, value: textOf(it.result) }
            : { name, error: it.error },
        );
      }
      return items;
    },
    expected: FILES,
    sends: FILES,
  },
  {
    name: "pipe",
    over: "socket",
    run: async ({ session, token }) => {
      const target = await pipe(session, token, {
        objinfo: { name: ONE },
        frameBytes: 16 * 1024,
      });
      await new Blob([LONG]).stream().pipeTo(target);
      return await only(target.result.then(() => "done"));
    },
    expected: { [ONE]: "done" },
    sends: { [ONE]: LONG },
  },
  {
    name: "chat",
    over: "socket",
    run: ({ session, token }) =>
      only(
        chat(session, token, "Why?", { objinfo: { name: ONE } })
          .then(({ answers }) => answers),
      ),
    expected: { [ONE]: ["Why?"] },
    sends: { [ONE]: "Why?" },
  },
  {
    name: "events",
    over: "socket",
    async run({ session, token, signal }): Promise<readonly Item[]> {
      const stream = await events(session, token, { types: ["TASK"], signal });
      const reader = stream.getReader();
      try {
        const { value } = await reader.read();
        // What was missed in a reconnect is not kept; the next is the state.
        const next = value?.type === "gap" ? await reader.read() : { value };
        const { value: event } = next;
        return [{ name: ONE, value: event?.type === "event" && event.event }];
      } finally {
        await reader.cancel().catch(() => {
          // It has failed.
        });
      }
    },
    expected: { [ONE]: "apaevt_task" },
  },
  {
    name: "log",
    over: "socket",
    since: "1.4",
    async run({ session }): Promise<readonly Item[]> {
      const log = readLog(session, {
        projectId: "chaos",
        source: "in",
        types: ["apaevt_task"],
      });
      const seen: unknown[] = [];
      for await (const it of log) {
        seen.push(it.type === "event" ? it.body.action : it.type);
      }
      return [{ name: ONE, value: seen }];
    },
    expected: { [ONE]: ["begin"] },
  },
  {
    name: "sendFiles",
    over: "socket",
    async run({ session, token }): Promise<readonly Item[]> {
      const files = Object.entries(FILES)
        .map(([name, text]) => new File([text], name, { type: "text/plain" }));
      const results = await sendFiles(session, token, files, { retries: 2 });
      return results.map((it) => {
        const { action, filepath: name, result, cause: error } = it;
        return action === "complete"
          ? { name, value: textOf(result ?? null) }
          : { name, error };
      });
    },
    expected: FILES,
    sends: FILES,
    repeats: true,
  },
  {
    name: "store read",
    over: "socket",
    since: "1.1",
    run: ({ session }) => only(readText(session, STORED)),
    expected: { [ONE]: NOTE },
  },
  {
    name: "store write",
    over: "socket",
    since: "1.1",
    run: ({ session }) =>
      only(writeText(session, WRITTEN.path, NOTE).then(() => "written")),
    expected: { [ONE]: "written" },
  },
  {
    name: "terminate",
    over: "socket",
    run: ({ session, token }) =>
      only(terminate(session, token).then(() => "ended")),
    expected: { [ONE]: "ended" },
  },
  {
    name: "HTTP use",
    over: "http",
    run: start,
    expected: { [ONE]: "string" },
  },
  {
    name: "HTTP send",
    over: "http",
    run: sendText,
    expected: { [ONE]: "Hello" },
    sends: { [ONE]: "Hello" },
  },
];

/** Put what the operations read where they read it; needs no network. */
export async function prepare(options: ConnectOptions): Promise<string> {
  const session = await connect(options);
  await writeText(session, STORED, NOTE);
  const { token } = await use(session, { pipeline: PIPELINE, threads: SLOTS });
  await close(session);
  return token;
}

/** What the store may hold after `store write`: all of it, or nothing. */
export const WRITTEN: { readonly path: string; readonly text: string } = {
  path: "chaos/other.txt",
  text: NOTE,
};

/** How many objects the task takes at once: those of a silent connection, too. */
export const SLOTS = 8;
