// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Prints, for each of five ways through the library, the files whose functions
 * ran, as one line of JSON: a credential from `connect` to its frame, a pipeline
 * from its file to its token, a chunk from the stream to its frame, the answer
 * from its frame to the settled write, an event from its frame to its reader.
 * Each way has run before, so work that happens once only is not counted.
 *
 * Its arguments are the address of an engine and the path of a pipeline. When it
 * prints the token of the task that it watches, that task must be terminated.
 *
 * @module
 */
import { close, connect, events, pipe, terminate, use } from "../../../mod.ts";
import { profiler } from "../../support/files_that_ran.ts";

const [uri = "", filepath = ""] = Deno.args;
// A heartbeat that comes in between is no part of a way.
const options = {
  uri,
  auth: "key",
  env: {},
  heartbeat: { interval: 3_600_000 },
};

const { filesOf } = await profiler();

/** Resolves when the next frame that contains a word is given to a socket. */
function sent(word: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data): void {
    send.call(this, data);
    const text = typeof data === "string"
      ? data
      : new TextDecoder().decode(data as Uint8Array);
    if (!text.includes(word)) return;
    WebSocket.prototype.send = send;
    resolve();
  };
  return promise;
}

function tell(way: string, files: readonly string[]): void {
  console.log(JSON.stringify({ way, files }));
}

await close(await connect(options));

let connecting: ReturnType<typeof connect> | undefined;
tell(
  "credential",
  await filesOf(async () => {
    const auth = sent('"auth"');
    connecting = connect(options);
    await auth;
  }),
);
const session = await connecting!;

await terminate(session, await use(session, { filepath }));
const starting = () => use(session, { filepath });
let task = await starting();
await terminate(session, task);
tell("pipeline", await filesOf(async () => task = await starting()));

// The write of a chunk settles at its answer only where chunks stay whole.
const target = await pipe(session, task, { framing: "chunk" });
const writer = target.getWriter();
const chunk = new TextEncoder().encode("a chunk");
await writer.write(chunk);
let writing: Promise<void> | undefined;
tell(
  "chunk",
  await filesOf(async () => {
    const frame = sent("a chunk");
    writing = writer.write(chunk);
    await frame;
  }),
);
tell("answer", await filesOf(() => writing!));
await writer.close();

const reader = (await events(session, task, { types: ["apaevt_task"] }))
  .getReader();
await reader.read();
const reading = reader.read();
const event = await filesOf(async () => {
  console.log(JSON.stringify({ watches: task.token }));
  await reading;
});
tell("event", event);
await close(session);
