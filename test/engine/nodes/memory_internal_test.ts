import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../../schema/json.ts";
import { testNode } from "../../support/test_nodes.ts";
import { graph, run } from "../../support/one_object.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

async function open(): Promise<BenchPipe> {
  return (await startNode(builtin("memory_internal"))).open();
}

function ask(pipe: BenchPipe, op: string, args: JsonObject): Promise<Answer> {
  return pipe.invoke({ op, args });
}

Deno.test("memory_internal puts, gets, lists and clears", async () => {
  const pipe = await open();
  assertEquals(await ask(pipe, "list", {}), { ok: true, keys: [] });
  assertEquals(await ask(pipe, "put", { key: "b", value: { n: 1 } }), {
    ok: true,
    key: "b",
  });
  await ask(pipe, "put", { key: "a", value: [2] });
  await ask(pipe, "put", { key: "b", value: 3 });
  assertEquals(await ask(pipe, "get", { key: "b" }), {
    ok: true,
    key: "b",
    value: 3,
  });
  assertEquals(await ask(pipe, "list", {}), { ok: true, keys: ["a", "b"] });
  assertEquals(await ask(pipe, "clear", {}), { ok: true, cleared: 2 });
  assertEquals(await ask(pipe, "get", { key: "a" }), {
    ok: false,
    key: "a",
    value: null,
  });
});

Deno.test("memory_internal keeps a null apart from nothing, and what has no JSON as null", async () => {
  const pipe = await open();
  await ask(pipe, "put", { key: "k", value: null });
  assertEquals((await ask(pipe, "get", { key: "k" })).ok, true);
  await ask(pipe, "put", { key: "u", value: undefined });
  assertEquals(await ask(pipe, "get", { key: "u" }), {
    ok: true,
    key: "u",
    value: null,
  });
});

Deno.test("memory_internal keeps copies, whatever happens to the originals", async () => {
  const pipe = await open();
  const value = { list: [1] };
  await ask(pipe, "put", { key: "k", value });
  value.list.push(2);
  const first = await ask(pipe, "get", { key: "k" });
  first.value.list.push(3);
  assertEquals((await ask(pipe, "get", { key: "k" })).value, { list: [1] });
});

Deno.test("memory_internal refuses a key that is no text", async () => {
  const pipe = await open();
  for (const key of ["", 1, null]) {
    for (const op of ["put", "get"]) {
      await assertRejects(
        () => ask(pipe, op, { key, value: 1 }),
        Error,
        "'key' must be a text that is not empty",
      );
    }
  }
});

Deno.test("memory_internal is a tool, too, and leaves other calls alone", async () => {
  const pipe = await open();
  const tools: Answer = await pipe.invoke({ op: "query", args: {} });
  assertEquals(tools.map(({ name }: Answer) => name), [
    "memory_internal_1.put",
    "memory_internal_1.get",
    "memory_internal_1.list",
    "memory_internal_1.clear",
  ]);
  const put = { tool: "memory_internal_1.put", args: { key: "k", value: 1 } };
  assertEquals(await ask(pipe, "invoke", put), { ok: true, key: "k" });
  assertEquals((await ask(pipe, "get", { key: "k" })).value, 1);
  assertEquals(await ask(pipe, "ask", {}), undefined);
});

Deno.test("every object begins with an empty memory", async () => {
  const bench = await startNode(builtin("memory_internal"));
  await ask(bench.open(), "put", { key: "k", value: 1 });
  assertEquals((await ask(bench.open(), "list", {})).keys, []);
});

Deno.test("peek follows JMESPath, and shows what fits as it is", async () => {
  const pipe = await open();
  const value = { rows: [{ id: 1, name: "Ada" }, { id: 2, name: "Bob" }] };
  await ask(pipe, "put", { key: "k", value });
  const seen = async (path?: string): Promise<unknown> =>
    await ask(pipe, "peek", { key: "k", path });
  assertEquals(await seen(), { ok: true, key: "k", value });
  assertEquals(await seen("rows[?id > `1`].name"), {
    ok: true,
    key: "k",
    value: ["Bob"],
  });
  assertEquals(await seen("rows[0].name"), {
    ok: true,
    key: "k",
    value: "Ada",
  });
  assertEquals(await seen("nothing"), { ok: true, key: "k", value: null });
});

