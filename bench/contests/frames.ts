import { pipe, terminate, use } from "@rocketride/streams";
import { type Contest, sinkPipeline, type Stage } from "../contest.ts";
import { generated } from "../generated.ts";
import type { Pair } from "../measure.ts";

const KIB = 1024;
const CHUNK = 64 * KIB;
/** `frameBytes` of the rows, in KiB; without the option frames grow. */
const SIZES = [4, 16, 64, 128, 256, 1024, 2048, 4096, undefined];
/** What frames begin with that grow, and what the rows are measured against. */
const DEFAULT = 512;
/** Milliseconds that the engine takes over a write: a round trip. */
const DELAYS = [0, 10, 50];
/** How long a contender writes, in milliseconds. */
const ROUND_MS = 400;

/**
 * Which `frameBytes` is best, by the time of a round trip: each size beside
 * 512 KiB, in the same run.
 */
export const FRAMES: readonly Contest[] = DELAYS.flatMap((delayMs) =>
  SIZES.map((size) => frames(size, delayMs))
);

function frames(size: number | undefined, delayMs: number): Contest {
  return {
    what: `frames ${size ? `of ${size} KiB` : "that grow"}, ` +
      `${delayMs} ms a write`,
    group: "frames",
    unit: "MB/s",
    against: `frames of ${DEFAULT} KiB`,
    wanted: 0,
    async run(stage): Promise<Pair> {
      const { session } = stage;
      const task = await use(session, { pipeline: sinkPipeline(delayMs) });
      const pair = await stage.compare(
        () => throughput(stage, task.token, size && size * KIB),
        () => throughput(stage, task.token, DEFAULT * KIB),
      );
      await terminate(session, task);
      return pair;
    },
  };
}

/** What the engine has consumed in a second, in MB. */
async function throughput(
  { session, effort }: Stage,
  token: string,
  frameBytes: number | undefined,
): Promise<number> {
  const target = await pipe(session, token, { frameBytes });
  const started = performance.now();
  const writer = target.getWriter();
  const reader = generated(Infinity, CHUNK).getReader();
  let bytes = 0;
  // Whole frames: the end of a shorter one would count as another round trip.
  while (
    performance.now() - started < ROUND_MS * effort ||
    bytes % (frameBytes ?? DEFAULT * KIB) > 0
  ) {
    const { value } = await reader.read();
    if (!value) break;
    await writer.ready;
    writer.write(value).catch(() => {
      // The close rejects with it.
    });
    bytes += value.length;
  }
  await reader.cancel();
  await writer.close();
  return bytes / 1e3 / (performance.now() - started);
}
