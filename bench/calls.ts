import { ping, send, type Session, terminate, use } from "@rocketride/streams";
import type { BareSocket } from "./bare_socket.ts";
import { compare, median, seconds } from "./measure.ts";
import { sinkPipeline } from "./pipe_throughput.ts";
import type { Row } from "./report.ts";

const KIB = 1024;

/** Pings per second, alone and with many in flight. */
export async function pings(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const inFlight of [1, 64]) {
    const count = inFlight === 1 ? 3_000 : 50_000;
    const result = await compare(
      () => rate(count, inFlight, () => ping(session)),
      () => rate(count, inFlight, () => bare.ask("rrext_ping", {})),
    );
    const what = `ping, ${inFlight} in flight`;
    rows.push({ what, unit: "1/s", better: "higher", ...result });
  }
  return rows;
}

/** Sends per second of 1 KiB, each an open, a write and a close. */
export async function sends(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const { token } = await use(session, { pipeline: sinkPipeline(0) });
  const data = new Uint8Array(KIB);
  const count = 500;
  const result = await compare(
    () => rate(count, 1, () => send(session, token, data)),
    () => rate(count, 1, () => bare.send(token, KIB)),
  );
  await terminate(session, token);
  const what = "send of 1 KiB";
  return [{ what, unit: "1/s", better: "higher", ...result }];
}

/** The median time of a send by size: on Deno a naive client stalls 44 ms. */
export async function sendLatency(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const { token } = await use(session, { pipeline: sinkPipeline(0) });
  const rows: Row[] = [];
  for (const size of [2 * KIB, 16 * KIB, 60 * KIB]) {
    const data = new Uint8Array(size);
    const result = {
      bare: await medianMs(15, () => bare.send(token, size)),
      ours: await medianMs(100, () => send(session, token, data)),
    };
    const what = `send of ${size / KIB} KiB, median`;
    rows.push({ what, unit: "ms", better: "lower", ...result });
  }
  await terminate(session, token);
  return rows;
}

async function rate(
  count: number,
  inFlight: number,
  call: () => Promise<unknown>,
): Promise<number> {
  let left = count;
  async function worker(): Promise<void> {
    while (left-- > 0) await call();
  }
  const workers = () => Promise.all(Array.from({ length: inFlight }, worker));
  return count / await seconds(workers);
}

async function medianMs(
  count: number,
  call: () => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await seconds(call) * 1000);
  return median(times);
}
