import { assert, assertEquals, assertMatch } from "@std/assert";
import { directoryStore } from "../../lib/engine/mod.ts";
import {
  type Disk,
  type DiskFile,
  diskOf,
} from "../../lib/engine/store/disk.ts";
import { withEngine } from "../support/engine_rig.ts";
import { type StorePort, storePort } from "../support/store_port.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** A directory `inside` that is a store, beside a directory `outside`. */
async function withDirectories(
  test: (port: StorePort, root: string) => Promise<void>,
): Promise<void> {
  await using temp = await tempFolder();
  const root = temp.path;
  await Deno.mkdir(`${root}/inside`);
  await Deno.mkdir(`${root}/outside/deep`, { recursive: true });
  await Deno.writeTextFile(`${root}/outside/secret`, "secret");
  const store = directoryStore(`${root}/inside`);
  await withEngine(
    [],
    (rig) => test(storePort(rig.client), root),
    { store },
  );
  assertEquals(await Deno.readTextFile(`${root}/outside/secret`), "secret");
  assertEquals(namesIn(`${root}/outside`), ["deep", "secret"]);
  assertEquals(namesIn(`${root}/outside/deep`), []);
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

const LINK = /^Invalid path: .*: it leads through a link or a device$/;

Deno.test("files are where they belong", async () => {
  await withDirectories(async (port, root) => {
    await port.put("a/b.txt", "Hello");
    assertEquals(await Deno.readTextFile(`${root}/inside/a/b.txt`), "Hello");
    await Deno.writeTextFile(`${root}/inside/theirs`, "Hi");
    assertEquals(await port.get("theirs"), "Hi");
    assertEquals(await port.names(), ["a", "theirs"]);
  });
});

Deno.test("a link to a file outside is neither read, written, listed nor told of", async () => {
  await withDirectories(async (port, root) => {
    await Deno.symlink(`${root}/outside/secret`, `${root}/inside/link`);
    const path = "link";
    assertMatch(await port.fails("fs_open", { path }), LINK);
    assertMatch(await port.fails("fs_open", { path, mode: "w" }), LINK);
    assertMatch(await port.fails("fs_stat", { path }), LINK);
    assertMatch(await port.fails("fs_delete", { path }), LINK);
    const away = { old_path: "link", new_path: "mine" };
    assertMatch(await port.fails("fs_rename", away), LINK);
    await port.put("a", "x");
    const onto = { old_path: "a", new_path: "link" };
    assertMatch(await port.fails("fs_rename", onto), LINK);
    assertEquals(await port.names(), ["a"]);
  });
});

Deno.test("no way leads through a link to a directory outside", async () => {
  await withDirectories(async (port, root) => {
    await Deno.symlink(`${root}/outside`, `${root}/inside/link`);
    await Deno.symlink("../outside", `${root}/inside/relative`);
    await port.put("a", "x");
    for (const link of ["link", "relative"]) {
      const secret = { path: `${link}/secret` };
      assertMatch(await port.fails("fs_open", secret), LINK);
      assertMatch(await port.fails("fs_stat", secret), LINK);
      assertMatch(await port.fails("fs_delete", secret), LINK);
      assertMatch(await port.fails("fs_list_dir", { path: link }), LINK);
      const made = { path: `${link}/new`, mode: "w" };
      assertMatch(await port.fails("fs_open", made), LINK);
      assertMatch(await port.fails("fs_mkdir", made), LINK);
      const deep = { path: `${link}/deep`, recursive: true };
      assertMatch(await port.fails("fs_rmdir", deep), LINK);
      const gone = { path: link, recursive: true };
      assertMatch(await port.fails("fs_rmdir", gone), LINK);
      const paths = { old_path: "a", new_path: `${link}/a` };
      assertMatch(await port.fails("fs_rename", paths), LINK);
    }
  });
});

Deno.test("links inside of the store are not followed either, nor are broken ones", async () => {
  await withDirectories(async (port, root) => {
    await port.put("real/a", "x");
    await Deno.symlink("real", `${root}/inside/alias`);
    await Deno.symlink("nowhere", `${root}/inside/broken`);
    assertMatch(await port.fails("fs_open", { path: "alias/a" }), LINK);
    const broken = { path: "broken", mode: "w" };
    assertMatch(await port.fails("fs_open", broken), LINK);
    assertEquals(await port.names(), ["real"]);
    assertEquals(namesIn(`${root}/inside`), ["alias", "broken", "real"]);
  });
});

Deno.test("what is removed with a directory goes no further than its links", async () => {
  await withDirectories(async (port, root) => {
    await port.put("d/a", "x");
    await Deno.symlink(`${root}/outside`, `${root}/inside/d/link`);
    await port.ok("fs_delete", { path: "d/a" });
    // The link is not shown, but it is somebody's.
    const refusal = await port.fails("fs_rmdir", { path: "d" });
    assertEquals(refusal, "Directory not empty: d");
    await port.ok("fs_rmdir", { path: "d", recursive: true });
    assertEquals(namesIn(`${root}/inside`), []);
  });
});

Deno.test("a pipe of the system is not opened", async () => {
  await withDirectories(async (port, root) => {
    const made = new Deno.Command("mkfifo", { args: [`${root}/inside/pipe`] });
    assert((await made.output()).success);
    assertMatch(await port.fails("fs_open", { path: "pipe" }), LINK);
    assertEquals(await port.names(), []);
  });
});

Deno.test("the root may be a link, or missing, or a URL", async () => {
  await using temp = await tempFolder();
  const root = temp.path;
  await Deno.mkdir(`${root}/real`);
  await Deno.symlink(`${root}/real`, `${root}/link`);
  for (
    const given of [
      `${root}/link`,
      `${root}/new/deep`,
      new URL(`file://${root}/url/`),
    ]
  ) {
    await withEngine([], async ({ client }) => {
      await storePort(client).put("a", "x");
    }, { store: directoryStore(given) });
  }
  assertEquals(namesIn(`${root}/real`), ["a"]);
  assertEquals(namesIn(`${root}/new/deep`), ["a"]);
  assertEquals(namesIn(`${root}/url`), ["a"]);
});

Deno.test("nothing is touched before a client asks for something", async () => {
  await using temp = await tempFolder();
  const root = temp.path;
  const store = directoryStore(`${root}/new`);
  await withEngine([], () => Promise.resolve(), { store });
  assertEquals(namesIn(root), []);
});

Deno.test("the markers of servers are neither shown nor in the way", async () => {
  await withDirectories(async (port, root) => {
    await port.ok("fs_mkdir", { path: "d" });
    await Deno.writeTextFile(`${root}/inside/d/.dirmarker`, "");
    assertEquals(await port.names("d"), []);
    await port.ok("fs_rmdir", { path: "d" });
    assertEquals(namesIn(`${root}/inside`), []);
  });
});

/** Where unfinished files are. */
const TEMPORARY = ".rocketride.tmp";

Deno.test("a file that is written is a temporary one, which is neither listed nor reached", async () => {
  await withDirectories(async (port, root) => {
    const inside = `${root}/inside`;
    await port.put("a", "before");
    const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
    await port.ok("fs_write", { handle }, new TextEncoder().encode("after"));
    assertEquals(await Deno.readTextFile(`${inside}/a`), "before");
    const [draft] = namesIn(`${inside}/${TEMPORARY}`);
    assertEquals(
      await Deno.readTextFile(`${inside}/${TEMPORARY}/${draft}`),
      "after",
    );
    await port.put("b", "x");
    assertEquals(await port.names(), ["a", "b"]);
    const reserved = /^Invalid path: .*: the name is reserved$/;
    for (
      const path of [
        TEMPORARY,
        TEMPORARY.toUpperCase(),
        `${TEMPORARY}/${draft}`,
        `${TEMPORARY}/x`,
      ]
    ) {
      assertMatch(await port.fails("fs_open", { path }), reserved);
      assertMatch(await port.fails("fs_open", { path, mode: "w" }), reserved);
      assertMatch(await port.fails("fs_stat", { path }), reserved);
      assertMatch(await port.fails("fs_list_dir", { path }), reserved);
      assertMatch(await port.fails("fs_delete", { path }), reserved);
      assertMatch(await port.fails("fs_mkdir", { path }), reserved);
      const gone = { path, recursive: true };
      assertMatch(await port.fails("fs_rmdir", gone), reserved);
      const away = { old_path: path, new_path: "mine" };
      assertMatch(await port.fails("fs_rename", away), reserved);
      const onto = { old_path: "b", new_path: path };
      assertMatch(await port.fails("fs_rename", onto), reserved);
    }
    await port.ok("fs_close", { handle, mode: "w" });
    assertEquals(namesIn(inside), ["a", "b"]);
    assertEquals(await port.get("a"), "after");
    await port.put(`sub/${TEMPORARY}`, "a name like others");
    assertEquals(await port.names("sub"), [TEMPORARY]);
  });
});

Deno.test("what a crash has left is removed, unless it is this process's own", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await Deno.mkdir(`${folder}/${TEMPORARY}`);
  await Deno.writeTextFile(`${folder}/${TEMPORARY}/left`, "half");
  await withEngine([], async ({ client }) => {
    const port = storePort(client);
    assertEquals(await port.names(), []);
    assertEquals(namesIn(folder), []);
    const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
    await withEngine([], async (other) => {
      const theirs = storePort(other.client);
      assertEquals(await theirs.names(), []);
      await theirs.put("b", "x");
    }, { store: directoryStore(folder) });
    await port.ok("fs_write", { handle }, new TextEncoder().encode("mine"));
    await port.ok("fs_close", { handle, mode: "w" });
    assertEquals(await port.get("a"), "mine");
  }, { store: directoryStore(folder) });
  assertEquals(namesIn(folder), ["a", "b"]);
});

