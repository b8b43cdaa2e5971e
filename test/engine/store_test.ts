import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  createEngine,
  directoryStore,
  type EngineOptions,
  type FileStore,
  memoryStore,
  type StoredWriter,
} from "../../lib/engine/mod.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { type EngineRig, withEngine } from "../support/engine_rig.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { type StorePort, storePort, textOf } from "../support/store_port.ts";
import { tempFolder } from "../support/temp_folder.ts";

type Test = (port: StorePort, rig: EngineRig) => Promise<void>;

/** Run a test over each kind of store. */
function eachStore(name: string, test: Test): void {
  Deno.test(`${name} (memory)`, () =>
    withEngine([], (rig) => test(storePort(rig.client), rig)));
  Deno.test(`${name} (directory)`, async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    const store = directoryStore(folder);
    const run = (rig: EngineRig) => test(storePort(rig.client), rig);
    await withEngine([], run, { store });
  });
}

function withStore(store: EngineOptions["store"], test: Test): Promise<void> {
  return withEngine(
    [],
    (rig) => test(storePort(rig.client), rig),
    store ? { store } : {},
  );
}

const text = new TextEncoder();

eachStore(
  "a file is written in pieces and read at any offset",
  async (port) => {
    const { handle } = await port.ok("fs_open", { path: "a/b.txt", mode: "w" });
    for (const piece of ["ab", "", "cd\nef"]) {
      const data = text.encode(piece);
      const body = await port.ok("fs_write", { handle }, data);
      assertEquals(body, { bytesWritten: data.length });
    }
    assertEquals(await port.ok("fs_close", { handle, mode: "w" }), undefined);
    const opened = await port.ok("fs_open", { path: "a/b.txt", mode: "r" });
    assertEquals(opened.size, 7);
    for (
      const [args, expected] of [
        [{}, "abcd\nef"],
        [{ offset: 1, length: 3 }, "bcd"],
        [{ offset: 5 }, "ef"],
        [{ offset: 7 }, ""],
        [{ offset: 700 }, ""],
        // Servers mend what makes no sense.
        [{ offset: -1, length: 2 }, "ab"],
        [{ offset: 1.5, length: 2 }, "ab"],
        [{ offset: "1", length: 0 }, "abcd\nef"],
        [{ length: -4 }, "abcd\nef"],
      ] as const
    ) {
      const answer = await port.read(opened.handle, args);
      assertEquals(textOf(answer), expected);
      assertEquals(answer.body, { size: expected.length });
    }
    await port.ok("fs_close", { handle: opened.handle });
  },
);

eachStore("text in a text frame is stored as UTF-8", async (port) => {
  const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
  const body = await port.ok("fs_write", { handle, data: "Grüße" });
  assertEquals(body, { bytesWritten: 7 });
  assertMatch(await port.fails("fs_write", { handle }), /No data/);
  await port.ok("fs_close", { handle, mode: "w" });
  assertEquals(await port.get("a"), "Grüße");
});

eachStore(
  "a file keeps its content until the new one is closed",
  async (port) => {
    await port.put("a", "before");
    for (const content of ["", "after"]) {
      const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
      await port.ok("fs_write", { handle }, text.encode(content));
      assertEquals((await port.ok("fs_stat", { path: "a" })).size, 6);
      assertEquals(await port.get("a"), "before");
      assertEquals(await port.names(), ["a"]);
      await port.ok("fs_close", { handle, mode: "w" });
      assertEquals(await port.get("a"), content);
      await port.put("a", "before");
    }
  },
);

eachStore(
  "a new file is there once it is closed, and its path is taken before",
  async (port) => {
    const { handle } = await port.ok("fs_open", { path: "d/a", mode: "w" });
    assertEquals(await port.names("d"), []);
    assertEquals(await port.ok("fs_stat", { path: "d/a" }), { exists: false });
    assertEquals(
      await port.fails("fs_open", { path: "d/a" }),
      "File not found: d/a",
    );
    await port.put("b", "x");
    const busy = "Open for writing: d/a";
    assertEquals(await port.fails("fs_mkdir", { path: "d/a" }), busy);
    const onto = { old_path: "b", new_path: "d/a" };
    assertEquals(await port.fails("fs_rename", onto), busy);
    const within = "Not a directory: d/a";
    assertEquals(await port.fails("fs_mkdir", { path: "d/a/b" }), within);
    const below = { path: "d/a/b/c", mode: "w" };
    assertEquals(await port.fails("fs_open", below), within);
    await port.ok("fs_write", { handle }, text.encode("new"));
    await port.ok("fs_close", { handle, mode: "w" });
    assertEquals(await port.names("d"), ["a"]);
    assertEquals(await port.get("d/a"), "new");
  },
);

