import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import { isDAPException, ValidationException } from "../../../lib/errors.ts";
import { builtin, startNode } from "./harness.ts";

async function chunks(
  text: string,
  config: JsonObject = {},
): Promise<string[]> {
  const pipe = (await startNode(builtin("preprocessor_langchain"), config))
    .open();
  await pipe.send("text", text);
  await pipe.finish();
  return pipe.on("documents").flat().map((doc) => doc.page_content ?? "");
}

function profile(name: string, config: JsonObject): JsonObject {
  return { profile: name, [name]: config };
}

Deno.test("preprocessor_langchain joins the text and cuts it once, at closing", async () => {
  const pipe = (await startNode(builtin("preprocessor_langchain"))).open({
    object: { objectId: "o1", path: "in/box" },
  });
  await pipe.send("text", "one");
  await pipe.send("text", "two");
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  const [documents, ...more] = pipe.on("documents");
  assertEquals(more, []);
  const nodeId = documents?.[0]?.metadata?.nodeId;
  assert(/^[0-9a-f-]{36}$/.test(nodeId ?? ""));
  assertEquals(documents, [{
    type: "Document",
    page_content: "one\ntwo",
    metadata: {
      objectId: "o1",
      nodeId: nodeId!,
      parent: "in/box",
      permissionId: 0,
      signature: "preprocessor_langchain_1",
      isDeleted: false,
      isTable: false,
      tableId: 0,
      chunkId: 0,
    },
  }]);
});

Deno.test("preprocessor_langchain writes tables at once, and counts chunks through the object", async () => {
  const bench = await startNode(builtin("preprocessor_langchain"), {
    strlen: 10,
  });
  const pipe = bench.open();
  await pipe.send("text", "some words to cut");
  await pipe.send("table", "| a |\n| --- |\n| 1 |\n");
  assertEquals(pipe.on("documents").length, 1);
  await pipe.finish();
  assertEquals(pipe.on("documents").length, 2);
  assertEquals(
    pipe.on("documents").flat().map((doc) => [
      doc.page_content,
      doc.metadata?.isTable,
      doc.metadata?.chunkId,
      doc.metadata?.tableId,
    ]),
    [
      ["| a |", true, 0, 0],
      ["| --- |", true, 1, 0],
      ["| 1 |", true, 2, 0],
      ["some words", false, 3, 0],
      ["to cut", false, 4, 0],
    ],
  );
});

Deno.test("preprocessor_langchain starts each object at chunk 0, with no text of another", async () => {
  const bench = await startNode(builtin("preprocessor_langchain"));
  for (const text of ["first", "second"]) {
    const pipe = bench.open();
    await pipe.send("text", text);
    await pipe.finish();
    const [doc] = pipe.on("documents").flat();
    assertEquals([doc?.page_content, doc?.metadata?.chunkId], [text, 0]);
  }
});

Deno.test("preprocessor_langchain writes nothing for blank text", async () => {
  const pipe = (await startNode(builtin("preprocessor_langchain"))).open();
  await pipe.finish();
  await pipe.send("text", " \n ");
  await pipe.finish();
  assertEquals(pipe.emitted, []);
});

Deno.test("preprocessor_langchain prefers the coarsest separator, and merges what fits", async () => {
  const text = "aaaa bbbb\ncccc\n\ndd dd\n\nee";
  assertEquals(await chunks(text, { strlen: 12 }), [
    "aaaa bbbb",
    "cccc",
    "dd dd\n\nee",
  ]);
  assertEquals(await chunks(text, { strlen: 100 }), [text]);
});

Deno.test("preprocessor_langchain cuts between characters when nothing else is left", async () => {
  assertEquals(await chunks("abcdefgh", { strlen: 3 }), ["abc", "def", "gh"]);
  assertEquals(await chunks("😀😀😀", { strlen: 2 }), ["😀😀", "😀"]);
});

