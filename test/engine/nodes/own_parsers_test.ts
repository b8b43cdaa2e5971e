import { assertEquals, assertRejects } from "@std/assert";
import type { ParserTable } from "../../../lib/engine/nodes/core/parse.ts";
import { utf8 } from "./harness.ts";
import { open } from "./parse_bench.ts";

Deno.test("parse uses parsers of the user's before its own", async () => {
  const seen: unknown[] = [];
  const parsers: ParserTable = {
    "application/pdf": (bytes, { name, mimeType, signal }) => {
      seen.push([bytes, name, mimeType, signal.aborted]);
      return {
        text: "cafe\u0301",
        tables: ["| a |\n", ""],
        metadata: { "dc:title": "T" },
      };
    },
  };
  const pipe = await open({ name: "a.pdf" }, { parsers });
  const chunk = utf8("%PDF");
  await pipe.send("tags", { kind: "begin" });
  await pipe.send("tags", { kind: "data", bytes: chunk });
  chunk.fill(0);
  await pipe.send("tags", { kind: "data", bytes: new Uint8Array(5000) });
  await pipe.send("tags", { kind: "end" });
  assertEquals(seen, [[
    new Uint8Array([...utf8("%PDF"), ...new Uint8Array(5000)]),
    "a.pdf",
    "application/pdf",
    false,
  ]]);
  assertEquals(pipe.emitted, [
    { lane: "table", payload: "| a |\n" },
    { lane: "text", payload: "café" },
  ]);
  assertEquals(pipe.object.metadata, {
    "Content-Type": "application/pdf",
    resourceName: "a.pdf",
    "dc:title": "T",
  });
});

Deno.test("parse turns the failure of a user's parser into a warning", async () => {
  for (const failure of [new Error("bad xref"), "bad xref"]) {
    const parsers: ParserTable = {
      "application/pdf": () => {
        throw failure;
      },
    };
    const pipe = await open({ name: "a.pdf" }, { parsers });
    await pipe.sendBytes(utf8("%PDF"));
    assertEquals(pipe.emitted, []);
    assertEquals(pipe.warnings, [
      "parse: 'a.pdf' could not be parsed: bad xref",
    ]);
  }
});

Deno.test("parse does not wait for a user's parser once the pipe is abandoned", async () => {
  const controller = new AbortController();
  const parsers: ParserTable = {
    "application/pdf": () => {
      controller.abort(new Error("gone"));
      return new Promise<never>(() => {});
    },
  };
  const { signal } = controller;
  const pipe = await open({ name: "a.pdf" }, { signal, parsers });
  await assertRejects(() => pipe.sendBytes(utf8("%PDF")), Error, "gone");
  assertEquals(pipe.warnings, []);
});
