import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../../schema/json.ts";
import { configReader } from "../../../lib/engine/nodes/config_reader.ts";
import { pathRule } from "../../../lib/engine/nodes/agent/filesystem.ts";
import { Files } from "../../../lib/engine/store/files.ts";
import { memoryStore } from "../../../lib/engine/store/memory_store.ts";
import { nodeFiles } from "../../../lib/engine/store/stores.ts";
import { close, connect, send, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph, worker } from "../../support/one_object.ts";
import { type BenchPipe, builtin, startNode, utf8 } from "./harness.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

async function open(config: JsonObject = {}): Promise<BenchPipe> {
  const files = nodeFiles(() => new Files(store));
  const store = memoryStore();
  return (await startNode(builtin("tool_filesystem"), config, { files }))
    .open();
}

async function call(
  pipe: BenchPipe,
  tool: string,
  args: JsonObject = {},
): Promise<Answer> {
  return await pipe.invoke({ op: "invoke", args: { tool, args } });
}

async function toolNames(config: JsonObject = {}): Promise<string[]> {
  const pipe = await open(config);
  const tools: Answer = await pipe.invoke({ op: "query", args: {} });
  return tools.map(({ name }: Answer) => name.split(".")[1]);
}

Deno.test("tool_filesystem writes, reads, lists, looks and deletes", async () => {
  const pipe = await open({ allowDelete: true });
  assertEquals(
    await call(pipe, "write_file", { path: "/a//b.txt", content: "ä" }),
    {
      path: "a/b.txt",
      bytesWritten: 2,
    },
  );
  await call(pipe, "write_file", { path: "a/b.txt", content: "new" });
  assertEquals(await call(pipe, "read_file", { path: "a/b.txt" }), {
    path: "a/b.txt",
    content: "new",
    size: 3,
  });
  assertEquals(await call(pipe, "create_directory", { path: "c/d" }), {
    path: "c/d",
    created: true,
  });
  const root = await call(pipe, "list_directory");
  assertEquals(root, {
    entries: [{ name: "a", type: "dir" }, { name: "c", type: "dir" }],
    count: 2,
  });
  const { entries: [file] } = await call(pipe, "list_directory", { path: "a" });
  const { exists, ...stat } = await call(pipe, "stat_file", {
    path: "a/b.txt",
  });
  assertEquals([exists, { name: "b.txt", ...stat }], [true, file]);
  assertEquals([stat.type, stat.size], ["file", 3]);
  assertEquals(await call(pipe, "delete_file", { path: "a/b.txt" }), {
    path: "a/b.txt",
    deleted: true,
  });
  assertEquals(await call(pipe, "stat_file", { path: "a/b.txt" }), {
    exists: false,
  });
});

Deno.test("tool_filesystem reads the beginning of a file, and cuts no character", async () => {
  const pipe = await open();
  await call(pipe, "write_file", { path: "f", content: "aää" });
  const read = async (args: JsonObject): Promise<unknown[]> => {
    const { content, size } = await call(pipe, "read_file", {
      path: "f",
      ...args,
    });
    return [content, size];
  };
  assertEquals(await read({ maxBytes: 3 }), ["aä", 5]);
  assertEquals(await read({ maxBytes: 4 }), ["aä", 5]);
  assertEquals(await read({ maxBytes: 5 }), ["aää", 5]);
  assertEquals(await read({ encoding: "base64" }), ["YcOkw6Q=", 5]);
  const large = "x".repeat(300_000);
  await call(pipe, "write_file", { path: "f", content: large });
  assertEquals(await read({}), [large.slice(0, 262_144), 300_000]);
  await assertRejects(
    () => read({ maxBytes: 4_194_305 }),
    Error,
    "'arguments.maxBytes' must be 4194304 or less",
  );
});

Deno.test("tool_filesystem has the tools that are allowed, and no others", async () => {
  assertEquals(await toolNames(), [
    "read_file",
    "write_file",
    "list_directory",
    "create_directory",
    "stat_file",
  ]);
  const config = {
    allowRead: false,
    allowWrite: false,
    allowList: false,
    allowMkdir: false,
    allowStat: "false",
    allowDelete: "true",
  };
  assertEquals(await toolNames(config), ["delete_file"]);
  const pipe = await open();
  assertEquals(await call(pipe, "delete_file", { path: "f" }), undefined);
});