Deno.test("preprocessor_langchain takes separators as quoted strings", async () => {
  const config = { strlen: 3, separators: `";", '\\n'` };
  assertEquals(
    await chunks("a;b\nc;dddddd", profile("custom", config)),
    ["a", ";b", "c", ";dddddd"],
  );
  const list = { strlen: 3, separators: [";"] };
  assertEquals(await chunks("a;b;c", profile("recursive", list)), [
    "a;b",
    ";c",
  ]);
  const blank = { strlen: 3, separators: " " };
  assertEquals(await chunks("a b c", profile("recursive", blank)), [
    "a b",
    "c",
  ]);
});

Deno.test("preprocessor_langchain understands the escapes in quoted strings", async () => {
  const separators = `["\\x41", '\\u0042', "\\"", "\\t", "\\q",]`;
  const text = 'xxAxxBxx"xx\txx\\qx';
  assertEquals(
    await chunks(text, profile("custom", { strlen: 2, separators })),
    ["xx", "Axx", "Bxx", '"xx', "xx", "\\qx"],
  );
});

Deno.test("preprocessor_langchain refuses separators that are not quoted strings", async () => {
  for (const separators of ["\\n", '"a" "b"', '"a', 7, [7]]) {
    await assertRejects(
      () => chunks("x", { separators }),
      ValidationException,
      "Component preprocessor_langchain_1: 'separators' must be quoted " +
        'strings parted by commas, for example "\\n\\n", "\\n"',
    );
  }
});

Deno.test("preprocessor_langchain character cuts at one separator, and leaves long pieces whole", async () => {
  const text = "aa\n\nbb\n\ncccccccccccc\n\nd";
  const cut = (config: JsonObject) =>
    chunks(text, profile("character", config));
  assertEquals(await cut({ strlen: 7 }), ["aa\n\nbb", "cccccccccccc", "d"]);
  assertEquals(await cut({ strlen: 5 }), ["aa", "bb", "cccccccccccc", "d"]);
  assertEquals(
    await chunks(
      "a;b;c",
      profile("character", { strlen: 3, separator: "';'" }),
    ),
    ["a;b", "c"],
  );
  assertEquals(
    await chunks("abc", profile("character", { strlen: 2, separator: '""' })),
    ["ab", "c"],
  );
  await assertRejects(
    () => cut({ separator: '"a", "b"' }),
    ValidationException,
    "Component preprocessor_langchain_1: 'separator' must be one quoted string",
  );
});

Deno.test("preprocessor_langchain markdown cuts at headings first, and keeps them", async () => {
  const text = "# One\ntext of one\n\nmore\n## Two\ntext\n```js\ncode\n```\n";
  assertEquals(await chunks(text, profile("markdown", { strlen: 26 })), [
    "# One\ntext of one\n\nmore",
    "## Two\ntext\n```js\ncode",
    "```",
  ]);
  assertEquals(
    await chunks("aaaa\n---\nbbbb", profile("markdown", { strlen: 9 })),
    ["aaaa", "---\nbbbb"],
  );
});

Deno.test("preprocessor_langchain latex cuts at sections and environments", async () => {
  const text =
    "\\section{A}\naaaa\n\\section{B}\nbbbb\n\\begin{x}\nc\n\\end{x}";
  assertEquals(await chunks(text, profile("latex", { strlen: 25 })), [
    "\\section{A}\naaaa",
    "\\section{B}\nbbbb",
    "\\begin{x}\nc\n\\end{x}",
  ]);
});

