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
  send,
  sendFiles,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import { installPython, runPython } from "../test/support/python_packages.ts";
import { tempFolder } from "../test/support/temp_folder.ts";
import { type Row, sinkPipeline } from "./contest.ts";
import { piped } from "./contests/pipes.ts";
import { compare, seconds } from "./measure.ts";
import { table } from "./report.ts";
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
    ours: (session, token) => piped(session, token, 64 * MIB, KIB),
  },
  {
    what: "pipe, chunks of 64 KiB",
    unit: "MB/s",
    name: "pipe 64",
    ours: (session, token) => piped(session, token, 256 * MIB, 64 * KIB),
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

async function filesFromDisk(
  session: Session,
  token: string,
): Promise<number> {
  await using folder = await tempFolder();
  const paths = Array.from(
    { length: 500 },
    (_, at) => `${folder.path}/${at}.bin`,
  );
  for (const path of paths) await Deno.writeFile(path, new Uint8Array(KIB));
  const took = await seconds(async () => {
    const results = await sendFiles(session, token, paths, { concurrency: 64 });
    const failed = results.find(({ action }) => action !== "complete");
    if (failed) throw new Error(failed.error);
  });
  return paths.length / took;
}

async function official(
  packages: string,
  uri: string,
  token: string,
  name: string,
): Promise<number> {
  const script = new URL("official_client.py", import.meta.url).pathname;
  return Number(await runPython(packages, [script, uri, token, name]));
}

const packages = await installPython(`rocketride==${VERSION}`);
const server = await startServer();
const session = await connect({ uri: server.uri, auth: "bench", env: {} });
try {
  const { token } = await use(session, { pipeline: sinkPipeline(0) });
  const rows = new Map<string, Row>();
  for (const { what, name, ours } of CONTESTS) {
    const pair = await compare(
      () => ours(session, token),
      () => official(packages, server.uri, token, name),
      { rounds: 5 },
    );
    rows.set(what, { what, ...pair });
  }
  await terminate(session, token);
  console.log(`Deno ${Deno.version.deno}; medians of five rounds, in turn\n`);
  const against = `official Python client ${VERSION}`;
  const contests = CONTESTS.map((it) => ({ ...it, against, wanted: 0 }));
  console.log(table(contests, new Map([["deno", rows]])));
} finally {
  await close(session);
  await server.stop();
}
