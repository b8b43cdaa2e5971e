// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Uploads without end. It is told the engine, the task, and how: over a socket
 * or HTTP; "politely" aborts at ctrl-C and closes.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import { close, connect, pipe } from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";

const [uri = "", token = "", how = ""] = process.argv.slice(2);
const interrupted = new AbortController();
if (how === "politely") {
  process.once("SIGINT", () => interrupted.abort(new Error("Interrupted")));
}
const { signal } = interrupted;

const session = await connect({
  uri,
  auth: "key",
  env: {},
  ...(how === "http" && { transport: httpTransport() }),
});
const sink = await pipe(session, token, { mimeType: "audio/wav", signal });
const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
  async pull(controller): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.enqueue(new Uint8Array(64 * 1024).fill(65));
  },
});
const failure = await endless.pipeTo(sink).catch((error) => error);
console.log(failure.message);
await close(session);
