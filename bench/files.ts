import { sendFiles, type Session, terminate, use } from "@rocketride/streams";
import type { BareSocket } from "./bare_socket.ts";
import { generated } from "./generated.ts";
import { seconds } from "./measure.ts";
import { looped, sinkPipeline } from "./pipe_throughput.ts";
import type { Row } from "./report.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const COUNT = 10_000;
/** The bare loop stalls 44 ms a file on Deno; so few are enough. */
const BARE_COUNT = 200;
const AT_ONCE = 4;
const LARGE = 4 * GIB;
const CHUNK = 256 * KIB;

/** One large file, then many small ones: how fast, with how much memory. */
export async function files(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const { token } = await use(session, { pipeline: sinkPipeline(0) });
  const large = {
    bare: await watched(() => looped(bare, token, LARGE)),
    ours: await watched(() => largeFile(session, token)),
  };
  const small = {
    bare: await watched(async () => BARE_COUNT / await bareFiles(bare, token)),
    ours: await watched(() => smallFiles(session, token)),
  };
  await terminate(session, token);
  return [
    ...rowsOf("sendFiles, one stream of 4 GiB", "MB/s", large),
    ...rowsOf("sendFiles, 10,000 files of 1 KiB", "1/s", small),
  ];
}

async function smallFiles(session: Session, token: string): Promise<number> {
  const content = new Uint8Array(KIB);
  function* named(): Generator<File> {
    for (let i = 0; i < COUNT; i++) yield new File([content], `${i}.bin`);
  }
  const took = await seconds(() =>
    sendFiles(session, token, named(), { concurrency: AT_ONCE })
  );
  return COUNT / took;
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

function bareFiles(bare: BareSocket, token: string): Promise<number> {
  let left = BARE_COUNT;
  async function worker(): Promise<void> {
    while (left-- > 0) await bare.send(token, KIB);
  }
  return seconds(() => Promise.all(Array.from({ length: AT_ONCE }, worker)));
}

interface Watched {
  /** How fast. */
  readonly rate: number;
  /** The most memory that the process had meanwhile, in MiB. */
  readonly peak: number;
}

/** Run something and look at the process's memory all the while. */
async function watched(work: () => Promise<number>): Promise<Watched> {
  let peak = Deno.memoryUsage().rss;
  const timer = setInterval(() => {
    peak = Math.max(peak, Deno.memoryUsage().rss);
  }, 20);
  try {
    return { rate: await work(), peak: peak / MIB };
  } finally {
    clearInterval(timer);
  }
}

function rowsOf(
  what: string,
  unit: string,
  { ours, bare }: { readonly ours: Watched; readonly bare: Watched },
): Row[] {
  return [
    { what, unit, better: "higher", ours: ours.rate, bare: bare.rate },
    {
      what: `${what}, peak memory`,
      unit: "MiB",
      better: "lower",
      ours: ours.peak,
      bare: bare.peak,
    },
  ];
}
