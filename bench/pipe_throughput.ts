import { pipe, type Session, terminate, use } from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import { type BareSocket, writeFrame } from "./bare_socket.ts";
import { generated } from "./generated.ts";
import { compare, seconds } from "./measure.ts";
import type { Row } from "./report.ts";

const KIB = 1024;
const CHUNKS = [1 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB];
/** What the bare loop sends: one frame in flight, large enough to fly. */
const BARE_FRAME = 256 * KIB;

/** Pipe throughput in MB/s by chunk size, with an engine that takes its time. */
export async function pipeThroughput(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const delayMs of [0, 10]) {
    const total = (delayMs === 0 ? 256 : 16) * KIB * KIB;
    const task = await use(session, { pipeline: sinkPipeline(delayMs) });
    for (const chunk of CHUNKS) {
      const result = await compare(
        () => piped(session, task.token, total, chunk),
        () => looped(bare, task.token, total),
      );
      rows.push({
        what: `pipe, chunks of ${chunk / KIB} KiB, engine delay ${delayMs} ms`,
        unit: "MB/s",
        better: "higher",
        ...result,
      });
    }
    await terminate(session, task);
  }
  return rows;
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

/** The bare loop that the pipes are measured against; in MB/s. */
export async function looped(
  bare: BareSocket,
  token: string,
  total: number,
): Promise<number> {
  const took = await seconds(async () => {
    const pipe_id = await bare.openPipe(token);
    const seq = 1e9;
    const frame = writeFrame({ token, pipe_id }, BARE_FRAME, seq);
    for (let sent = 0; sent < total; sent += BARE_FRAME) {
      await bare.write(frame, seq);
    }
    await bare.closePipe(token, pipe_id);
  });
  return total / 1e6 / took;
}

/** A pipeline that swallows bytes. */
export function sinkPipeline(delayMs: number): Pipeline {
  return {
    components: [
      { id: "in", provider: "webhook", config: { mode: "Source" } },
      {
        id: "sink",
        provider: "bench_sink",
        config: { delayMs },
        input: [{ lane: "tags", from: "in" }],
      },
    ],
  };
}
