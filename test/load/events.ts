import {
  close,
  connect,
  events,
  ping,
  send,
  type StreamedEvent,
  terminate,
  use,
} from "@rocketride/streams";
import { Durations, exactly, type Figure, must } from "./figures.ts";
import { bellPipeline } from "./nodes.ts";
import { processCounts } from "./process_counts.ts";
import type { LoadItem, Stage } from "./stage.ts";

const MIB = 1024 * 1024;
const QUEUED = 1_024;
/** The reader takes so many at a time, and then rests so long. */
const TAKEN = 10;
const REST_MS = 10;
/** What the process may grow by, with all that is queued anywhere. */
const MOST_MIB = 192;

const SIZES = {
  full: { count: 2_000_000, rate: 100_000 },
  // At once, and no more than an engine lets wait.
  share: { count: 50_000, rate: Infinity },
} as const;

/** More events than the reader takes: what it gets, and what it misses. */
export const EVENTS: LoadItem = {
  name: "events",
  async run({ options, size, counts }: Stage): Promise<Figure[]> {
    const { count, rate } = SIZES[size];
    const before = await counts();
    const session = await connect(options);
    const pipeline = bellPipeline({ count, rate });
    const { token } = await use(session, { pipeline });
    const stream = await events(session, token, {
      types: ["apaevt_sse"],
      overflow: "drop-oldest",
      highWaterMark: QUEUED,
    });
    const { resident } = await processCounts();
    const pings = new Durations();
    const start = performance.now();
    let isSent = false;
    let peak = resident;
    const sending = send(session, token, "go").finally(() => isSent = true);
    const pinging = (async (): Promise<void> => {
      while (!isSent) {
        await pings.time(() => ping(session));
        peak = Math.max(peak, residentBytes());
        await rest(REST_MS);
      }
    })();
    const { seen, lost, gaps } = await read(stream, count);
    await Promise.all([sending, pinging]);
    const took = (performance.now() - start) / 1000;
    exactly("events seen and lost", seen + lost, count);
    await ping(session);
    await terminate(session, token);
    await close(session);
    const after = await counts();
    exactly("connections", after.connections, before.connections);
    return [
      { what: "events offered", value: count / took, unit: "1/s" },
      { what: "events taken", value: seen / took, unit: "1/s" },
      { what: "events missed, in gaps", value: lost, unit: "" },
      { what: "gaps", value: gaps, unit: "" },
      {
        what: "growth of the process",
        value: (peak - resident) / MIB,
        unit: "MiB",
        most: MOST_MIB,
      },
      ...pings.figures("ping beside the events"),
    ];
  },
};

interface Reading {
  readonly seen: number;
  readonly lost: number;
  readonly gaps: number;
}

/** Read slowly, up to the last event; each gap must say what is missing. */
async function read(
  stream: ReadableStream<StreamedEvent>,
  count: number,
): Promise<Reading> {
  let seen = 0;
  let lost = 0;
  let gaps = 0;
  let next = 0;
  for await (const event of stream) {
    if (event.type === "gap") {
      must(event.reason === "overflow", `A gap by ${event.reason}`);
      gaps++;
      lost += event.lost ?? NaN;
      next += event.lost ?? NaN;
      continue;
    }
    exactly("the number of an event", numberOf(event), next);
    seen++;
    if (++next === count) break;
    if (seen % TAKEN === 0) await rest(REST_MS);
  }
  return { seen, lost, gaps };
}

function numberOf(
  { body }: StreamedEvent & { readonly body?: unknown },
): number {
  const { data } = body as { readonly data?: { readonly at?: number } };
  return data?.at ?? NaN;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All three runtimes have Node's way to ask. */
function residentBytes(): number {
  const { process } = globalThis as unknown as {
    process: { memoryUsage(): { rss: number } };
  };
  return process.memoryUsage().rss;
}