Deno.test("a link in the place of the temporary files is not followed", async () => {
  await withDirectories(async (port, root) => {
    await Deno.symlink(`${root}/outside`, `${root}/inside/${TEMPORARY}`);
    await port.fails("fs_open", { path: "a", mode: "w" });
    assertEquals(await port.names(), []);
  });
});

Deno.test("a file that is replaced keeps its permissions, and one that is read-only is not replaced", async () => {
  await withDirectories(async (port, root) => {
    const file = `${root}/inside/a`;
    await port.put("a", "before");
    for (const mode of [0o600, 0o664, 0o755]) {
      await Deno.chmod(file, mode);
      await port.put("a", `mode ${mode}`);
      assertEquals((await Deno.stat(file)).mode! & 0o777, mode);
    }
    // Who may do anything may write to it all the same.
    if (Deno.uid() === 0) return;
    await Deno.chmod(file, 0o400);
    await port.fails("fs_open", { path: "a", mode: "w" });
  });
});

for (const failing of ["write", "sync", "close", "rename"] as const) {
  Deno.test(`a full disk, noticed at ${failing}, leaves what was there before`, async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    await Deno.writeTextFile(`${folder}/a`, "before");
    await withFullDisk(failing, () =>
      withEngine([], async ({ client }) => {
        const port = storePort(client);
        const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
        const data = new TextEncoder().encode("after");
        const full = "Cannot access the file: a: ENOSPC";
        if (failing === "write") {
          assertEquals(await port.fails("fs_write", { handle }, data), full);
        } else {
          await port.ok("fs_write", { handle }, data);
        }
        const refusal = await port.fails("fs_close", { handle, mode: "w" });
        assertMatch(refusal, /ENOSPC|earlier write/);
        assertEquals(await port.get("a"), "before");
        assertEquals(await port.names(), ["a"]);
      }, { store: directoryStore(folder) }));
    assertEquals(namesIn(folder), ["a"]);
  });
}