Deno.test("what is not there, is something else, or leads upwards is refused", async () => {
  const pipe = await open({ allowDelete: true });
  await call(pipe, "create_directory", { path: "d" });
  await call(pipe, "write_file", { path: "f", content: "" });
  for (
    const [tool, args] of [
      ["read_file", { path: "gone" }],
      ["read_file", { path: "d" }],
      ["read_file", { path: "" }],
      ["delete_file", { path: "d" }],
      ["write_file", { path: "d", content: "" }],
      ["write_file", { path: "f/g", content: "" }],
      ["create_directory", { path: "f" }],
      ["list_directory", { path: "f" }],
      ["stat_file", { path: "../x" }],
    ] as const
  ) await assertRejects(() => call(pipe, tool, args), Error, "", tool);
  assertEquals((await call(pipe, "list_directory", { path: "gone" })).count, 0);
});

/** Whether patterns allow a path. */
function allows(path: string, ...patterns: readonly string[]): boolean {
  const pathWhitelist = patterns.map((whitelistPattern) => ({
    whitelistPattern,
  }));
  const rule = pathRule(configReader({ id: "t", config: { pathWhitelist } }));
  try {
    rule(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a pattern allows what begins with it, up to the end of a name", () => {
  for (const pattern of ["docs", "docs/", "/docs", "^/docs/"]) {
    for (const path of ["docs", "docs/a", "/docs/a/b", "docs\\a", "./docs"]) {
      assert(allows(path, pattern), `${pattern} ${path}`);
    }
    for (const path of ["", "doc", "docs-of-others/a", "a/docs", "../docs"]) {
      assert(!allows(path, pattern), `${pattern} ${path}`);
    }
  }
  assert(allows("a/b.txt", "x", ".*\\.txt"));
  assert(!allows("a/b.txt.exe", ".*\\.txt"));
  assert(allows("anything"));
});

Deno.test("no path comes out of the directory that is allowed", () => {
  const names = fc.array(
    fc.oneof(fc.constantFrom("..", ".", "docs", "", "docs2"), fc.string()),
    { maxLength: 5 },
  );
  fc.assert(fc.property(names, (parts) => {
    const path = parts.join("/");
    if (!allows(path, "docs")) return;
    const [first] = path.replaceAll("\\", "/").split("/")
      .filter((name) => name !== "" && name !== ".");
    assertEquals(first, "docs");
  }));
});

Deno.test("tool_filesystem refuses patterns that are none at start, and stops with its pipe", async () => {
  for (
    const [pathWhitelist, fault] of [
      [[{ whitelistPattern: 1 }], "must have patterns that are texts"],
      [[{ whitelistPattern: "(" }], "has an invalid pattern: ("],
      ["x", "must be a list of objects"],
    ] as const
  ) {
    await assertRejects(
      () => startNode(builtin("tool_filesystem"), { pathWhitelist }),
      Error,
      `Component tool_filesystem_1: 'pathWhitelist' ${fault}`,
    );
  }
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("tool_filesystem"))).open({ signal });
  await assertRejects(() => call(pipe, "list_directory"), Error, "gone");
});

const keeper = worker("keeper", async (pipe, content) => {
  const args = { path: "notes/a.txt", content };
  const tool = "write_file";
  const call = { op: "invoke", args: { tool, args } };
  await pipe.emit("text", JSON.stringify(await pipe.control("tool", call)));
});

const store = memoryStore();

forEachTransport(
  "what a tool writes is in the store that the engine was given",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=webhook"],
        ["agent=keeper", "text<in"],
        ["files=tool_filesystem", "tool!agent"],
        ["out=response_text", "text<agent"],
      ),
    });
    const { text } = await send(session, task, "kept", {
      mimeType: "text/plain",
    });
    assertEquals(text, ['{"path":"notes/a.txt","bytesWritten":4}\n\n']);
    const reader = await store.read("notes/a.txt");
    assertEquals(await reader.read(0, 9), utf8("kept"));
    await reader.close();
    await close(session);
  },
  { nodes: [keeper], store: () => store },
);
