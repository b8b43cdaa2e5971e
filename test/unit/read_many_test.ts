import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { getUrl, readMany, type StoredFile } from "@rocketride/streams/store";
import {
  ProtocolException,
  RocketRideException,
  ValidationException,
} from "../../lib/errors.ts";
import { listenersOf } from "../support/counting_signal.ts";
import { SILENCE } from "../support/scripted_server.ts";
import { type StoreServer, storeServer } from "../support/store_server.ts";

const encoder = new TextEncoder();

/** A payload: for each text a length, and its bytes. */
function payloadOf(texts: readonly string[]): Uint8Array {
  return new Uint8Array(texts.flatMap((text) => {
    const bytes = encoder.encode(text);
    return [0, 0, bytes.length >> 8, bytes.length & 255, ...bytes];
  }));
}

/** A server of 1.4 with these files. */
function newer(
  files: Readonly<Record<string, string>>,
  change: (payload: Uint8Array) => Uint8Array = (it) => it,
): Promise<StoreServer> {
  return storeServer({
    fs_read_many(request, line): typeof SILENCE {
      const paths = request.arguments?.paths as string[];
      const entries = paths.map((path) =>
        path in files
          ? { path, ok: true }
          : { path, ok: false, error: `File not found: ${path}` }
      );
      const data = change(payloadOf(paths.map((path) => files[path] ?? "")));
      line.send(
        {
          type: "response",
          seq: 1,
          request_seq: request.seq,
          success: true,
          command: request.command,
          body: { entries },
          arguments: { data },
        } as Parameters<typeof line.send>[0],
      );
      return SILENCE;
    },
  });
}

/** A server of 1.1 with these files. */
function older(files: Readonly<Record<string, string>>): Promise<StoreServer> {
  return storeServer({
    fs_read_many(): void {
      throw new Error("Unknown subcommand: fs_read_many");
    },
    fs_open({ arguments: args }): { handle: string; size: number } {
      const text = files[String(args?.path)];
      if (text === undefined) throw new Error(`File not found: ${args?.path}`);
      return { handle: String(args?.path), size: text.length };
    },
    fs_read(request, line): typeof SILENCE {
      const { handle, offset = 0 } = request.arguments ?? {};
      const data = encoder.encode(files[String(handle)]!).slice(Number(offset));
      line.send(
        {
          type: "response",
          seq: 1,
          request_seq: request.seq,
          success: true,
          command: request.command,
          body: {},
          arguments: { data },
        } as Parameters<typeof line.send>[0],
      );
      return SILENCE;
    },
  });
}

/** Files in short: their text, or the code of their failure. */
function inShort(files: readonly StoredFile[]): unknown[] {
  return files.map((file) => [
    file.path,
    file.ok ? new TextDecoder().decode(file.data) : file.error.code,
  ]);
}

const FILES = { "a.txt": "hi", "d/b.txt": "", "c.txt": "x".repeat(300) };
const PATHS = ["a.txt", "none.txt", "/d//b.txt", "c.txt", "a.txt"];
const READ = [
  ["a.txt", "hi"],
  ["none.txt", "file-not-found"],
  ["/d//b.txt", ""],
  ["c.txt", "x".repeat(300)],
  ["a.txt", "hi"],
];

for (const [generation, start] of Object.entries({ newer, older })) {
  Deno.test(`many files are read in order, and a missing one fails alone (${generation} server)`, async () => {
    await using server = await start(FILES);
    const read = await Array.fromAsync(readMany(server.session, PATHS));
    assertEquals(inShort(read), READ);
    const again = await Array.fromAsync(readMany(server.session, ["a.txt"]));
    assertEquals(inShort(again), [["a.txt", "hi"]]);
    const many = server.requests.filter((it) =>
      it.arguments?.subcommand === "fs_read_many"
    );
    // An older server is asked for many files once.
    assertEquals(many.length, generation === "newer" ? 2 : 1);
  });
}

Deno.test("the next files are asked for when those before were read, and no path makes no request", async () => {
  await using server = await newer(FILES);
  const reader = readMany(server.session, PATHS, { batchSize: 2 }).getReader();
  assertEquals(server.requests.length, 0);
  const counts: number[] = [];
  for (;;) {
    const { done } = await reader.read();
    if (done) break;
    counts.push(server.requests.length);
  }
  assertEquals(counts, [1, 1, 2, 2, 3]);
  assertEquals(await Array.fromAsync(readMany(server.session, [])), []);
  assertEquals(server.requests.length, 3);
});