Deno.test("peek tells why it shows nothing", async () => {
  const pipe = await open();
  await ask(pipe, "put", { key: "k", value: 1 });
  const error = async (args: JsonObject): Promise<string> => {
    const answer = await ask(pipe, "peek", { key: "k", ...args });
    assertEquals([answer.ok, answer.key], [false, args.key ?? "k"]);
    return answer.error;
  };
  assertEquals(await error({ key: "x" }), "Nothing is kept under 'x'");
  assertEquals(await error({ path: 1 }), "'path' must be a text");
  for (const offset of [-1, 0.5, "1"]) {
    const text = "'offset' must be a whole number from 0";
    assertEquals(await error({ offset }), text);
  }
  assert(
    (await error({ path: "a..b" })).startsWith("'path' cannot be followed"),
  );
});

Deno.test("peek shows a long list in windows of 50 items that make it up again", async () => {
  const pipe = await open();
  const value = Array.from({ length: 120 }, (_, at) => at);
  await ask(pipe, "put", { key: "k", value });
  const parts: number[][] = [];
  for (let offset = 0; offset < 120; offset += 50) {
    const seen = await ask(pipe, "peek", { key: "k", offset });
    assertEquals([seen.unit, seen.offset, seen.total], ["items", offset, 120]);
    parts.push(seen.value);
  }
  assertEquals(parts.map((part) => part.length), [50, 50, 20]);
  assertEquals(parts.flat(), value);
});

Deno.test("peek cuts an item that is too long for a window by itself", async () => {
  const pipe = await open();
  await ask(pipe, "put", {
    key: "k",
    value: ["x".repeat(9_000), { y: "y".repeat(9_000) }, 1],
  });
  const first = await ask(pipe, "peek", { key: "k" });
  assertEquals(first.value, ["x".repeat(8_000)]);
  assertEquals([first.unit, first.total], ["items", 3]);
  const second = await ask(pipe, "peek", { key: "k", offset: 1 });
  assertEquals(second.value, [`{"y":"${"y".repeat(7_994)}`]);
});

Deno.test("windows of any text make it up again and cut no character", async () => {
  const pipe = await open();
  const texts = fc.array(
    fc.tuple(fc.string({ unit: "binary", minLength: 1 }), fc.nat(3_000)),
    { maxLength: 6 },
  ).map((parts) => parts.map(([part, times]) => part.repeat(times)).join(""));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await ask(pipe, "put", { key: "k", value: text });
      let seen = "";
      do {
        const { value, total = text.length } = await ask(pipe, "peek", {
          key: "k",
          offset: seen.length,
        });
        assertEquals(total, text.length);
        assert(value.length <= 8_000 && (value.length > 0 || text === ""));
        assert(value.isWellFormed());
        seen += value;
      } while (seen.length < text.length);
      assertEquals(seen, text);
    }),
    { numRuns: 30 },
  );
});

Deno.test("a node reaches its memory over a control connection", async () => {
  const keeper = testNode({
    provider: "keeper",
    invoke: { memory: { description: "Remembers", min: 1, max: 1 } },
    instance: (pipe) => ({
      on: {
        text: async (value): Promise<void> => {
          const args = { key: "seen", value };
          await pipe.control("memory", { op: "put", args });
          const answer = await pipe.control("memory", { op: "get", args });
          await pipe.emit("text", JSON.stringify(answer));
        },
      },
    }),
  });
  const pipeline = graph(
    ["in=webhook"],
    ["k=keeper", "text<in"],
    ["m=memory_internal", "memory!k"],
    ["out=response_text", "text<k"],
  );
  assertEquals((await run([keeper], pipeline)).text, [
    '{"ok":true,"key":"seen","value":"x"}\n\n',
  ]);
});
