import { assert, assertEquals } from "@std/assert";
import { readLog } from "../../lib/events/read_log.ts";
import {
  ADDRESS,
  type LogServer,
  logServer,
  seqsOf,
  take,
} from "../support/log_server.ts";
import { mustRun } from "../support/run_program.ts";
import { ROOT } from "../support/read_tree.ts";
import { WAYS } from "../support/scripted_server.ts";

const A_SECOND = 10_000;
const SECONDS = 2;
const TICK_MS = 10;

/** Send so many events a second, for some seconds. */
function produce(it: LogServer): Promise<number> {
  const begin = performance.now();
  const goal = it.length + A_SECOND * SECONDS;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const ms = performance.now() - begin;
      const due = goal - A_SECOND * SECONDS +
        Math.floor(ms * A_SECOND / 1_000);
      while (it.length < Math.min(due, goal)) it.emit();
      if (it.length < goal) return;
      clearInterval(timer);
      resolve(ms);
    }, TICK_MS);
  });
}

for (const way of WAYS) {
  Deno.test(`a log is read into the present while 10,000 events a second come, none lost, none twice (${way})`, async () => {
    await using it = await logServer({
      make: (seq) => ({ output: `line ${seq} ${"x".repeat(100)}` }),
      way,
    });
    for (let at = 0; at < 15_000; at++) it.emit();
    const producing = produce(it);
    const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
    const total = 15_000 + A_SECOND * SECONDS;
    const seqs = seqsOf(await take(reader, total));
    await producing;
    assertEquals(seqs.length, total);
    assert(seqs.every((seq, at) => seq === at + 1));
    // A gap of before may lead to the log once more, and then events are live.
    it.emit();
    assertEquals(seqsOf(await take(reader, 1)), [total + 1]);
    it.emit();
    const reads = it.asked("read").length;
    assertEquals(seqsOf(await take(reader, 1)), [total + 2]);
    assertEquals(it.asked("read").length, reads);
    await reader.cancel();
  });
}

Deno.test("a reader that rests holds no more memory, however much is sent", async () => {
  const { href } = new URL(
    "../support/resting_reader_program.ts",
    import.meta.url,
  );
  const flags = ["--no-check", "--v8-flags=--expose-gc", "--allow-env"];
  const args = ["run", ...flags, href];
  const output = await mustRun(Deno.execPath(), args, ROOT);
  const { grown, isWhole } = JSON.parse(output);
  // 8,192 events of 4 KB wait; all of them together are 240 MB.
  assert(grown < 60, `${grown.toFixed(0)} MB more`);
  assert(isWhole);
});
