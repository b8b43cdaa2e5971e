// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Ours beside the official Python client, against the same engine in the same
 * run: `deno task bench:official`. Needs Python with pip.
 *
 * @module
 */
import {
  close,
  connect,
  ping,
  pipe,
  send,
  sendFiles,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import { installPython } from "../test/support/python_packages.ts";
import { compare, seconds } from "./measure.ts";
import { sinkPipeline } from "./pipe_throughput.ts";
import { type Row, table } from "./report.ts";
import { startServer } from "./server_process.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const VERSION = "1.5.0";

interface Contest {
  readonly what: string;
  readonly unit: string;
  /** What the Python program calls it. */
  readonly name: string;
  ours(session: Session, token: string): Promise<number>;
}

const CONTESTS: readonly Contest[] = [
  {
    what: "pipe, chunks of 1 KiB",
    unit: "MB/s",
    name: "pipe 1",
    ours: (session, token) => piped(session, token, KIB, 64 * MIB),
  },
  {
    what: "pipe, chunks of 64 KiB",
    unit: "MB/s",
    name: "pipe 64",
    ours: (session, token) => piped(session, token, 64 * KIB, 256 * MIB),
  },
  {
    what: "send of 1 KiB",
    unit: "1/s",
    name: "send",
    ours: async (session, token) => {
      const data = new Uint8Array(KIB);
      return 500 / await seconds(async () => {
        for (let i = 0; i < 500; i++) await send(session, token, data);
      });
    },
  },
  {
    // The official client sends all at once; the engine lets 64 through.
    what: "files of 1 KiB from disk, 64 at once",
    unit: "1/s",
    name: "files",
    ours: filesFromDisk,
  },
  {
    what: "ping, 1 in flight",
    unit: "1/s",
    name: "ping",
    ours: async (session) =>
      2000 / await seconds(async () => {
        for (let i = 0; i < 2000; i++) await ping(session);
      }),
  },
];

async function piped(
  session: Session,
  token: string,
  chunkBytes: number,
  total: number,
): Promise<number> {
  const chunk = new Uint8Array(chunkBytes);
  let left = total;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk);
      left -= chunkBytes;
    },
  }, { highWaterMark: 0 });
  const took = await seconds(async () => {
    const target = await pipe(session, token);
    await source.pipeTo(target);
    await target.result;
  });
  return total / 1e6 / took;
}

async function filesFromDisk(
  session: Session,
  token: string,
): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = Array.from({ length: 500 }, (_, at) => `${folder}/${at}.bin`);
    for (const path of paths) await Deno.writeFile(path, new Uint8Array(KIB));
    const took = await seconds(async () => {
      const results = await sendFiles(session, token, paths, {
        concurrency: 64,
      });
      const failed = results.find(({ action }) => action !== "complete");
      if (failed) throw new Error(failed.error);
    });
    return paths.length / took;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function official(
  packages: string,
  uri: string,
  token: string,
  name: string,
): Promise<number> {
  const script = new URL("official_client.py", import.meta.url).pathname;
  const { stdout, success } = await new Deno.Command("python3", {
    args: [script, uri, token, name],
    env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`The Python program failed at "${name}"`);
  return Number(new TextDecoder().decode(stdout));
}

const packages = await installPython(`rocketride==${VERSION}`);
const server = await startServer();
const session = await connect({ uri: server.uri, auth: "bench", env: {} });
try {
  const { token } = await use(session, { pipeline: sinkPipeline(0) });
  const rows: Row[] = [];
  for (const { what, unit, name, ours } of CONTESTS) {
    const result = await compare(
      () => ours(session, token),
      () => official(packages, server.uri, token, name),
    );
    rows.push({ what, unit, better: "higher", ...result });
  }
  await terminate(session, token);
  console.log(`Deno ${Deno.version.deno}; medians of five rounds, in turn\n`);
  console.log(table(rows, `official Python client ${VERSION}`));
} finally {
  await close(session);
  await server.stop();
}
