import type { Session } from "@rocketride/streams";
import { readFile, writeFile } from "@rocketride/streams/store";
import { type BareSocket, requestFrame } from "../bare_socket.ts";
import type { Contest } from "../contest.ts";
import { type Contender, type Pair, seconds } from "../measure.ts";

const KIB = 1024;
const BYTES = 64 * 1024 * KIB;
const CHUNK = 64 * KIB;

/**
 * Files of the store, beside the loop that one would write: the official
 * clients' shape, one request at a time for each chunk.
 */
export const STORE: readonly Contest[] = [
  contest("written", write, bareWrite),
  contest("read", read, bareRead),
];

function contest(
  done: string,
  ours: (session: Session, size: number) => Promise<void>,
  bare: (socket: BareSocket, size: number) => Promise<void>,
): Contest {
  function rate(size: number, work: () => Promise<void>): Contender {
    return async () => size / 1e6 / await seconds(work);
  }
  return {
    what: `store, chunks of 64 KiB, ${done}`,
    group: "store",
    unit: "MB/s",
    wanted: 0.9,
    run({ bare: socket, session, effort, compare }): Promise<Pair> {
      const size = Math.ceil(BYTES * effort / CHUNK) * CHUNK;
      return compare(
        rate(size, () => ours(session, size)),
        rate(size, () => bare(socket, size)),
      );
    },
  };
}

async function write(session: Session, size: number): Promise<void> {
  const chunk = new Uint8Array(CHUNK);
  const writer = (await writeFile(session, "bench/file")).getWriter();
  for (let at = 0; at < size; at += CHUNK) await writer.write(chunk);
  await writer.close();
}

async function read(session: Session, size: number): Promise<void> {
  const reader = (await readFile(session, "bench/file")).getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    at += value.length;
  }
  if (at !== size) throw new Error(`Read ${at} of ${size} bytes`);
}

async function bareWrite(bare: BareSocket, size: number): Promise<void> {
  const handle = await open(bare, "w");
  const seq = 1e9;
  const header = { subcommand: "fs_write", handle };
  const frame = requestFrame("rrext_store", header, CHUNK, seq);
  for (let at = 0; at < size; at += CHUNK) await bare.resend(frame, seq);
  await bare.ask("rrext_store", { subcommand: "fs_close", handle, mode: "w" });
}

async function bareRead(bare: BareSocket, size: number): Promise<void> {
  const handle = await open(bare, "r");
  let offset = 0;
  for (;;) {
    const { body } = await bare.ask("rrext_store", {
      subcommand: "fs_read",
      handle,
      offset,
      length: CHUNK,
    });
    if (!body?.size) break;
    offset += body.size;
  }
  await bare.ask("rrext_store", { subcommand: "fs_close", handle, mode: "r" });
  if (offset !== size) throw new Error(`Read ${offset} of ${size} bytes`);
}

async function open(bare: BareSocket, mode: string): Promise<string> {
  const opening = { subcommand: "fs_open", path: "bench/file", mode };
  const { body } = await bare.ask("rrext_store", opening);
  return body?.handle ?? "";
}
