import {
  close,
  connect,
  ping,
  pipe,
  sendFiles,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import { remove, writeFile } from "@rocketride/streams/store";
import { generated } from "../../bench/generated.ts";
import { Durations, exactly, type Figure, must } from "./figures.ts";
import { sinkPipeline } from "./nodes.ts";
import type { LoadItem, Stage } from "./stage.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK_BYTES = 256 * KIB;
/** What a ping may take beside an upload, where 99 of 100 are no slower. */
const MOST_MS = 100;

const SIZES = {
  full: { bytes: 1024 * MIB, stored: 256 * MIB },
  share: { bytes: 16 * MIB, stored: 8 * MIB },
} as const;
const FILES = 16;

/** Pings one after another while something is uploaded on the same session. */
export const UPLOAD: LoadItem = {
  name: "upload",
  async run({ options, size, counts }: Stage): Promise<Figure[]> {
    const { bytes, stored } = SIZES[size];
    const before = await counts();
    const session = await connect(options);
    const { token } = await use(session, { pipeline: sinkPipeline("upload") });
    const ways: readonly (readonly [string, number, () => Promise<void>])[] = [
      ["pipe", bytes, () => piped(session, token, bytes)],
      [`${FILES} files`, bytes, () => files(session, token, bytes)],
      ["store", stored, () => file(session, stored)],
    ];
    const figures: Figure[] = [];
    for (const [way, total, upload] of ways) {
      const start = performance.now();
      const pings = await pingsDuring(session, upload);
      const took = (performance.now() - start) / 1000;
      must(pings.count > 0, `No ping was answered during an upload by ${way}`);
      const what = `${way}, ${total / MIB} MiB`;
      const value = total / 1e6 / took;
      figures.push({ what: `${what}, speed`, value, unit: "MB/s" });
      figures.push({ what: `${what}, pings`, value: pings.count, unit: "" });
      figures.push(...pings.figures(`ping beside ${what}`, MOST_MS));
    }
    await terminate(session, token);
    await close(session);
    const after = await counts();
    exactly("connections", after.connections, before.connections);
    exactly("pipes", after.pipes, 0);
    return figures;
  },
};

async function piped(
  session: Session,
  token: string,
  bytes: number,
): Promise<void> {
  const target = await pipe(session, token);
  await generated(bytes, CHUNK_BYTES).pipeTo(target);
  await target.result;
}

async function files(
  session: Session,
  token: string,
  bytes: number,
): Promise<void> {
  const size = bytes / FILES;
  const results = await sendFiles(
    session,
    token,
    Array.from({ length: FILES }, (_, at) => {
      const stream = generated(size, CHUNK_BYTES);
      return { name: `${at}.bin`, stream, size };
    }),
    { concurrency: FILES },
  );
  const sent = results.reduce((sum, it) => sum + (it.bytes_sent ?? 0), 0);
  exactly("bytes of files", sent, bytes);
}

async function file(session: Session, bytes: number): Promise<void> {
  const target = await writeFile(session, "upload.bin");
  await generated(bytes, CHUNK_BYTES).pipeTo(target);
  await remove(session, "upload.bin");
}

async function pingsDuring(
  session: Session,
  work: () => Promise<void>,
): Promise<Durations> {
  const durations = new Durations();
  let isDone = false;
  const done = work().finally(() => isDone = true);
  while (!isDone) await durations.time(() => ping(session));
  await done;
  return durations;
}
