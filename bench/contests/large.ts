import { sendFiles, type Session, terminate, use } from "@rocketride/streams";
import type { BareSocket } from "../bare_socket.ts";
import { type Contest, sinkPipeline, type Stage } from "../contest.ts";
import { generated } from "../generated.ts";
import { type Pair, rate, seconds } from "../measure.ts";
import { looped } from "./pipes.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const LARGE = 2 * 1024 * MIB;
const CHUNK = 256 * KIB;
const COUNT = 10_000;
/** Fewer are enough: the bare loop stalls 44 ms a file on Deno. */
const BARE_SHARE = 0.02;
const AT_ONCE = 4;
/** Each takes seconds. */
const MAX_ROUNDS = 2;

/** `sendFiles` of much: how fast, and with how much memory. */
export const LARGES: readonly Contest[] = [
  large("sendFiles, one stream of 2 GiB", "MB/s", 0.9, largeFile, looping),
  large("sendFiles, files of 1 KiB", "1/s", 0.6, smallFiles, bareFiles),
].flat();

/** Does a share of the work; returns its figure. */
type Work<Who> = (who: Who, token: string, effort: number) => Promise<number>;

function large(
  what: string,
  unit: string,
  wanted: number,
  ours: Work<Session>,
  bare: Work<BareSocket>,
): readonly Contest[] {
  const contest = { group: "large", maxRounds: MAX_ROUNDS };
  async function run(
    { session, bare: socket, effort, compare }: Stage,
    take: (work: () => Promise<number>) => Promise<number>,
  ): Promise<Pair> {
    const { token } = await use(session, { pipeline: sinkPipeline(0) });
    const pair = await compare(
      () => take(() => ours(session, token, effort)),
      () => take(() => bare(socket, token, effort)),
    );
    await terminate(session, token);
    return pair;
  }
  return [
    {
      ...contest,
      what,
      unit,
      wanted,
      run: (stage) => run(stage, (work) => work()),
    },
    {
      ...contest,
      what: `${what}, peak memory`,
      unit: "MiB",
      wanted: 0.4,
      lessIsBetter: true,
      run: (stage) => run(stage, peakMemory),
    },
  ];
}

async function largeFile(
  session: Session,
  token: string,
  effort: number,
): Promise<number> {
  const size = sizeOf(effort);
  const stream = generated(size, CHUNK);
  const took = await seconds(async () => {
    const [result] = await sendFiles(session, token, [
      { name: "large.bin", stream, size },
    ]);
    if (result?.bytes_sent !== size) throw new Error(result?.error);
  });
  return size / 1e6 / took;
}

function looping(
  bare: BareSocket,
  token: string,
  effort: number,
): Promise<number> {
  return looped(bare, token, sizeOf(effort));
}

function sizeOf(effort: number): number {
  return Math.ceil(LARGE * effort / CHUNK) * CHUNK;
}

async function smallFiles(
  session: Session,
  token: string,
  effort: number,
): Promise<number> {
  const content = new Uint8Array(KIB);
  const count = Math.ceil(COUNT * effort);
  function* named(): Generator<File> {
    for (let i = 0; i < count; i++) yield new File([content], `${i}.bin`);
  }
  return count /
    await seconds(() =>
      sendFiles(session, token, named(), { concurrency: AT_ONCE })
    );
}

function bareFiles(
  bare: BareSocket,
  token: string,
  effort: number,
): Promise<number> {
  const content = new Uint8Array(KIB);
  const count = Math.ceil(COUNT * effort * BARE_SHARE);
  return rate(count, AT_ONCE, () => bare.send(token, content));
}

/** The most memory that the process has while something runs, in MiB. */
async function peakMemory(work: () => Promise<unknown>): Promise<number> {
  let peak = residentBytes();
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes());
  }, 20);
  try {
    await work();
    return peak / MIB;
  } finally {
    clearInterval(timer);
  }
}

/** All three runtimes have Node's way to ask. */
function residentBytes(): number {
  const { process } = globalThis as unknown as {
    process: { memoryUsage(): { rss: number } };
  };
  return process.memoryUsage().rss;
}
