import { close, connect, isDAPException, type Session } from "../../../mod.ts";
import {
  deleteProject,
  getProject,
  list,
  mkdir,
  readFile,
  readJson,
  readText,
  remove,
  rename,
  saveProject,
  stat,
  writeFile,
  writeJson,
  writeText,
} from "../../../lib/store/mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf, thrownBy } from "./_failure.ts";
import { relayOf } from "./_faults.ts";
import { KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, withSession } from "./_session.ts";
import { allOf } from "./_streams.ts";

const group = "store";

/** Work in a directory of the store that is nobody else's. */
function withStore(
  places: Places,
  work: (session: Session, directory: string) => Promise<unknown>,
): Promise<unknown> {
  return withSession(toEngine(places), async (session) => {
    const directory = crypto.randomUUID();
    await mkdir(session, directory);
    try {
      return await work(session, directory);
    } finally {
      await whenFree(() => remove(session, directory, { recursive: true }));
    }
  });
}

/** Do something as soon as nobody has the file any more. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDAPException(error, "file-busy")) throw error;
    }
  }
}

async function digestOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  const bytes = await new Response(stream).arrayBuffer();
  return await sha256(new Uint8Array(bytes));
}

/** The files that an engine keeps, as streams. */
export const STORE: readonly ConformanceCase[] = [
  {
    group,
    name: "a file of some megabytes comes back as it was, whole and in part",
    expected: { size: 3_000_321, whole: true, part: true },
    run: (places) =>
      withStore(places, async (session, directory) => {
        const path = `${directory}/big.bin`;
        const content = patternBytes(3_000_321);
        const target = await writeFile(session, path);
        await new Blob([content]).stream().pipeTo(target);
        const whole = await readFile(session, path, { frameBytes: 65_536 });
        const place = { offset: 999_999, length: 1_000_001 };
        const part = await readFile(session, path, place);
        const cut = content.slice(999_999, 2_000_000);
        return {
          size: (await stat(session, path))?.size,
          whole: await digestOf(whole) === await sha256(content),
          part: await digestOf(part) === await sha256(cut),
        };
      }),
  },
  {
    group,
    name: "a fetched body is kept, and read as a stream through another",
    expected: "Grüße 🌍",
    run: (places) =>
      withStore(places, async (session, directory) => {
        const path = `${directory}/a.gz`;
        const address = new URL("/text?cut=3", places.site);
        address.searchParams.set("of", "Grüße 🌍");
        const { body } = await fetch(address);
        await body!
          .pipeThrough(new CompressionStream("gzip"))
          .pipeTo(await writeFile(session, path));
        const stream = await readFile(session, path);
        const plain = stream.pipeThrough(new DecompressionStream("gzip"));
        return await new Response(plain).text();
      }),
  },
  {
    group,
    name: "files and directories are made, listed, renamed and removed",
    expected: {
      listed: ["dir empty", "file one.txt", "file two.json"],
      read: [{ two: [2] }, "1"],
      gone: true,
    },
    run: (places) =>
      withStore(places, async (session, directory) => {
        await writeText(session, `${directory}/one.txt`, "1");
        await writeJson(session, `${directory}/two.json`, { two: [2] });
        await mkdir(session, `${directory}/empty`);
        const entries = await list(session, directory);
        const read = [await readJson(session, `${directory}/two.json`)];
        await rename(session, `${directory}/one.txt`, `${directory}/1`);
        await remove(session, `${directory}/empty`);
        return {
          listed: entries.map(({ name, type }) => `${type} ${name}`),
          read: [...read, await readText(session, `${directory}/1`)],
          gone: await stat(session, `${directory}/one.txt`) === undefined,
        };
      }),
  },
  {
    group,
    name: "what cannot be is refused with a reason",
    expected: [
      "RocketRideException: file-not-found",
      "RocketRideException: file-not-readable",
      "RocketRideException: file-busy",
      "ValidationException",
    ],
    run: (places) =>
      withStore(places, async (session, directory) => {
        const path = `${directory}/a`;
        const open = await writeFile(session, path);
        const seen = [
          await failureOf(readFile(session, `${directory}/none`)),
          await failureOf(readFile(session, directory)),
          await failureOf(writeFile(session, path)),
        ];
        await open.close();
        const up = await thrownBy(readFile(session, "../secret"));
        return [...seen, (up as Error).name];
      }),
  },
  {
    group,
    name: "streams that are left, and signals, let files go",
    expected: ["before", true],
    run: (places) =>
      withStore(places, async (session, directory) => {
        const text = "x".repeat(1_000_000);
        await writeText(session, `${directory}/a`, text);
        const reader =
          (await readFile(session, `${directory}/a`, { frameBytes: 4_096 }))
            .getReader();
        await reader.read();
        await reader.cancel("enough");
        await writeText(session, `${directory}/b`, "before");
        const writer = (await writeFile(session, `${directory}/b`))
          .getWriter();
        await writer.write(new TextEncoder().encode("half"));
        await writer.abort("enough");
        const controller = new AbortController();
        const { signal } = controller;
        const stream = await readFile(session, `${directory}/a`, { signal });
        const reason = new Error("enough");
        controller.abort(reason);
        const thrown = await thrownBy(allOf(stream));
        // A file that somebody has open cannot be written.
        await whenFree(() => writeText(session, `${directory}/a`, ""));
        return [
          await readText(session, `${directory}/b`),
          thrown === reason,
        ];
      }),
  },
  {
    group,
    name: "a line that is cut fails the stream of a file",
    expected: "ConnectionException: connection-lost",
    run: (places) =>
      withStore(places, async (session, directory) => {
        await writeText(session, `${directory}/a`, "x".repeat(1_000_000));
        const relay = await relayOf(places);
        const other = await connect({ uri: relay.uri, auth: KEY, env: {} });
        const stream = await readFile(other, `${directory}/a`, {
          frameBytes: 4_096,
        });
        await relay.cut("rrext_store fs_read", "answer", "reset");
        const failure = await failureOf(allOf(stream));
        await close(other);
        return failure;
      }),
  },
  {
    group,
    name: "a pipeline is kept, and an older version does not go over it",
    expected: [true, "RocketRideException: version-conflict", true],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const id = crypto.randomUUID();
        const pipeline = textPipeline();
        const expectedVersion = await saveProject(session, id, pipeline);
        const kept = await getProject(session, id);
        const same = JSON.stringify(kept.pipeline) === JSON.stringify(pipeline);
        const next = { ...pipeline, name: "Next" };
        await saveProject(session, id, next, { expectedVersion });
        const late = await failureOf(
          saveProject(session, id, pipeline, { expectedVersion }),
        );
        await deleteProject(session, id);
        const gone = await thrownBy(getProject(session, id));
        return [same, late, gone instanceof Error];
      }),
  },
];
