import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DataPipe, pipe } from "../../lib/pipe/data_pipe.ts";
import type { PipeChunk } from "../../lib/pipe/options.ts";
import { send } from "../../lib/pipe/send.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  type Gate,
  gate,
  type PipeServer,
  pipeServer,
  RESULT,
} from "../support/pipe_server.ts";

/** What may happen to a pipe, from either end. */
type Step =
  | { readonly kind: "write"; readonly bytes: number }
  | { readonly kind: "wait"; readonly ms: number }
  | {
    readonly kind:
      | "acknowledge"
      | "refuse"
      | "close"
      | "abort"
      | "signal"
      | "dispose"
      | "drop";
  };

const write = fc.record({
  kind: fc.constant("write" as const),
  bytes: fc.constantFrom(0, 1, 100, 4_096, 20_000),
});
const wait = fc.record({
  kind: fc.constant("wait" as const),
  ms: fc.constantFrom(1_000, 6_000, 45_000),
});
function plain(
  ...kinds: readonly Exclude<Step["kind"], "write" | "wait">[]
): fc.Arbitrary<Step> {
  return fc.record({ kind: fc.constantFrom(...kinds) });
}

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: write },
    { weight: 6, arbitrary: plain("acknowledge") },
    { weight: 1, arbitrary: wait },
    {
      weight: 2,
      arbitrary: plain("refuse", "close", "abort", "signal", "dispose", "drop"),
    },
  ),
  { maxLength: 14 },
);

const format = fc.constantFrom(
  { mimeType: "application/octet-stream", framing: "auto" as const },
  { mimeType: "application/octet-stream", framing: "chunk" as const },
  { mimeType: "text/plain", framing: "auto" as const },
  { mimeType: "text/plain", framing: "chunk" as const },
);

/** Promises that have not settled after everything else has happened. */
async function pendingAmong(
  promises: ReadonlyMap<string, Promise<unknown>>,
): Promise<string[]> {
  const pending = new Set(promises.keys());
  for (const [name, promise] of promises) {
    const done = (): void => void pending.delete(name);
    promise.then(done, done);
  }
  await drainMicrotasks();
  return [...pending];
}

/** Answer whatever waits, also what comes up while doing so. */
async function answerAll(writes: Gate, closes: Gate): Promise<void> {
  await drainMicrotasks();
  while (writes.waiting + closes.waiting > 0) {
    if (writes.waiting > 0) await writes.answer();
    else await closes.answer(RESULT);
  }
}

/** Do what the steps say; returns every promise that was given out. */
async function run(
  steps: readonly Step[],
  it: {
    readonly target: DataPipe;
    readonly server: PipeServer;
    readonly writes: Gate;
    readonly controller: AbortController;
  },
): Promise<Map<string, Promise<unknown>>> {
  const { target, server, writes, controller } = it;
  const writer = target.getWriter();
  const given = new Map<string, Promise<unknown>>([
    ["result", target.result],
    ["closed", writer.closed],
  ]);
  function give(name: string, promise: Promise<unknown>): void {
    promise.catch(() => {});
    given.set(`${name} ${given.size}`, promise);
  }
  for (const step of steps) {
    switch (step.kind) {
      case "write":
        give("write", writer.write(new Uint8Array(step.bytes)));
        break;
      case "wait":
        await server.clock.advance(step.ms);
        break;
      case "acknowledge":
        if (writes.waiting > 0) await writes.answer();
        else await drainMicrotasks();
        break;
      case "refuse":
        if (writes.waiting > 0) await writes.refuse("Node exploded");
        break;
      case "close":
        give("close", writer.close());
        break;
      case "abort":
        give("abort", writer.abort(new Error("abort")));
        break;
      case "signal":
        controller.abort(new Error("signal"));
        break;
      case "dispose":
        give("dispose", target[Symbol.asyncDispose]());
        break;
      case "drop":
        server.line.close(1001, "Going away");
        break;
    }
    assert(writes.waiting <= 1, "two writes were in flight");
  }
  writer.closed.catch(() => {});
  return given;
}

Deno.test("whatever happens to a pipe, every promise settles, one request is in flight, and the slot is freed once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, format, async (steps, format) => {
      const writes = gate();
      const closes = gate();
      await using server = await pipeServer({
        write: writes.handler,
        close: closes.handler,
        rrext_get_task_status: () => ({ state: 3, completed: false }),
      });
      const controller = new AbortController();
      const target = await pipe(server.session, "tk_1", {
        ...format,
        frameBytes: 4_096,
        signal: controller.signal,
      });
      const given = await run(steps, { target, server, writes, controller });
      await answerAll(writes, closes);
      const dropped = steps.some(({ kind }) => kind === "drop");
      if (target.isOpened && !dropped) {
        const disposed = target[Symbol.asyncDispose]();
        await answerAll(writes, closes);
        await disposed;
      }
      assertEquals(await pendingAmong(given), []);
      // A release waits for the write in flight, but not for ever.
      const hasty = steps.some((it) => it.kind === "wait" && it.ms > 5_000);
      assert(hasty || server.mostInFlight <= 1, "two requests were in flight");
      const closings = server.log().filter((it) => it === "close").length;
      if (dropped) assert(closings <= 1);
      else assertEquals(closings, 1);
      assertEquals(server.log().lastIndexOf("open"), 0);
      if (closings === 1 && !dropped) {
        assertEquals(writesAfterClose(server), []);
      }
      // Nothing is left that a later moment would bring up.
      const before = server.log().length;
      await server.clock.advance(200_000);
      assertEquals(server.log().length, before);
    }),
    { numRuns: 200 },
  );
});

function writesAfterClose(server: PipeServer): string[] {
  const log = server.log();
  return log.slice(log.indexOf("close")).filter((it) => it.startsWith("write"));
}

Deno.test("whatever happens to a send, it settles, its source is let go of, and the slot is freed once", async () => {
  const chunkBytes = fc.array(fc.constantFrom(0, 1, 5_000), { maxLength: 8 });
  const failAt = fc.option(fc.nat(8), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      chunkBytes,
      failAt,
      failAt,
      failAt,
      async (sizes, sourceFails, engineFails, signalAt) => {
        let writes = 0;
        await using server = await pipeServer({
          write(): void {
            if (writes++ === engineFails) throw new Error("Node exploded");
          },
        });
        const controller = new AbortController();
        let over = false;
        async function* generate(): AsyncGenerator<PipeChunk> {
          try {
            for (const [i, size] of sizes.entries()) {
              if (i === sourceFails) throw new Error("disk on fire");
              if (i === signalAt) controller.abort(new Error("signal"));
              yield new Uint8Array(size);
            }
          } finally {
            over = true;
          }
        }
        const sent = send(server.session, "tk_1", generate(), {
          frameBytes: 4_096,
          signal: controller.signal,
        });
        assertEquals(await pendingAmong(new Map([["send", sent]])), []);
        await sent.catch(() => {});
        await drainMicrotasks();
        assert(over);
        assert(server.mostInFlight <= 1);
        assertEquals(server.log().filter((it) => it === "close").length, 1);
      },
    ),
    { numRuns: 100 },
  );
});
