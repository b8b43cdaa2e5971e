// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The engine that the benchmarks run against, in a process of its own. Prints
 * its port and serves until it is killed.
 *
 * @module
 */
import { createEngine, defineNode } from "@rocketride/streams/engine";

/** Swallows an object, optionally taking its time over each write. */
const sink = defineNode({
  provider: "bench_sink",
  title: "Benchmark sink",
  description: "Swallows bytes; waits `delayMs` milliseconds at each write.",
  classType: ["data"],
  lanes: { tags: [] },
  start: ({ config }) => {
    const delayMs = Number(config.delayMs ?? 0);
    return {
      instance: () => ({
        on: {
          async tags(payload): Promise<void> {
            if (payload.kind === "data" && delayMs > 0) await wait(delayMs);
          },
        },
      }),
    };
  },
});

/** Sends many events of one size while it takes a text. */
const bell = defineNode({
  provider: "bench_bell",
  title: "Benchmark bell",
  description: "Sends `count` events of `bytes` bytes for each text.",
  classType: ["text"],
  lanes: { text: [] },
  start: ({ config }) => {
    const count = Number(config.count ?? 1);
    const message = "x".repeat(Number(config.bytes ?? 1));
    return {
      instance: (pipe) => ({
        on: {
          text(): void {
            for (let at = 0; at < count; at++) pipe.sse("bell", { message });
          },
        },
      }),
    };
  },
});

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const engine = createEngine({ nodes: [sink, bell] });
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  handler: engine.fetch,
  onListen: ({ port }) => console.log(port),
});
