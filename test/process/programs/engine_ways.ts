// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Prints, for each of two ways through the embedded engine, the files whose
 * functions ran, as one line of JSON: a write from its socket through a pipeline
 * to the frame of its answer, and a command from its socket to its answer. Each
 * way has run before, so work that happens once only is not counted. The other
 * end of the socket is no part of the library.
 *
 * @module
 */
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import { profiler } from "../../support/files_that_ran.ts";

const PIPELINE = {
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
  ],
};

const { filesOf } = await profiler();
await using engine = createEngine();
await using server = await serveEngine(engine);
const socket = new WebSocket(`${server.uri}/task/service`);
socket.binaryType = "arraybuffer";
await new Promise((resolve) => socket.onopen = resolve);

let seq = 0;

/** Send a request, by hand; resolves with the body of its answer. */
async function request(
  command: string,
  args: object,
  payload?: string,
  // deno-lint-ignore no-explicit-any -- bodies are what commands make of them
): Promise<any> {
  const answer = new Promise<MessageEvent>((resolve) =>
    socket.onmessage = resolve
  );
  const message = { type: "request", seq: ++seq, command, arguments: args };
  const json = JSON.stringify(message);
  socket.send(
    payload === undefined
      ? json
      : new TextEncoder().encode(`${json}\n${payload}`),
  );
  const { data } = await answer;
  const { success, message: fault, body } = JSON.parse(data);
  if (!success) throw new Error(fault);
  return body;
}

async function measure(
  way: string,
  work: () => Promise<unknown>,
): Promise<void> {
  await work();
  console.log(JSON.stringify({ way, files: await filesOf(work) }));
}

await request("auth", { auth: "key" });
const { token } = await request("execute", { pipeline: PIPELINE });
const open = { subcommand: "open", object: {}, mimeType: "text/plain", token };
const { pipe_id } = await request("rrext_process", open);
const write = { subcommand: "write", pipe_id, token };
await measure("write", () => request("rrext_process", write, "some text"));
await request("rrext_process", { subcommand: "close", pipe_id, token });
await measure("command", () => request("rrext_get_task_status", { token }));
socket.close();
