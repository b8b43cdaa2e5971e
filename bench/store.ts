import type { Session } from "@rocketride/streams";
import { readFile, writeFile } from "@rocketride/streams/store";
import { type BareSocket, requestFrame } from "./bare_socket.ts";
import { compare, seconds } from "./measure.ts";
import type { Row } from "./report.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK = 64 * KIB;

/**
 * Files of the store, beside the loop that one would write: the official
 * clients' shape, one request at a time for each chunk.
 */
export async function store(
  session: Session,
  bare: BareSocket,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of [4 * MIB, 64 * MIB]) {
    const label = `${size / MIB} MiB`;
    const written = await compare(
      () => rate(size, () => write(session, size)),
      () => rate(size, () => bareWrite(bare, size)),
    );
    const read = await compare(
      () => rate(size, () => drain(session, size)),
      () => rate(size, () => bareRead(bare, size)),
    );
    const unit = "MB/s";
    const what = `store, ${label} in chunks of 64 KiB`;
    rows.push(
      { what: `${what}, written`, unit, better: "higher", ...written },
      { what: `${what}, read`, unit, better: "higher", ...read },
    );
  }
  return rows;
}

/** Megabytes per second. */
async function rate(
  size: number,
  work: () => Promise<void>,
): Promise<number> {
  return size / 1e6 / await seconds(work);
}

async function write(session: Session, size: number): Promise<void> {
  const chunk = new Uint8Array(CHUNK);
  const writer = (await writeFile(session, "bench/ours")).getWriter();
  for (let at = 0; at < size; at += CHUNK) await writer.write(chunk);
  await writer.close();
}

async function drain(session: Session, size: number): Promise<void> {
  const reader = (await readFile(session, "bench/ours")).getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    at += value.length;
  }
  if (at !== size) throw new Error(`Read ${at} of ${size} bytes`);
}

async function bareWrite(bare: BareSocket, size: number): Promise<void> {
  const handle = await bareOpen(bare, "w");
  const seq = 1e9;
  const header = { subcommand: "fs_write", handle };
  const frame = requestFrame("rrext_store", header, CHUNK, seq);
  for (let at = 0; at < size; at += CHUNK) await bare.write(frame, seq);
  await bareClose(bare, handle, "w");
}

async function bareRead(bare: BareSocket, size: number): Promise<void> {
  const handle = await bareOpen(bare, "r");
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
  await bareClose(bare, handle, "r");
  if (offset !== size) throw new Error(`Read ${offset} of ${size} bytes`);
}

async function bareOpen(bare: BareSocket, mode: string): Promise<string> {
  const opening = { subcommand: "fs_open", path: "bench/bare", mode };
  const { body } = await bare.ask("rrext_store", opening);
  return body?.handle ?? "";
}

async function bareClose(
  bare: BareSocket,
  handle: string,
  mode: string,
): Promise<void> {
  await bare.ask("rrext_store", { subcommand: "fs_close", handle, mode });
}
