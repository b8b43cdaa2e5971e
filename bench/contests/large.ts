import { sendFiles, type Session, terminate, use } from "@rocketride/streams";
import type { BareSocket } from "../bare_socket.ts";
import { type Contest, sinkPipeline } from "../contest.ts";
import { generated } from "../generated.ts";
import { compare, type Pair, rate, seconds } from "../measure.ts";
import { looped } from "./pipes.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const LARGE = 4 * 1024 * MIB;
const CHUNK = 256 * KIB;
const COUNT = 10_000;
/** Few are enough: the bare loop stalls 44 ms a file on Deno. */
const BARE_COUNT = 200;
const AT_ONCE = 4;

/** `sendFiles` of much: how fast, and with how much memory. One round each. */
export const LARGES: readonly Contest[] = [
  large("sendFiles, one stream of 4 GiB", "MB/s", largeFile, looping),
  large("sendFiles, 10,000 files of 1 KiB", "1/s", smallFiles, bareFiles),
].flat();

function large(
  what: string,
  unit: string,
  ours: (session: Session, token: string) => Promise<number>,
  bare: (socket: BareSocket, token: string) => Promise<number>,
): readonly Contest[] {
  async function run(
    session: Session,
    socket: BareSocket,
    take: (work: () => Promise<number>) => Promise<number>,
  ): Promise<Pair> {
    const { token } = await use(session, { pipeline: sinkPipeline(0) });
    const pair = await compare(
      () => take(() => ours(session, token)),
      () => take(() => bare(socket, token)),
      1,
    );
    await terminate(session, token);
    return pair;
  }
  return [
    {
      what,
      group: "large",
      unit,
      run: (stage) => run(stage.session, stage.bare, (work) => work()),
    },
    {
      what: `${what}, peak memory`,
      group: "large",
      unit: "MiB",
      run: (stage) => run(stage.session, stage.bare, peakMemory),
    },
  ];
}

async function largeFile(session: Session, token: string): Promise<number> {
  const stream = generated(LARGE, CHUNK);
  const took = await seconds(async () => {
    const [result] = await sendFiles(session, token, [
      { name: "large.bin", stream, size: LARGE },
    ]);
    if (result?.bytes_sent !== LARGE) throw new Error(result?.error);
  });
  return LARGE / 1e6 / took;
}

function looping(bare: BareSocket, token: string): Promise<number> {
  return looped(bare, token, LARGE);
}

async function smallFiles(session: Session, token: string): Promise<number> {
  const content = new Uint8Array(KIB);
  function* named(): Generator<File> {
    for (let i = 0; i < COUNT; i++) yield new File([content], `${i}.bin`);
  }
  return COUNT /
    await seconds(() =>
      sendFiles(session, token, named(), { concurrency: AT_ONCE })
    );
}

function bareFiles(bare: BareSocket, token: string): Promise<number> {
  const content = new Uint8Array(KIB);
  return rate(BARE_COUNT, AT_ONCE, () => bare.send(token, content));
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
