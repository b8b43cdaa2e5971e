import type { JsonValue } from "../../../schema/json.ts";
import { close, connect, use, webSocketTransport } from "../../../mod.ts";
import { httpTransport, type Transport } from "../../../lib/transport/mod.ts";
import { KEY } from "../cases/_keys.ts";
import type { Expectation } from "../judge.ts";
import { echoPipeline, sendText } from "../programs/echo.ts";

/** Call the Worker, and have its answer. */
export type CallWorker = (
  path: string,
  params: Readonly<Record<string, string>>,
) => Promise<JsonValue>;

/** What is tried from outside of the Worker, with requests. */
export interface WorkerCheck extends Expectation {
  /**
   * @param call Calls the Worker.
   * @param origin The Worker's address, without a path.
   */
  run(call: CallWorker, origin: string): Promise<JsonValue>;
}

/** What only Workers have: requests that share nothing, and objects that do. */
export const WORKER_CHECKS: readonly WorkerCheck[] = [
  {
    group: "import",
    name: "Importing every entry at the top of a Worker does no I/O",
    expected: {
      streams: "function",
      schema: "function",
      admin: "function",
      store: "function",
      engine: "function",
    },
    run: (call) => call("/imports", {}),
  },
  {
    group: "requests",
    name: "Requests at the same time have a session each",
    expected: ["a\n\n", "b\n\n", "c\n\n"],
    run: (call) =>
      Promise.all(["a", "b", "c"].map((text) => call("/echo", { text }))),
  },
  {
    group: "requests",
    name: "A session may be closed after the answer",
    expected: ["answered", "answered"],
    run: async (call) => [await call("/late", {}), await call("/late", {})],
  },
  {
    group: "requests",
    name: "A session that a request leaves open does not disturb the next one",
    expected: [true, "next\n\n"],
    run: async (call) => [
      await call("/leave", {}),
      await call("/echo", { text: "next" }),
    ],
  },
  {
    group: "requests",
    name: "An answer may be a stream that a session feeds",
    expected: "one\n\ntwo\n\nthree\n\n",
    run: (call) => call("/stream", { text: "one two three" }),
  },
  {
    group: "durable object",
    name: "A Durable Object keeps a session over several requests",
    expected: ["open", "one\n\n", "pong", "two\n\n", ["running"]],
    run: (call) =>
      inTurn(call, "keeper", [
        { step: "open" },
        { step: "send", text: "one" },
        { step: "ping" },
        { step: "send", text: "two" },
        { step: "close" },
      ]),
  },
  {
    group: "durable object",
    name: "A Durable Object sees events that arrive between its requests",
    expected: ["open", "terminated", "pong", ["running", "end"]],
    run: (call) =>
      inTurn(call, "watcher", [
        { step: "open" },
        { step: "terminate" },
        { step: "ping" },
        { step: "close" },
      ]),
  },
  {
    group: "durable object",
    name: "A Durable Object may close its session and open another",
    expected: ["open", "pong", ["running"], "open", "pong", ["running"]],
    run: (call) =>
      inTurn(call, "reopener", [
        { step: "open" },
        { step: "ping" },
        { step: "close" },
        { step: "open" },
        { step: "ping" },
        { step: "close" },
      ]),
  },
  ...([["a socket", webSocketTransport], ["HTTP", httpTransport]] as const)
    .map(([way, transport]): WorkerCheck => ({
      group: "durable object",
      name: `A Durable Object may be an engine, reached over ${way}`,
      expected: "hello\n\n",
      run: (_, origin) => askEngine(origin, transport()),
    })),
];

async function askEngine(
  origin: string,
  transport: Transport,
): Promise<JsonValue> {
  const options = { uri: origin, auth: KEY, env: {}, transport };
  const session = await connect(options);
  try {
    const task = await use(session, { pipeline: echoPipeline() });
    return await sendText(session, task, "hello");
  } finally {
    await close(session);
  }
}

async function inTurn(
  call: CallWorker,
  object: string,
  steps: readonly Readonly<Record<string, string>>[],
): Promise<JsonValue> {
  const seen: JsonValue[] = [];
  for (const step of steps) {
    seen.push(await call("/keeper", { object, ...step }));
  }
  return seen;
}
