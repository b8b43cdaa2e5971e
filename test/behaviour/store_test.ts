import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  close,
  connect,
  type ConnectOptions,
  isDAPException,
  type Session,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import {
  createEngine,
  directoryStore,
  type Engine,
  memoryStore,
} from "@rocketride/streams/engine";
import {
  deleteProject,
  getAllProjects,
  getLog,
  getProject,
  getTemplate,
  list,
  listLogs,
  mkdir,
  readFile,
  readJson,
  readText,
  remove,
  rename,
  saveLog,
  saveProject,
  saveTemplate,
  stat,
  writeFile,
  writeJson,
  writeText,
} from "@rocketride/streams/store";
import { cuttingRelay, type Moment } from "../support/cutting_relay.ts";
import { forEachTransport } from "../support/engines.ts";
import { sameBytes } from "../support/same_bytes.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MIB = 1024 * 1024;
/** Half of a file that is never completed. */
const HALF = new TextEncoder().encode("half".repeat(100_000));

type StoreTest = (session: Session, engine: Engine) => Promise<void>;

/** Run a test with a session over each transport that carries the store. */
function forEachSession(name: string, test: StoreTest): void {
  forEachTransport(name, (options, engine) => run(options, engine, test));
}

async function run(
  options: ConnectOptions,
  engine: Engine,
  test: StoreTest,
): Promise<void> {
  const session = await connect(options);
  try {
    await test(session, engine);
  } finally {
    await close(session);
  }
}

