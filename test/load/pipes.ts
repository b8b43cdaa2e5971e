import {
  close,
  connect,
  type DataPipe,
  pipe,
  terminate,
  use,
} from "@rocketride/streams";
import { Durations, exactly, type Figure, must, quantile } from "./figures.ts";
import { sinkPipeline } from "./nodes.ts";
import type { LoadItem, Stage } from "./stage.ts";

const KIB = 1024;
/** The most pipes that a task has open at once. */
const PIPES_PER_TASK = 50;
const FRAME_BYTES = 16 * KIB;
/** The share of the median that the slowest pipe must reach. */
const LEAST = 0.5;

const SIZES = {
  full: { pipes: 1_000, rounds: 60 },
  share: { pipes: 100, rounds: 20 },
} as const;

/**
 * Many pipes on one session, all of them busy: whether each has its share.
 * Counted in writes that the engine has acknowledged, not in time; the pipes
 * stop when they have `rounds` each on average.
 */
export const PIPES: LoadItem = {
  name: "pipes",
  async run({ options, size, counts }: Stage): Promise<Figure[]> {
    const sizes = SIZES[size];
    const before = await counts();
    const session = await connect(options);
    const tokens: string[] = [];
    for (let at = 0; at < sizes.pipes / PIPES_PER_TASK; at++) {
      const pipeline = sinkPipeline(`pipes-${at}`);
      tokens.push((await use(session, { pipeline })).token);
    }
    const figures: Figure[] = [];
    for (const framing of ["chunk", "auto"] as const) {
      const targets = await Promise.all(
        Array.from(
          { length: sizes.pipes },
          (_, at) =>
            pipe(session, tokens[at % tokens.length]!, {
              framing,
              frameBytes: FRAME_BYTES,
            }),
        ),
      );
      exactly("open pipes", (await counts()).pipes, sizes.pipes);
      const { writes, took, gaps } = await raced(targets, sizes.rounds);
      const median = quantile(writes, 0.5);
      const slowest = Math.min(...writes);
      const mb = writes.reduce((sum, it) => sum + it, 0) * FRAME_BYTES / 1e6;
      const what = `${sizes.pipes} pipes, ${
        framing === "chunk" ? "a write a chunk" : "gathered"
      }`;
      figures.push(
        { what: `${what}, speed`, value: mb / took * 1000, unit: "MB/s" },
        { what: `${what}, median`, value: median, unit: "writes" },
        { what: `${what}, most`, value: Math.max(...writes), unit: "writes" },
        {
          what: `${what}, slowest to median`,
          value: slowest / median,
          unit: "",
          least: LEAST,
        },
        ...gaps.figures(`${what}, a write`),
      );
    }
    for (const token of tokens) await terminate(session, token);
    await close(session);
    const after = await counts();
    exactly("connections", after.connections, before.connections);
    exactly("tasks", after.tasks, before.tasks);
    exactly("pipes", after.pipes, 0);
    return figures;
  },
};

interface Race {
  /** How many chunks each pipe got rid of. */
  readonly writes: readonly number[];
  readonly took: number;
  /** How long a write took. */
  readonly gaps: Durations;
}

async function raced(
  targets: readonly DataPipe[],
  rounds: number,
): Promise<Race> {
  const chunk = new Uint8Array(FRAME_BYTES);
  const writes = targets.map(() => 0);
  const gaps = new Durations();
  const most = targets.length * rounds;
  let total = 0;
  const start = performance.now();
  await Promise.all(targets.map(async (target, at) => {
    const writer = target.getWriter();
    while (total < most) {
      await gaps.time(async () => {
        await writer.ready;
        await writer.write(chunk);
      });
      writes[at]!++;
      total++;
    }
    await writer.close();
    must(typeof await target.result === "object", "A pipe has no result");
  }));
  return { writes, took: performance.now() - start, gaps };
}