Deno.test("more than 256 files are more than one request", async () => {
  const paths = Array.from({ length: 600 }, (_, at) => `${at}`);
  await using server = await newer({ "599": "last" });
  const read = await Array.fromAsync(readMany(server.session, paths));
  assertEquals(read.length, 600);
  assertEquals(inShort(read).at(-1), ["599", "last"]);
  assertEquals(server.requests.length, 3);
});

/** Payloads that do not fit their records, and what is said of them. */
const BROKEN: Readonly<Record<string, (payload: Uint8Array) => Uint8Array>> = {
  "the length of file 2 of 2": (it) => it.slice(0, it.length - 1),
  "2 bytes of file 1, not fewer": (it) => it.slice(0, 5),
  "the end of the files, not 3 bytes more": (it) =>
    new Uint8Array([...it, 1, 2, 3]),
};

for (const [words, change] of Object.entries(BROKEN)) {
  Deno.test(`an answer without ${words} is refused`, async () => {
    await using server = await newer(FILES, change);
    await assertRejects(
      () => Array.fromAsync(readMany(server.session, ["a.txt", "d/b.txt"])),
      ProtocolException,
      words,
    );
  });
}

Deno.test("an answer with other records than were asked for is refused", async () => {
  for (const entries of [undefined, [], [{ ok: true }, { ok: true }]]) {
    await using server = await storeServer({
      fs_read_many: () => ({ entries }),
    });
    await assertRejects(
      () => Array.fromAsync(readMany(server.session, ["a.txt"])),
      ProtocolException,
      "1 files",
    );
  }
});

Deno.test("what cannot be read many is found before any traffic", async () => {
  await using server = await newer(FILES);
  const { session } = server;
  assertThrows(() => readMany(session, ["../a"]), ValidationException);
  assertThrows(() => readMany(session, ["/"]), ValidationException);
  assertThrows(() => readMany(session, "a.txt"), TypeError);
  for (const batchSize of [0, 257, 1.5]) {
    assertThrows(() => readMany(session, [], { batchSize }), RangeError);
  }
  assertEquals(server.requests, []);
});

Deno.test("a stream of files lets go of its signal, however it ends", async () => {
  await using server = await newer(FILES);
  const { signal } = new AbortController();
  const attached = listenersOf(signal);
  const { session } = server;
  await Array.fromAsync(readMany(session, ["a.txt"], { signal }));
  assertEquals(attached.size, 0);
  await readMany(session, ["a.txt"], { signal }).cancel();
  assertEquals(attached.size, 0);
  const controller = new AbortController();
  controller.abort("enough");
  const aborted = readMany(session, ["a.txt"], controller);
  assertEquals(await Array.fromAsync(aborted).catch((it) => it), "enough");
});

Deno.test("getUrl() asks for an address, an hour long unless told otherwise", async () => {
  const url = "https://files.example/task/fetch?token=t";
  await using server = await storeServer({ fs_geturl: () => ({ url }) });
  const { session } = server;
  assertEquals(await getUrl(session, "/a.txt"), url);
  await getUrl(session, "a.txt", { expiresIn: 60, downloadName: "b.txt" });
  assertEquals(server.requests.map((it) => it.arguments), [
    {
      subcommand: "fs_geturl",
      path: "a.txt",
      expires_in: 3600,
      download_name: null,
    },
    {
      subcommand: "fs_geturl",
      path: "a.txt",
      expires_in: 60,
      download_name: "b.txt",
    },
  ]);
  await assertRejects(() => getUrl(session, ""), ValidationException);
  for (const expiresIn of [0, -1, 1.5, NaN]) {
    await assertRejects(() => getUrl(session, "a", { expiresIn }), RangeError);
  }
});

Deno.test("getUrl() says where a server has no addresses, and where an answer has none", async () => {
  await using old = await storeServer({
    fs_geturl(): void {
      throw new Error("Unknown subcommand: fs_geturl");
    },
  });
  const error = await assertRejects(
    () => getUrl(old.session, "a"),
    RocketRideException,
  );
  assertEquals(error.code, "unknown-command");
  for (const url of [undefined, "", 1]) {
    await using odd = await storeServer({ fs_geturl: () => ({ url }) });
    await assertRejects(() => getUrl(odd.session, "a"), ProtocolException);
  }
});