eachStore("a write that is discarded changes nothing", async (port) => {
  await port.put("a", "before");
  for (const path of ["a", "b"]) {
    const { handle } = await port.ok("fs_open", { path, mode: "w" });
    await port.ok("fs_write", { handle }, text.encode("half"));
    const closing = { handle, mode: "w", discard: true };
    await port.ok("fs_close", closing);
  }
  assertEquals(await port.names(), ["a"]);
  assertEquals(await port.get("a"), "before");
  await port.put("b", "x");
});

eachStore(
  "a file has one writer at a time, and any number of readers",
  async (port, { connect }) => {
    const other = storePort(await connect());
    const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
    for (const it of [port, other]) {
      const refusal = await it.fails("fs_open", { path: "/a", mode: "w" });
      assertEquals(refusal, "Open for writing: a");
    }
    await port.ok("fs_write", { handle }, text.encode("abc"));
    await port.ok("fs_close", { handle, mode: "w" });
    const readers = [
      await port.ok("fs_open", { path: "a" }),
      await other.ok("fs_open", { path: "a" }),
    ];
    assertEquals(textOf(await port.read(readers[0]!.handle)), "abc");
    assertEquals(textOf(await other.read(readers[1]!.handle)), "abc");
    await other.ok("fs_close", { handle: readers[1]!.handle });
    await other.put("a", "theirs");
    assertEquals(await port.get("a"), "theirs");
  },
);

eachStore(
  "a handle is of one connection, one mode, and one life",
  async (port, { connect }) => {
    const other = storePort(await connect());
    const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
    const data = text.encode("x");
    assertMatch(
      await other.fails("fs_write", { handle }, data),
      /^Invalid file/,
    );
    assertMatch(
      await other.fails("fs_close", { handle, mode: "w" }),
      /^Invalid/,
    );
    assertMatch(
      await port.fails("fs_read", { handle }),
      /not open for reading/,
    );
    assertMatch(
      await port.fails("fs_close", { handle, mode: "r" }),
      /in mode "r"/,
    );
    await port.ok("fs_close", { handle, mode: "w" });
    assertMatch(
      await port.fails("fs_write", { handle }, data),
      /^Invalid file/,
    );
    assertMatch(
      await port.fails("fs_close", { handle, mode: "w" }),
      /^Invalid/,
    );
    const reader = await port.ok("fs_open", { path: "a" });
    const writing = port.fails("fs_write", { handle: reader.handle }, data);
    assertMatch(await writing, /not open for writing/);
    await port.ok("fs_close", { handle: reader.handle });
  },
);

eachStore(
  "a connection has at most 64 files open",
  async (port, { connect }) => {
    const opening = Array.from(
      { length: 64 },
      (_, i) => port.ok("fs_open", { path: `f${i}`, mode: "w" }),
    );
    const refusal = await port.fails("fs_open", { path: "more", mode: "w" });
    assertEquals(refusal, "Too many open files: at most 64 on one connection");
    const [first] = await Promise.all(opening);
    await port.ok("fs_close", { handle: first.handle, mode: "w" });
    await port.ok("fs_open", { path: "more", mode: "w" });
    await storePort(await connect()).put("theirs", "x");
  },
);

eachStore("an open that fails takes no handle", async (port) => {
  for (let i = 0; i < 70; i++) {
    await port.fails("fs_open", { path: "missing" });
  }
  await port.put("a", "x");
});