/** Bytes that differ from block to block. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 12)) & 0xff;
  return bytes;
}

async function bytesOf(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const response = new Response(
    stream as ReadableStream<Uint8Array<ArrayBuffer>>,
  );
  return new Uint8Array(await response.arrayBuffer());
}

forEachSession(
  "a file of some megabytes comes back as it was",
  async (session) => {
    const content = pattern(5 * MIB + 321);
    const body = new Blob([content]).stream();
    await body.pipeTo(await writeFile(session, "big.bin"));
    assertEquals((await stat(session, "big.bin"))?.size, content.length);
    for (const frameBytes of [64 * 1024, 4 * MIB]) {
      const stream = await readFile(session, "big.bin", { frameBytes });
      assert(sameBytes(await bytesOf(stream), content));
    }
    const part = { offset: 3 * MIB - 1, length: MIB + 2 };
    const stream = await readFile(session, "big.bin", part);
    const end = part.offset + part.length;
    assert(
      sameBytes(await bytesOf(stream), content.subarray(part.offset, end)),
    );
  },
);

forEachSession("a file is copied from stream to stream", async (session) => {
  await writeText(session, "a", "Grüße\n".repeat(50_000));
  const source = await readFile(session, "a");
  await source.pipeThrough(new CompressionStream("gzip"))
    .pipeTo(await writeFile(session, "a.gz"));
  const packed = await readFile(session, "a.gz");
  const text = await new Response(
    packed.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  assertEquals(text, await readText(session, "a"));
});

forEachSession(
  "files and directories are made, listed, renamed and removed",
  async (session) => {
    await writeText(session, "notes/one.txt", "1");
    await writeJson(session, "notes/two.json", { two: [2] });
    await mkdir(session, "empty");
    const names = async (path?: string) =>
      (await list(session, path)).map(({ name, type }) => `${type} ${name}`);
    assertEquals(await names(), ["dir empty", "dir notes"]);
    assertEquals(await names("notes"), ["file one.txt", "file two.json"]);
    assertEquals(await readJson(session, "notes/two.json"), { two: [2] });
    await rename(session, "notes", "old/notes");
    assertEquals(await readText(session, "old/notes/one.txt"), "1");
    assertEquals(await stat(session, "notes"), undefined);
    await assertCode("folder-not-empty", remove(session, "old"));
    await assertCode("file-exists", rename(session, "old", "empty"));
    await remove(session, "empty");
    await remove(session, "old", { recursive: true });
    await assertCode("file-not-found", remove(session, "old"));
    assertEquals(await names(), []);
  },
);

async function assertCode(code: string, work: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => work) as Error & { code: string };
  assertEquals(error.code, code, error.message);
}

forEachSession(
  "a write that is given up leaves what was there before",
  async (session) => {
    await writeText(session, "a", "before");
    const { signal, abort } = signalOf();
    const ways: readonly [string, (path: string) => Promise<unknown>][] = [
      ["aborted", async (path) => {
        const writer = (await writeFile(session, path)).getWriter();
        await writer.write(HALF);
        await writer.abort("enough");
      }],
      ["signal", async (path) => {
        const writer = (await writeFile(session, path, { signal })).getWriter();
        await writer.write(HALF);
        abort();
        await assertRejects(() => writer.closed);
      }],
      ["failed source", async (path) => {
        const source = new ReadableStream<Uint8Array>({
          pull(controller): void {
            if (controller.desiredSize! > 0) controller.enqueue(HALF);
            controller.error(new Error("source"));
          },
        });
        const file = await writeFile(session, path);
        await assertRejects(() => source.pipeTo(file), Error, "source");
      }],
    ];
    for (const [way, give] of ways) {
      await give("a");
      await give("b").catch((error) => {
        if (way !== "signal") throw error;
      });
      // Waits for the file to be closed.
      await writeText(session, "c", way);
      assertEquals(await readText(session, "a"), "before", way);
      assertEquals(await stat(session, "b"), undefined, way);
    }
  },
);

Deno.test("a save that is refused leaves what was saved before", async () => {
  await using temp = await tempFolder();
  const stores = [
    directoryStore(temp.path, { maxFileBytes: 2_000 }),
    memoryStore({ maxBytes: 2_000 }),
  ];
  for (const store of stores) {
    const engine = createEngine({ store });
    const session = await connect({ transport: engine.transport(), env: {} });
    const project = { components: [], name: "before" };
    const contents = { body: { startTime: 1 }, text: "before" };
    await saveProject(session, "p", project);
    await saveTemplate(session, "t", project);
    await writeText(session, "a", "before");
    const name = await saveLog(session, "p", "in", contents);

    const large = "x".repeat(3_000);
    const larger = { ...project, name: large };
    const refused = /Store is full|File is too large/;
    for (
      const save of [
        () => saveProject(session, "p", larger),
        () => saveTemplate(session, "t", larger),
        () => saveLog(session, "p", "in", { ...contents, text: large }),
        () => writeText(session, "a", large),
        () => writeJson(session, "a", large),
        async () => {
          const source = new Blob([large]).stream();
          await source.pipeTo(await writeFile(session, "a"));
        },
      ]
    ) {
      assertMatch((await assertRejects(save) as Error).message, refused);
    }
    assertEquals((await getProject(session, "p")).pipeline, project);
    assertEquals((await getTemplate(session, "t")).pipeline, project);
    assertEquals(await getLog(session, "p", name), contents);
    assertEquals(await readText(session, "a"), "before");
    await close(session);
    await engine.close();
  }
});

function signalOf(): { signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => controller.abort(new Error("enough")),
  };
}

forEachSession("what cannot be is refused with a reason", async (session) => {
  await mkdir(session, "d");
  await writeText(session, "f", "x");
  await assertCode("file-not-found", readFile(session, "none"));
  await assertCode("file-not-readable", readFile(session, "d"));
  await assertCode("file-not-readable", writeFile(session, "d"));
  await assertCode("file-not-readable", writeFile(session, "f/g"));
  await assertCode("file-exists", mkdir(session, "f"));
  const open = await writeFile(session, "f");
  await assertCode("file-busy", writeFile(session, "f"));
  await assertCode("file-busy", remove(session, "f"));
  await open.close();
  await remove(session, "f");
});

forEachSession("projects, templates and logs", async (session) => {
  const pipeline = {
    name: "Invoices",
    components: [
      { id: "in", provider: "webhook", config: { mode: "Source" } },
    ],
  };
  const first = await saveProject(session, "p", { pipeline });
  assertEquals((await getProject(session, "p")).pipeline, pipeline);
  const renamed = { ...pipeline, name: "Bills" };
  await saveProject(session, "p", renamed, { expectedVersion: first });
  const late = saveProject(session, "p", pipeline, { expectedVersion: first });
  await assertCode("version-conflict", late);
  assertEquals(await getAllProjects(session), [{
    id: "p",
    name: "Bills",
    sources: [{ id: "in", provider: "webhook", name: "in" }],
    totalComponents: 1,
  }]);
  // The embedded engine keeps documents of 1.0 in files of 1.1.
  assertEquals(await readJson(session, ".projects/p.json"), renamed);
  await deleteProject(session, "p");
  await assertCode("file-not-found", getProject(session, "p"));

  await saveTemplate(session, "t", pipeline);
  assertEquals((await getTemplate(session, "t")).pipeline, pipeline);

  const contents = { body: { startTime: 1764337626, errors: [] } };
  const name = await saveLog(session, "p", "in", contents);
  assertEquals(await getLog(session, "p", name), contents);
  assertEquals((await listLogs(session, "p")).map((it) => it.name), [name]);
});

forEachSession(
  "more files than an engine lets be open are read one after the other",
  async (session) => {
    for (let i = 0; i < 100; i++) await writeText(session, `f/${i}`, `${i}`);
    const texts = await Promise.all(
      Array.from({ length: 60 }, (_, i) => readText(session, `f/${i}`)),
    );
    assertEquals(texts[59], "59");
    for (let i = 0; i < 100; i++) {
      const stream = await readFile(session, `f/${i}`);
      await stream.cancel();
    }
  },
);

forEachSession(
  "a stream that is cancelled or aborted lets the file go at once",
  async (session) => {
    await writeText(session, "a", "x".repeat(MIB));
    const reader = (await readFile(session, "a", { frameBytes: 4096 }))
      .getReader();
    await reader.read();
    await reader.cancel("enough");
    const writer = (await writeFile(session, "b/c")).getWriter();
    await writer.write(new TextEncoder().encode("half"));
    await writer.abort("enough");
    assertEquals(await stat(session, "b/c"), undefined);
    await writeText(session, "b/c", "whole");
    await remove(session, "b", { recursive: true });
    await rename(session, "a", "d");
  },
);

forEachSession("a signal lets the file go, too", async (session) => {
  await writeText(session, "d/a", "x".repeat(MIB));
  const controller = new AbortController();
  const { signal } = controller;
  const stream = await readFile(session, "d/a", { signal, frameBytes: 4096 });
  const target = await writeFile(session, "d/b", { signal });
  const piping = stream.pipeTo(target);
  controller.abort(new Error("enough"));
  await assertRejects(() => piping, Error, "enough");
  // A write that was in flight has its answer first.
  await untilFree(() => remove(session, "d", { recursive: true }));
});

forEachSession(
  "a session that closes leaves no file open",
  async (_, engine) => {
    const options = { transport: engine.transport(), env: {} };
    const first = await connect(options);
    const writer = (await writeFile(first, "a")).getWriter();
    await writer.write(new TextEncoder().encode("half"));
    await close(first);
    await assertRejects(() => writer.closed);
    const second = await connect(options);
    assertEquals(await stat(second, "a"), undefined);
    await writeText(second, "a", "again");
    await close(second);
  },
);

Deno.test("HTTP has no place for the store, and says so", async () => {
  await withServedEngine({}, async ({ origin: uri }) => {
    const transport = httpTransport();
    const session = await connect({ uri, auth: "key", env: {}, transport });
    await assertCode("not-supported", readFile(session, "a"));
    await assertCode("not-supported", list(session));
    await assertCode("not-supported", getProject(session, "a"));
    await close(session);
  });
});

const CUTS: readonly (readonly [subcommand: string, moment: Moment])[] = [
  ["fs_open", "request"],
  ["fs_open", "answer"],
  ["fs_read", "request"],
  ["fs_read", "answer"],
  ["fs_write", "request"],
  ["fs_write", "answer"],
  ["fs_close", "request"],
  ["fs_close", "answer"],
];

const ALL_CUTS = (["close", "reset"] as const).flatMap((manner) =>
  CUTS.map((cut) => [...cut, manner] as const)
);

for (const [subcommand, moment, manner] of ALL_CUTS) {
  Deno.test(`a line that is cut at the ${moment} of ${subcommand} leaves nothing open (${manner})`, async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    const options = { store: directoryStore(folder) };
    await withServedEngine(options, async ({ origin }) => {
      await using relay = await cuttingRelay(origin);
      const auth = { auth: "key", env: {} };
      const steady = await connect({ uri: origin, ...auth });
      await writeText(steady, "a", "x".repeat(3 * MIB));
      const session = await connect({ uri: relay.uri, ...auth });
      const command = `rrext_store ${subcommand}`;
      const cut = relay.cut(command, moment, manner);
      const work = subcommand === "fs_write" || subcommand === "fs_close"
        ? writeText(session, "b/c", "y".repeat(3 * MIB))
        : readText(session, "a");
      const error = await assertRejects(() => work);
      assert(isDAPException(error, "connection-lost"), String(error));
      await cut;
      await session.closed;
      // The engine hears of it in its own time.
      const path = subcommand === "fs_open" ? "a" : "b/c";
      await untilFree(() => writeText(steady, path, "free"));
      await close(steady);
    });
  });
}

/** Do something as soon as nobody else has the file. */
async function untilFree(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDAPException(error, "file-busy")) throw error;
    }
  }
}

Deno.test("a session that persists reads on its new line, not on with its old file", async () => {
  await withServedEngine({}, async ({ origin }) => {
    await using relay = await cuttingRelay(origin);
    const session = await connect({
      uri: relay.uri,
      auth: "key",
      env: {},
      persist: true,
    });
    await writeText(session, "a", "x".repeat(MIB));
    const stream = await readFile(session, "a", { frameBytes: 4096 });
    const reader = stream.getReader();
    await reader.read();
    relay.cutAll();
    const error = await assertRejects(async () => {
      while (!(await reader.read()).done);
    });
    assert(isDAPException(error, "connection-lost"), String(error));
    assertEquals((await readText(session, "a")).length, MIB);
    await close(session);
  });
});
