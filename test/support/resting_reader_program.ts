/**
 * Sends 240 MB of live events to a reader of a log that rests, prints how many
 * megabytes are then held, and whether all of them can still be read. Needs
 * `--expose-gc`.
 */
import { readLog } from "../../lib/events/read_log.ts";
import { ADDRESS, logServer, seqsOf, take } from "./log_server.ts";

const EVENTS = 60_000;

function held(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed / 1024 ** 2;
}

const text = "x".repeat(4_000);
const it = await logServer({
  make: (seq) => ({ output: `${seq} ${text}`.slice(0, -1) }),
});
const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
it.emit();
await take(reader, 1);
const before = held();
for (let at = 1; at < EVENTS; at++) {
  it.emit();
  if (at % 1_000 === 0) await new Promise((go) => setTimeout(go, 0));
}
const grown = held() - before;
let isWhole = true;
for (let at = 2; at <= EVENTS; at++) {
  const [seq] = seqsOf(await take(reader, 1));
  isWhole &&= seq === at;
}
await reader.cancel();
await it[Symbol.asyncDispose]();
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify({ grown, isWhole })),
);