eachStore(
  "a connection that ends in the middle of a write changes nothing, and frees the file",
  async (port, { connect }) => {
    await port.put("a", "before");
    const client = await connect();
    const gone = storePort(client);
    for (const path of ["a", "b"]) {
      const { handle } = await gone.ok("fs_open", { path, mode: "w" });
      await gone.ok("fs_write", { handle }, text.encode("half"));
    }
    await client.close();
    await port.put("b", "theirs");
    assertEquals(await port.get("a"), "before");
    await port.put("a", "again");
    assertEquals(await port.get("a"), "again");
  },
);

eachStore("logging out frees the files as well", async (port, { connect }) => {
  const client = await connect();
  const gone = storePort(client);
  const { handle } = await gone.ok("fs_open", { path: "a", mode: "w" });
  await client.ok("deauth");
  await client.ok("auth", { auth: "key" });
  const data = text.encode("x");
  assertMatch(await gone.fails("fs_write", { handle }, data), /^Invalid file/);
  await port.put("a", "x");
});

eachStore(
  "a connection that goes while a file is opened frees it, too",
  async (port, { connect }) => {
    const client = await connect();
    client.post({
      type: "request",
      seq: 77,
      command: "rrext_store",
      arguments: { subcommand: "fs_open", path: "a", mode: "w" },
    });
    await client.close();
    await port.put("a", "x");
    assertEquals(await port.get("a"), "x");
  },
);

Deno.test("a file that opens when nobody wants it any more is closed first", async () => {
  const gate = Promise.withResolvers<void>();
  const inner = memoryStore();
  const closed: string[] = [];
  const store: FileStore = {
    look: (path) => inner.look(path),
    list: (path) => inner.list(path),
    read: (path) => inner.read(path),
    async write(path): Promise<StoredWriter> {
      const writer = await inner.write(path);
      await gate.promise;
      return {
        write: (bytes) => writer.write(bytes),
        async close(): Promise<void> {
          closed.push(path);
          await writer.close();
        },
      };
    },
    makeDirectory: (path) => inner.makeDirectory(path),
    remove: (path, recursive) => inner.remove(path, recursive),
    rename: (from, to) => inner.rename(from, to),
  };
  await withStore(store, async (port, { connect }) => {
    const client = await connect();
    const arguments_ = { subcommand: "fs_open", path: "a", mode: "w" };
    const command = "rrext_store";
    const message = { type: "request", seq: 7, command, arguments: arguments_ };
    client.post(message);
    // Until the store is asked, and then until it answers.
    await drainMicrotasks();
    await client.close();
    gate.resolve();
    await port.put("a", "x");
    assertEquals(closed, ["a", "a"]);
  });
});

eachStore("what was asked before a close is done before it", async (port) => {
  const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
  const pieces = Array.from({ length: 20 }, (_, i) => `${i},`);
  const writes = pieces.map((piece) =>
    port.ok("fs_write", { handle }, text.encode(piece))
  );
  await Promise.all([...writes, port.ok("fs_close", { handle, mode: "w" })]);
  assertEquals(await port.get("a"), pieces.join(""));
});

eachStore("directories are listed by name", async (port) => {
  await port.put("b/z", "12");
  await port.put("b/a", "1");
  await port.ok("fs_mkdir", { path: "b/m/deep" });
  const { entries, count } = await port.ok("fs_list_dir", { path: "/b" });
  assertEquals(count, 3);
  assertEquals(
    entries.map(({ modified, ...rest }: Record<string, unknown>) => {
      assertEquals(
        typeof modified,
        rest.type === "file" ? "number" : "undefined",
      );
      return rest;
    }),
    [
      { name: "a", type: "file", size: 1 },
      { name: "m", type: "dir" },
      { name: "z", type: "file", size: 2 },
    ],
  );
  assertEquals(await port.names(), ["b"]);
  assertEquals(await port.names("none/at/all"), []);
  assertEquals((await port.ok("fs_list_dir")).count, 1);
  assertEquals(
    await port.fails("fs_list_dir", { path: "b/a" }),
    "Not a directory: b/a",
  );
});

