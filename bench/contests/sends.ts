import { send, sendFiles, terminate, use } from "@rocketride/streams";
import type { Framing } from "../bare_socket.ts";
import { type Contest, sinkPipeline, type Stage } from "../contest.ts";
import { median, type Pair, rate, seconds } from "../measure.ts";

const KIB = 1024;
const SLOTS = 4;
const FILES = 200;
const FILE_BYTES = 64 * KIB;
const MIN_EFFORT = 0.3;

/** Small objects: each is an open, a write and a close. */
export const SENDS: readonly Contest[] = [
  sends(1 * KIB),
  sends(64 * KIB),
  files(0),
  files(10),
];

function sends(size: number): Contest {
  return {
    what: `send of ${size / KIB} KiB`,
    group: "sends",
    unit: "1/s",
    against: "three bare round trips",
    wanted: 0.9,
    async run(stage): Promise<Pair> {
      const { bare, session, effort } = stage;
      const task = await use(session, { pipeline: sinkPipeline(0) });
      const data = new Uint8Array(size);
      const framing = await fastestFraming(stage, task.token, data);
      const count = framing === "raw" && await stalls(stage, task.token, data)
        ? 10
        : 500 * effort;
      const pair = await stage.compare(
        () => rate(500 * effort, 1, () => send(session, task, data)),
        () => rate(count, 1, () => bare.send(task.token, data, framing)),
      );
      await terminate(session, task);
      return pair;
    },
  };
}

/** The yardstick does the best that can be done by hand on this runtime. */
async function fastestFraming(
  { bare }: Stage,
  token: string,
  data: Uint8Array,
): Promise<Framing> {
  let fastest: Framing = "raw";
  let best = Infinity;
  for (const framing of ["raw", "padded", "small"] as const) {
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      times.push(await seconds(() => bare.send(token, data, framing)));
    }
    const time = median(times);
    if (time < best) [fastest, best] = [framing, time];
  }
  return fastest;
}

async function stalls(
  { bare }: Stage,
  token: string,
  data: Uint8Array,
): Promise<boolean> {
  return await seconds(() => bare.send(token, data)) > 0.03;
}

/**
 * Many files through a pipeline with few slots. Where writes take their time,
 * the yardstick is what slots that are never idle allow: a slot is busy for two
 * round trips, a write and a close, and the next open has arrived by then.
 * Otherwise it is as many bare loops of three round trips a file.
 */
function files(delayMs: number): Contest {
  return {
    what: `files of 64 KiB, ${SLOTS} slots, ${delayMs} ms a write`,
    group: "sends",
    unit: "1/s",
    against: delayMs > 0
      ? `${SLOTS} slots that are never idle`
      : `${SLOTS} loops of three bare round trips`,
    wanted: 0.9,
    async run({ bare, session, effort, compare }): Promise<Pair> {
      // Fewer files would measure how the first of them begin.
      const count = Math.ceil(FILES * Math.max(effort, MIN_EFFORT));
      const pipeline = sinkPipeline(delayMs);
      const task = await use(session, { pipeline, threads: SLOTS });
      const content = new Uint8Array(FILE_BYTES);
      const list = Array.from(
        { length: count },
        (_, at) => new File([content], `${at}.bin`),
      );
      const pair = await compare(
        async () => {
          let results: Awaited<ReturnType<typeof sendFiles>> = [];
          const took = await seconds(async () => {
            results = await sendFiles(session, task, list);
          });
          const failed = results.find(({ action }) => action !== "complete");
          if (failed || results.length !== count) {
            throw new Error(failed?.error);
          }
          return count / took;
        },
        () =>
          delayMs > 0
            ? busySlots(bare, task.token, content, count)
            : rate(count, SLOTS, () => bare.send(task.token, content)),
      );
      await terminate(session, task);
      return pair;
    },
  };
}

/** Objects per second where each slot goes from write to close to write. */
async function busySlots(
  bare: Stage["bare"],
  token: string,
  content: Uint8Array,
  count: number,
): Promise<number> {
  const ids = await Promise.all(
    Array.from({ length: SLOTS }, () => bare.openPipe(token)),
  );
  let left = count;
  async function slot(pipe_id: number): Promise<void> {
    const writing = { subcommand: "write", pipe_id, token };
    while (left-- > 0) {
      await bare.write("rrext_process", writing, content, token);
      // Stands for the close, which would end the slot's pipe.
      await bare.ask("rrext_ping", {});
    }
    await bare.closePipe(token, pipe_id);
  }
  return count / await seconds(() => Promise.all(ids.map(slot)));
}
