import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { CodeContext } from "../../../lib/engine/mod.ts";
import {
  languageOf,
  splitParagraphs,
} from "../../../lib/engine/nodes/core/preprocessor_code.ts";
import { close, connect, getTaskStatus, send, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { builtin, startNode } from "./harness.ts";

Deno.test("code is cut at blank lines before what is not indented", () => {
  const pieces = [
    "import os\n\n\n",
    "# A comment\ndef f():\n    a = 1\n\n    return a\n\n",
    "class A:\n\n    b = 2\n  \n",
    "x = 1\ny = 2",
  ];
  for (const end of ["\n", "\r\n"]) {
    const all = pieces.map((piece) => piece.replaceAll("\n", end));
    assertEquals(splitParagraphs(all.join("")), all);
  }
  assertEquals(splitParagraphs(""), []);
});

Deno.test("the pieces of any text join to the text", () => {
  const parts = fc.constantFrom(
    "a",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "{\n  b\n}",
    "😀",
  );
  const texts = fc.array(parts, { maxLength: 60 }).map((all) => all.join(""));
  fc.assert(fc.property(texts, (text) => {
    const pieces = splitParagraphs(text);
    assertEquals(pieces.join(""), text);
    assert(pieces.every((piece) => piece !== ""));
  }));
});

Deno.test("a language is told by the extension, else by the media type", () => {
  const cases: [string, string, string | undefined][] = [
    ["a.c", "", "c"],
    ["dir.py/a.H", "", "c"],
    ["a.b.hpp", "", "cpp"],
    ["a.py", "text/javascript", "python"],
    ["a.mjs", "", "javascript"],
    ["a.tsx", "", "typescript"],
    ["py", "", undefined],
    ["a.txt", "text/x-python; charset=utf-8", "python"],
    ["a", "text/javascript", "javascript"],
    ["a", "application/typescript", "typescript"],
    ["a", "text/x-c++src", "cpp"],
    ["a", "text/x-csrc", "c"],
    ["a", "text/plain", undefined],
    ["a", "", undefined],
  ];
  for (const [name, mimeType, language] of cases) {
    assertEquals(
      languageOf({ name, mimeType }),
      language,
      `${name} ${mimeType}`,
    );
  }
});

Deno.test("preprocessor_code makes a document of each piece, when the object is complete", async () => {
  const pipe = (await startNode(builtin("preprocessor_code"))).open({
    object: { name: "a.py", objectId: "o1", path: "src" },
  });
  await pipe.send("text", "\n \nimport os\n\nde");
  await pipe.send("text", "f f():\n  pass\n\n");
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  const [documents, ...more] = pipe.on("documents");
  assertEquals(more, []);
  assertEquals(
    documents?.map(({ page_content, metadata }) => [
      page_content,
      metadata?.chunkId,
      metadata?.objectId,
      metadata?.signature,
    ]),
    [
      ["import os", 0, "o1", "preprocessor_code_1"],
      ["def f():\n  pass", 1, "o1", "preprocessor_code_1"],
    ],
  );
});

Deno.test("preprocessor_code of blank code is nothing, and it stops with the pipe", async () => {
  const bench = await startNode(builtin("preprocessor_code"));
  const blank = bench.open();
  await blank.send("text", " \n ");
  await blank.finish();
  assertEquals(blank.emitted, []);
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = bench.open({ signal });
  await pipe.send("text", "x");
  await assertRejects(() => pipe.finish(), Error, "gone");
});

Deno.test("preprocessor_code refuses a language that it does not know", async () => {
  const config = { profile: "auto", auto: { language: "cobol" } };
  await assertRejects(
    () => startNode(builtin("preprocessor_code"), config),
    Error,
    "Component preprocessor_code_1: 'language' must be one of 'auto', 'c', " +
      "'cpp', 'python', 'javascript', 'typescript'",
  );
});

Deno.test("an override cuts the code, and knows its language", async () => {
  const seen: (Pick<CodeContext, "id" | "language"> & { code: string })[] = [];
  const node = builtin("preprocessor_code", {
    overrides: {
      preprocessor_code: (code, { id, language }) => {
        seen.push({ code, id, language });
        return ["one\n", "", "two"];
      },
    },
  });
  assertEquals(node.limitation, undefined);
  for (
    const [config, object] of [
      [{}, { name: "a.ts" }],
      [{ profile: "cpp" }, { name: "a.ts" }],
      [{}, { name: "a.cobol", mimeType: "text/plain" }],
    ] as const
  ) {
    const pipe = (await startNode(node, config)).open({ object });
    await pipe.send("text", "a");
    await pipe.send("text", "b");
    await pipe.finish();
    const documents = pipe.on("documents").flat();
    assertEquals(documents.map((doc) => doc.page_content), ["one", "two"]);
  }
  const id = "preprocessor_code_1";
  assertEquals(seen, [
    { code: "ab", id, language: "typescript" },
    { code: "ab", id, language: "cpp" },
    { code: "ab", id, language: undefined },
  ]);
});

Deno.test("an override that returns something else fails the object", async () => {
  for (const value of [undefined, "a", [1]]) {
    const node = builtin("preprocessor_code", {
      // A program in JavaScript may do that.
      overrides: { preprocessor_code: () => value as unknown as string[] },
    });
    const pipe = (await startNode(node)).open();
    await pipe.send("text", "a");
    await assertRejects(
      () => pipe.finish(),
      TypeError,
      "the function 'preprocessor_code' must return an array of strings",
    );
  }
});

forEachTransport(
  "code goes through a pipeline in pieces, with a warning",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=webhook"],
        ["cut=preprocessor_code", "text<in"],
        ["out=response_documents", "documents<cut"],
      ),
    });
    const result = await send(session, task, "a = 1\n\nb = 2\n", {
      objinfo: { name: "a.py" },
      mimeType: "text/plain",
    });
    assertEquals(
      result.documents?.map(({ page_content }) => page_content),
      ["a = 1", "b = 2"],
    );
    const { warnings } = await getTaskStatus(session, task);
    assertEquals(warnings.length, 1);
    assert(warnings[0]?.includes("no syntax trees"));
    await close(session);
  },
);