eachStore("fs_stat tells what there is", async (port) => {
  await port.put("a/b", "abc");
  const { modified, ...found } = await port.ok("fs_stat", { path: "a/b" });
  assertEquals(found, { exists: true, type: "file", size: 3 });
  assertEquals(Math.abs(modified - Date.now() / 1_000) < 60, true);
  const dir = { exists: true, type: "dir" };
  assertEquals(await port.ok("fs_stat", { path: "a" }), dir);
  assertEquals(await port.ok("fs_stat", { path: "" }), dir);
  for (const path of ["b", "a/b/c", "a/c"]) {
    assertEquals(await port.ok("fs_stat", { path }), { exists: false });
  }
});

eachStore("a file is no directory, and a directory no file", async (port) => {
  await port.put("f", "x");
  await port.ok("fs_mkdir", { path: "d" });
  const w = { mode: "w" };
  const cases: readonly (readonly [string, object, string])[] = [
    ["fs_open", { path: "d" }, "Not a file: d"],
    ["fs_open", { path: "d", ...w }, "Not a file: d"],
    ["fs_open", { path: "" }, "Not a file: /"],
    ["fs_open", { path: "f/x", ...w }, "Not a directory: f"],
    ["fs_open", { path: "f/x/y", ...w }, "Not a directory: f"],
    ["fs_open", { path: "f/x" }, "File not found: f/x"],
    ["fs_open", { path: "x" }, "File not found: x"],
    ["fs_delete", { path: "d" }, "Not a file: d"],
    ["fs_delete", { path: "x" }, "File not found: x"],
    ["fs_rmdir", { path: "f" }, "Not a directory: f"],
    ["fs_mkdir", { path: "f" }, "Already exists: f"],
    ["fs_mkdir", { path: "f/x" }, "Not a directory: f"],
    ["fs_rename", { old_path: "x", new_path: "y" }, "File not found: x"],
    ["fs_rename", { old_path: "f", new_path: "d" }, "Already exists: d"],
    ["fs_rename", { old_path: "f", new_path: "f" }, "Already exists: f"],
    ["fs_rename", { old_path: "d", new_path: "f/d" }, "Not a directory: f"],
    [
      "fs_rename",
      { old_path: "d", new_path: "d/e" },
      "Invalid path: d/e: it is inside d",
    ],
  ];
  for (const [subcommand, args, refusal] of cases) {
    assertEquals(await port.fails(subcommand, args), refusal);
  }
  assertEquals(await port.names(), ["d", "f"]);
  assertEquals(await port.get("f"), "x");
});

eachStore(
  "a file that is written is neither removed nor renamed",
  async (port) => {
    const { handle } = await port.ok("fs_open", { path: "d/a", mode: "w" });
    const busy = "Open for writing: d/a";
    assertEquals(await port.fails("fs_delete", { path: "d/a" }), busy);
    const paths = { old_path: "d", new_path: "e" };
    assertEquals(await port.fails("fs_rename", paths), busy);
    const all = { path: "d", recursive: true };
    assertEquals(await port.fails("fs_rmdir", all), "In use: d/a");
    await port.ok("fs_close", { handle, mode: "w" });
    const reader = await port.ok("fs_open", { path: "d/a" });
    assertEquals(await port.fails("fs_rmdir", all), "In use: d/a");
    await port.ok("fs_rename", paths);
    const moved = { path: "e", recursive: true };
    assertEquals(await port.fails("fs_rmdir", moved), "In use: e/a");
    await port.ok("fs_close", { handle: reader.handle });
    await port.ok("fs_rmdir", moved);
    assertEquals(await port.names(), []);
  },
);

eachStore(
  "a directory goes with what is in it only when that is asked for",
  async (port) => {
    await port.put("d/e/f", "x");
    assertEquals(
      await port.fails("fs_rmdir", { path: "d" }),
      "Directory not empty: d",
    );
    // Only the boolean counts.
    await port.fails("fs_rmdir", { path: "d", recursive: "yes" });
    await port.ok("fs_rmdir", { path: "d", recursive: true });
    await port.ok("fs_rmdir", { path: "d" });
    await port.ok("fs_mkdir", { path: "d" });
    await port.ok("fs_mkdir", { path: "d" });
    await port.ok("fs_rmdir", { path: "d" });
    assertEquals(await port.names(), []);
  },
);

