import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Disk,
  diskOf,
  openFile,
  statFile,
} from "../../lib/runtime/files.ts";
import { noDisk } from "../../lib/fetch_place.ts";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import { sameBytes } from "../support/same_bytes.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { hinted } from "../support/hinted.ts";

/** The file systems that this runtime can show: its own, and Node's. */
const DISKS: readonly (readonly [string, Disk | undefined])[] = [
  ["Deno", diskOf({ Deno })],
  ["Node", diskOf({ process: nodeProcess() })],
];

function nodeProcess(): unknown {
  return (globalThis as { process?: unknown }).process;
}

/** Run a test in a folder of its own. */
async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  await using temp = await tempFolder();
  const folder = temp.path;
  await test(folder);
}

/** The code and hint that a failure has. */
async function failureOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await assertRejects(() => promise, ValidationException);
  assert(isDAPException(error));
  return [error.code, error.message, error.hint ?? ""];
}

for (const [name, disk] of DISKS) {
  Deno.test(`openFile() gives a file in pieces and closes it at the end (${name})`, async () => {
    await inFolder(async (folder) => {
      const content = crypto.getRandomValues(new Uint8Array(60_000));
      const path = `${folder}/a.bin`;
      for (const times of [0, 1, 10]) {
        const whole = new Uint8Array(60_000 * times);
        for (let i = 0; i < times; i++) whole.set(content, i * 60_000);
        await Deno.writeFile(path, whole);
        const { size, stream } = await openFile(path, disk);
        assertEquals(size, whole.length);
        const bytes = await new Response(stream).bytes();
        assert(sameBytes(bytes, whole));
      }
    });
  });

  Deno.test(`openFile() closes a file whose stream is cancelled, also while it is read (${name})`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.bin`;
      await Deno.writeFile(path, new Uint8Array(1_000_000));
      const unread = await openFile(path, disk);
      await unread.stream.cancel();
      const begun = await openFile(path, disk);
      const reader = begun.stream.getReader();
      await reader.read();
      const reading = reader.read();
      await reader.cancel();
      await reading;
      // The sanitizer sees what is still open.
    });
  });

  Deno.test(`openFile() takes a file: URL (${name})`, async () => {
    await inFolder(async (folder) => {
      const url = new URL(`file://${folder}/a%20b.txt`);
      await Deno.writeTextFile(url, "Hello");
      assertEquals(await statFile(url, disk), 5);
      const { stream } = await openFile(url, disk);
      assertEquals(await new Response(stream).text(), "Hello");
    });
  });

  Deno.test(`a file that is not there, or none, is told as such (${name})`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/nothing.txt`;
      for (const look of [statFile, openFile]) {
        assertEquals(await failureOf(look(path, disk)), [
          "file-not-found",
          `Cannot read "${path}": there is no such file`,
          "",
        ]);
        assertEquals(await failureOf(look(folder, disk)), [
          "file-not-readable",
          `Cannot read "${folder}": it is not a file`,
          "",
        ]);
      }
    });
  });

  Deno.test(`a path through a file leads nowhere (${name})`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/a`, "");
      const [code] = await failureOf(statFile(`${folder}/a/b`, disk));
      assert(code?.startsWith("file-not-"));
    });
  });
}

/** A disk with one file, which does what a test says. */
function oneFile(file: Partial<Record<"read" | "close", () => never>>): Disk {
  return {
    look: () => Promise.resolve({ isFile: true, size: 10 }),
    open: () =>
      Promise.resolve({
        read: () => Promise.resolve(0),
        close: () => Promise.resolve(),
        ...file,
      }),
  };
}

for (
  const [error, advice] of [
    [Object.assign(new Error("no"), { name: "PermissionDenied" }), "Look at"],
    [Object.assign(new Error("no"), { name: "NotCapable" }), "--allow-read"],
    [Object.assign(new Error("no"), { code: "EACCES" }), "Look at"],
    [
      Object.assign(new Error("no"), { code: "ERR_ACCESS_DENIED" }),
      "--allow-fs-read",
    ],
  ] as const
) {
  Deno.test(`a file that may not be read is told as such: ${error.name} ${"code" in error ? error.code : ""}`, async () => {
    const disk: Disk = {
      look: () => Promise.resolve({ isFile: true, size: 1 }),
      open: () => Promise.reject(error),
    };
    const [code, message, hint] = await failureOf(openFile("secret", disk));
    assertEquals(code, "file-not-readable");
    assertEquals(
      message,
      hinted('Cannot read "secret": it may not be read', hint),
    );
    assert(hint?.includes(advice));
    // Advice about another runtime is none.
    assertEquals(hint?.includes("Deno"), error.name === "NotCapable");
  });
}

Deno.test({
  name: "statFile() tells a refusal of Deno's own as such",
  permissions: { read: false },
  async fn(): Promise<void> {
    const [code, , hint] = await failureOf(statFile("/secret"));
    assertEquals(code, "file-not-readable");
    assert(hint?.includes("--allow-read"));
  },
});

Deno.test("a read that fails closes the file and is told as such", async () => {
  let closed = 0;
  const { stream } = await openFile("a.txt", {
    look: () => Promise.resolve({ isFile: true, size: 10 }),
    open: () =>
      Promise.resolve({
        read: () => Promise.reject(new Error("Disk is on fire")),
        close: () => Promise.resolve(void closed++),
      }),
  });
  const [code, message] = await failureOf(stream.getReader().read());
  assertEquals(code, "file-not-readable");
  assertEquals(message, 'Cannot read "a.txt": Disk is on fire');
  assertEquals(closed, 1);
});

Deno.test("a file is not closed while it is read, and what was read is dropped", async () => {
  const log: string[] = [];
  const reading = Promise.withResolvers<number>();
  const { stream } = await openFile("a.txt", {
    look: () => Promise.resolve({ isFile: true, size: 10 }),
    open: () =>
      Promise.resolve({
        read: () => reading.promise.finally(() => log.push("read")),
        close: () => Promise.resolve(void log.push("closed")),
      }),
  });
  const reader = stream.getReader();
  const read = reader.read();
  const cancelled = reader.cancel();
  reading.resolve(10);
  await cancelled;
  assertEquals(log, ["read", "closed"]);
  assertEquals((await read).done, true);
});

Deno.test("nothing is read before the stream is", async () => {
  const { stream } = await openFile(
    "a.txt",
    oneFile({
      read(): never {
        throw new Error("Was read");
      },
    }),
  );
  await stream.cancel();
});

Deno.test("a runtime without files is found out", () => {
  const module = { getBuiltinModule: () => undefined };
  for (
    const scope of [{}, { Deno: {} }, { process: {} }, { process: module }]
  ) {
    assertEquals(diskOf(scope), undefined);
  }
});

Deno.test("a runtime without files is told what else can be given", () => {
  const { code, message, hint } = noDisk("a.txt");
  assertEquals(code, "not-supported");
  assertEquals(
    message,
    hinted('Cannot read "a.txt": this runtime has no files', hint),
  );
  assert(hint?.includes("File"));
});