/** Run something with a file system that has no space left. */
async function withFullDisk(
  failing: "write" | "sync" | "close" | "rename",
  work: () => Promise<void>,
): Promise<void> {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: string): unknown };
  };
  const original = process.getBuiltinModule;
  const disk = original.call(process, "node:fs/promises") as Disk;
  function fail(): Promise<never> {
    return Promise.reject(Object.assign(new Error(), { code: "ENOSPC" }));
  }
  const full: Disk = {
    ...disk,
    async open(path, flags, mode): Promise<DiskFile> {
      const file = await disk.open(path, flags, mode);
      if (!path.includes(TEMPORARY)) return file;
      return {
        read: (...args) => file.read(...args),
        write: (...args) => failing === "write" ? fail() : file.write(...args),
        sync: () => failing === "sync" ? fail() : file.sync(),
        stat: () => file.stat(),
        async close(): Promise<void> {
          await file.close();
          if (failing === "close") await fail();
        },
      };
    },
    rename: (from, to) => failing === "rename" ? fail() : disk.rename(from, to),
  };
  process.getBuiltinModule = () => full;
  try {
    await work();
  } finally {
    process.getBuiltinModule = original;
  }
}

Deno.test("failures do not tell clients where the store is", async () => {
  await withDirectories(async (port, root) => {
    const path = "x".repeat(300);
    const refusal = await port.fails("fs_open", { path, mode: "w" });
    assertEquals(refusal, `Cannot access the file: ${path}: ENAMETOOLONG`);
    assert(!refusal.includes(root));
  });
});

Deno.test("where there is no file system, that is what is said", () => {
  for (const scope of [{}, { process: {} }]) {
    let said = "";
    try {
      diskOf(scope);
    } catch (error) {
      said = (error as Error).message;
    }
    assertEquals(
      said,
      "There is no file system here. Use memoryStore(), which is the default.",
    );
  }
});
