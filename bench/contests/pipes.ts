import { pipe, type Session, terminate, use } from "@rocketride/streams";
import { type BareSocket, requestFrame } from "../bare_socket.ts";
import { type Contest, sinkPipeline } from "../contest.ts";
import { generated } from "../generated.ts";
import { type Pair, seconds } from "../measure.ts";

const KIB = 1024;
const CHUNKS = [1 * KIB, 64 * KIB, 1024 * KIB];
/** What the bare loop sends: one frame in flight, large enough to be fast. */
const BARE_FRAME = 256 * KIB;

/**
 * Throughput of `readable.pipeTo(pipe)` by the size of the source's chunks. To
 * read a stream of small chunks takes some runtimes longer than to send them:
 * those have a second yardstick, a loop that reads the same stream.
 */
export const PIPES: readonly Contest[] = [
  ...[0, 10].flatMap((delayMs) =>
    CHUNKS.map((chunk) => pipes(chunk, delayMs, looped))
  ),
  {
    ...pipes(KIB, 0, gathered),
    what: "pipe, chunks of 1 KiB, beside a reader",
    against: "bare loop that reads the stream",
  },
];

function pipes(
  chunk: number,
  delayMs: number,
  yardstick: typeof looped,
): Contest {
  const most = (delayMs === 0 ? 256 : 16) * KIB * KIB;
  return {
    what: `pipe, chunks of ${chunk / KIB} KiB, ${delayMs} ms a write`,
    group: "pipes",
    unit: "MB/s",
    wanted: 0.95,
    async run({ bare, session, effort, compare }): Promise<Pair> {
      const total = Math.ceil(most * effort / BARE_FRAME) * BARE_FRAME;
      const task = await use(session, { pipeline: sinkPipeline(delayMs) });
      const pair = await compare(
        () => piped(session, task.token, total, chunk),
        () => yardstick(bare, task.token, total),
      );
      await terminate(session, task);
      return pair;
    },
  };
}

/** Pipe as many bytes, in chunks of one size; in MB/s. */
export async function piped(
  session: Session,
  token: string,
  total: number,
  chunkBytes: number,
): Promise<number> {
  const source = generated(total, chunkBytes);
  const took = await seconds(async () => {
    const target = await pipe(session, token);
    await source.pipeTo(target);
    await target.result;
  });
  return total / 1e6 / took;
}

/** The bare loop: the same bytes in frames made beforehand; in MB/s. */
export async function looped(
  bare: BareSocket,
  token: string,
  total: number,
): Promise<number> {
  return await throughBarePipe(bare, token, total, async (makeFrame, send) => {
    const frame = makeFrame();
    for (let sent = 0; sent < total; sent += BARE_FRAME) await send(frame);
  });
}

/**
 * The bare loop over a stream of chunks of 1 KiB: it fills one frame while the
 * other one waits for its answer; in MB/s.
 */
async function gathered(
  bare: BareSocket,
  token: string,
  total: number,
): Promise<number> {
  return await throughBarePipe(bare, token, total, async (makeFrame, send) => {
    let [frame, next] = [makeFrame(), makeFrame()];
    const header = frame.length - BARE_FRAME;
    let at = header;
    let answer: Promise<unknown> | undefined;
    for await (const chunk of generated(total, KIB)) {
      frame.set(chunk, at);
      at += chunk.length;
      if (at < frame.length) continue;
      await answer;
      answer = send(frame);
      [frame, next, at] = [next, frame, header];
    }
    await answer;
  });
}

type Frame = Uint8Array<ArrayBuffer>;

/** Open a bare pipe, write frames that were made beforehand, and close it. */
async function throughBarePipe(
  bare: BareSocket,
  token: string,
  total: number,
  write: (
    makeFrame: () => Frame,
    send: (frame: Frame) => Promise<unknown>,
  ) => Promise<void>,
): Promise<number> {
  const took = await seconds(async () => {
    const pipe_id = await bare.openPipe(token);
    const seq = 1e9;
    const writing = { subcommand: "write", token, pipe_id };
    await write(
      () => requestFrame("rrext_process", writing, BARE_FRAME, seq),
      (frame) => bare.resend(frame, seq),
    );
    await bare.closePipe(token, pipe_id);
  });
  return total / 1e6 / took;
}