Deno.test("preprocessor_langchain takes the class names that forms write", async () => {
  const cut = (
    text: string,
    profile: string,
    splitter: string,
    more: JsonObject = {},
  ): Promise<string[]> =>
    chunks(text, { profile, [profile]: { splitter, mode: "strlen", ...more } });
  const text = "aaaa\n# b\nc\n\nd";
  const strlen = 6;
  for (const profile of ["markdown", "default", "custom"]) {
    assertEquals(
      await cut(text, profile, "MarkdownTextSplitter", { strlen }),
      ["aaaa", "# b\nc", "d"],
      profile,
    );
  }
  assertEquals(
    await cut(text, "default", "RecursiveCharacterTextSplitter", { strlen }),
    ["aaaa", "# b\nc", "d"],
  );
  assertEquals(
    await cut(text, "custom", "CharacterTextSplitter", { strlen }),
    ["aaaa\n# b\nc", "d"],
  );
  assertEquals(
    await cut("a\n\\item b", "latex", "LatexTextSplitter", { strlen: 8 }),
    ["a", "\\item b"],
  );
  for (const splitter of ["markdown", "TokenTextSplitter", "", "constructor"]) {
    await assertRejects(
      () => cut("x", "markdown", splitter),
      ValidationException,
      "Component preprocessor_langchain_1: 'splitter' must be the name of a " +
        "class, such as 'RecursiveCharacterTextSplitter', " +
        "'CharacterTextSplitter', 'MarkdownTextSplitter' or " +
        `'LatexTextSplitter', not '${splitter}'`,
    );
  }
  await assertRejects(
    () => cut("x", "markdown", "SpacyTextSplitter"),
    ValidationException,
    "(needs model)",
  );
});

Deno.test("preprocessor_langchain measures tokens as a third of the bytes", async () => {
  const tokens = (config: JsonObject) => ({ mode: "tokens", ...config });
  assertEquals(await chunks("abcdefg", tokens({ tokens: 2 })), [
    "abcdef",
    "g",
  ]);
  assertEquals(await chunks("€€€", tokens({ tokens: 2 })), ["€€", "€"]);
  assertEquals(await chunks("😀é", tokens({ tokens: 2 })), ["😀é"]);
  assertEquals(
    await chunks("abcd", tokens({ tokens: 2, bytes_per_token: 1.5 })),
    ["abc", "d"],
  );
});

Deno.test("preprocessor_langchain keeps chunks below what the model takes, by force", async () => {
  const config = {
    mode: "tokens",
    separator: '"\\n\\n"',
    bytes_per_token: 1,
    max_model_tokens: 36,
  };
  assertEquals(
    await chunks("abcdef\n\ng", profile("character", config)),
    ["abcd", "ef", "g"],
  );
  assertEquals(
    await chunks(
      "abcdef",
      profile("character", { ...config, token_safety_margin: 0 }),
    ),
    ["abcdef"],
  );
  assertEquals(
    await chunks(
      "abc",
      profile("character", { ...config, max_model_tokens: 9 }),
    ),
    ["a", "b", "c"],
  );
});

Deno.test("preprocessor_langchain refuses sizes and modes that make no sense", async () => {
  const cases: [JsonObject, string][] = [
    [{ strlen: 0 }, "'strlen' must be a number above 0"],
    [{ strlen: "9" }, "'strlen' must be a number above 0"],
    [{ mode: "tokens", tokens: -1 }, "'tokens' must be a number above 0"],
    [{ mode: "words" }, "'mode' must be one of 'strlen', 'tokens'"],
  ];
  for (const [config, message] of cases) {
    await assertRejects(
      () => chunks("x", config),
      ValidationException,
      `Component preprocessor_langchain_1: ${message}`,
    );
  }
});

for (const name of ["nltk", "spacy"]) {
  Deno.test(`preprocessor_langchain refuses the profile ${name} at start`, async () => {
    const error = await assertRejects(
      () => startNode(builtin("preprocessor_langchain"), { profile: name }),
      ValidationException,
      `Profile '${name}' of node 'preprocessor_langchain' exists in ` +
        "RocketRide but is not available in the embedded engine (needs " +
        "model); connect to a server to run it",
    );
    assert(isDAPException(error, "not-supported"));
  });
}

Deno.test("preprocessor_langchain stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const bench = await startNode(builtin("preprocessor_langchain"));
  const pipe = bench.open({ signal });
  await assertRejects(() => pipe.send("table", "| a |"), Error, "gone");
});