eachStore(
  "files and directories are renamed, into directories that are made",
  async (port) => {
    await port.put("a", "1");
    await port.put("d/b", "2");
    await port.ok("fs_rename", { old_path: "a", new_path: "x/y/a" });
    await port.ok("fs_rename", { old_path: "d", new_path: "x/z" });
    assertEquals(await port.names(), ["x"]);
    assertEquals(await port.get("x/y/a"), "1");
    assertEquals(await port.get("x/z/b"), "2");
  },
);

eachStore("paths are read one way, and never lead out", async (port) => {
  await port.put("\\a//./b\\c", "x");
  assertEquals(await port.get("/a/b/c"), "x");
  for (const path of ["../a", "a/../../b", "..", "a\\..\\..\\b"]) {
    const refusal = `Path traversal not allowed: ${path}`;
    for (
      const subcommand of [
        "fs_open",
        "fs_stat",
        "fs_list_dir",
        "fs_delete",
        "fs_mkdir",
        "fs_rmdir",
      ]
    ) {
      assertEquals(await port.fails(subcommand, { path }), refusal);
    }
    await port.fails("fs_open", { path, mode: "w" });
    await port.fails("fs_rename", { old_path: "a", new_path: path });
    await port.fails("fs_rename", { old_path: path, new_path: "z" });
  }
  for (const path of ["a\0b", "C:\\x", "a*", "a\nb", 5, null]) {
    await port.fails("fs_open", { path, mode: "w" });
  }
  for (const subcommand of ["fs_rmdir", "fs_delete", "fs_mkdir"]) {
    assertMatch(await port.fails(subcommand, { path: "/" }), /root/);
  }
  assertMatch(await port.fails("fs_open", { path: "", mode: "w" }), /root/);
  assertEquals(await port.names(), ["a"]);
});

eachStore("what nobody knows is refused", async (port) => {
  for (const subcommand of ["fs_what", "toString", ""]) {
    const refusal = await port.fails(subcommand);
    assertEquals(refusal, `Unknown subcommand: ${subcommand}`);
  }
});

Deno.test("one read gives 4 MiB at most", async () => {
  await withStore(undefined, async (port) => {
    const { handle } = await port.ok("fs_open", { path: "a", mode: "w" });
    const data = new Uint8Array(5 * 1024 * 1024);
    await port.ok("fs_write", { handle }, data);
    await port.ok("fs_close", { handle, mode: "w" });
    const reader = await port.ok("fs_open", { path: "a" });
    for (const args of [{}, { length: 1e9 }, { length: 4_194_304 }]) {
      const { body } = await port.read(reader.handle, args);
      assertEquals(body, { size: 4_194_304 });
    }
  });
});

Deno.test("a store in memory has a limit, and what is removed makes room", async () => {
  await withStore(memoryStore({ maxBytes: 10 }), async (port) => {
    await port.put("a", "123456");
    const { handle } = await port.ok("fs_open", { path: "b", mode: "w" });
    const refusal = "Store is full: it takes 10 bytes";
    const write = (data: string) => [{ handle }, text.encode(data)] as const;
    assertEquals(await port.fails("fs_write", ...write("12345")), refusal);
    // Whatever comes later would follow a gap.
    assertMatch(
      await port.fails("fs_write", ...write("1")),
      /^An earlier write/,
    );
    const close = { handle, mode: "w" };
    assertMatch(await port.fails("fs_close", close), /^An earlier write/);
    await port.put("b", "1234");
    await port.put("a", "654321");
    assertEquals(await port.get("a"), "654321");
    // A file that is replaced counts once.
    await port.put("b", "4");
    await port.put("a", "987654321");
    const more = await port.ok("fs_open", { path: "a", mode: "w" });
    const tooMuch = [{ handle: more.handle }, text.encode("0123456789")];
    assertEquals(
      await port.fails("fs_write", ...tooMuch as [object, Uint8Array]),
      refusal,
    );
    await port.fails("fs_close", { handle: more.handle, mode: "w" });
    assertEquals(await port.get("a"), "987654321");
    await port.ok("fs_rename", { old_path: "a", new_path: "d/a" });
    await port.ok("fs_rmdir", { path: "d", recursive: true });
    await port.put("b", "1234567890");
  });
});

