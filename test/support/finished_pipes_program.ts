// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * A program that keeps pipes that have ended, well or not, and prints how many
 * bytes of buffers are alive then. Needs `--expose-gc`.
 */
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import { connect } from "../../lib/session/connect.ts";
import { close } from "../../lib/session/connection.ts";
import { use } from "../../lib/task/use.ts";

/** How often memory is collected: buffers are freed beside the program, later. */
const COLLECTIONS = 50;
const COUNT = 32;
const FRAME_BYTES = 1024 * 1024;
const chunk = new Uint8Array(FRAME_BYTES);

const engine = createEngine();
const session = await connect({
  transport: engine.transport(),
  auth: "key",
  env: {},
});
const { token } = await use(session, {
  pipeline: {
    source: "in",
    components: [{ id: "in", provider: "webhook", config: {} }],
  },
});
const kept: unknown[] = [];
for (let i = 0; i < COUNT; i++) {
  const target = await pipe(session, token, { frameBytes: FRAME_BYTES });
  const writer = target.getWriter();
  await writer.write(chunk);
  await (i % 2 ? writer.close() : writer.abort("enough"));
  kept.push(target, writer);
}
console.log(await leastAlive());
await close(session);
await engine.close();
if (kept.length === 0) throw new Error("Nothing was kept");

/** Bytes of buffers that no collection gets rid of. */
async function leastAlive(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < COLLECTIONS; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve));
    least = Math.min(least, Deno.memoryUsage().external);
  }
  return least;
}