Deno.test("a store in a directory has a limit for a file", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await withStore(directoryStore(folder, { maxFileBytes: 4 }), async (port) => {
    await port.put("a", "1234");
    const { handle } = await port.ok("fs_open", { path: "b", mode: "w" });
    const data = text.encode("12345");
    const refusal = await port.fails("fs_write", { handle }, data);
    assertEquals(refusal, "File is too large: at most 4 bytes");
    const again = await port.ok("fs_open", { path: "a", mode: "w" });
    assertEquals(
      await port.fails("fs_write", { handle: again.handle }, data),
      refusal,
    );
    const close = { handle: again.handle, mode: "w" };
    assertMatch(await port.fails("fs_close", close), /^An earlier write/);
    assertEquals(await port.get("a"), "1234");
  });
  // The engine has closed, and with it the file that was open.
  const names = await Array.fromAsync(Deno.readDir(folder), (it) => it.name);
  assertEquals(names, ["a"]);
});

Deno.test("limits of stores are numbers, and directories are named", () => {
  for (const bad of [0, -1, NaN]) {
    assertThrows(() => memoryStore({ maxBytes: bad }), RangeError);
    const options = { maxFileBytes: bad };
    assertThrows(() => directoryStore("x", options), RangeError);
  }
  assertThrows(() => directoryStore(""), TypeError);
  assertThrows(() => directoryStore(new URL("http://x/")), TypeError);
});

Deno.test("what is no store is told as the engine is made", () => {
  for (const store of ["./data", {}, null, 5]) {
    const options = { store } as unknown as EngineOptions;
    assertThrows(() => createEngine(options), TypeError, "directoryStore");
  }
});

Deno.test("each user has files of their own, unless the store is one for all", async () => {
  const auth = [
    { key: "ada", userId: "ada" },
    { key: "bob", userId: "bob" },
    { key: "ada2", userId: "ada" },
  ];
  const shared = memoryStore();
  const made: string[] = [];
  const perUser = (userId: string): FileStore => {
    made.push(userId);
    return memoryStore();
  };
  for (const store of [undefined, shared, perUser]) {
    const options = { auth, ...(store && { store }) };
    await withServedEngine(options, async ({ connect }) => {
      const ada = storePort(await connect("ada"));
      const bob = storePort(await connect("bob"));
      await ada.put("a", "Ada's");
      assertEquals(await storePort(await connect("ada2")).names(), ["a"]);
      assertEquals(await bob.names(), store === shared ? ["a"] : []);
      const opening = { path: "b", mode: "w" };
      await ada.ok("fs_open", opening);
      if (store !== shared) return await bob.ok("fs_open", opening);
      assertMatch(await bob.fails("fs_open", opening), /^Open for writing/);
    });
  }
  assertEquals(made, ["ada", "bob"]);
});

Deno.test("the store needs its permission, and a task's private key has it", async () => {
  const auth = [
    "key",
    { key: "data", permissions: ["task.data"] as const },
    { key: "store", permissions: ["task.store"] as const },
  ];
  await withServedEngine({ auth }, async ({ connect }) => {
    const owner = await connect("key");
    const pipeline = {
      project_id: "p",
      source: "in",
      components: [{ id: "in", provider: "webhook", config: {} }],
    };
    const task = await owner.ok("execute", { pipeline });
    await storePort(await connect("store")).put("a", "x");
    assertEquals(await storePort(await connect(task.token)).names(), ["a"]);
    for (const key of ["data", task.publicToken]) {
      const port = storePort(await connect(key));
      const refusal = await port.fails("fs_list_dir", { path: "" });
      assertEquals(refusal, "Permission 'task.store' denied");
    }
  });
});

Deno.test("bytes of an answer travel behind its header, over a socket", async () => {
  await withServedEngine({}, async ({ connect }) => {
    const port = storePort(await connect());
    await port.put("a", "x\ny\n");
    const { handle } = await port.ok("fs_open", { path: "a" });
    const answer = await port.read(handle);
    assertEquals(textOf(answer), "x\ny\n");
    assertEquals(answer.body, { size: 4 });
    const end = await port.read(handle, { offset: 4 });
    assertEquals(end.arguments, { data: new Uint8Array(0) });
    assertEquals(end.body, { size: 0 });
  });
});
