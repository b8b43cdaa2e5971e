import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  languageOf,
  LANGUAGES,
} from "../../../lib/engine/nodes/code/_language.ts";
import { preprocessorCodeNode } from "../../../lib/engine/nodes/code/preprocessor_code.ts";
import { splitCode } from "../../../lib/engine/nodes/code/split_code.ts";
import { close, connect, send, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { startNode } from "./harness.ts";

const PYTHON = [
  '"""A module\n\ndef not_me(): ..."""\n\n',
  "import os\nfrom sys import argv\n\n",
  "from x import (\n    a,\n)\n\n",
  '# Says hello\n# twice\n@twice(\n    2\n)\ndef hello(name="(#"):\n' +
  "    text = '''\ndef not_me_either():\n'''\n\n    return text\n",
  "class Foo:\n    def m(self):\n        pass\n",
  "if os:\n    pass\nelse:\n    pass\n",
  "x = 1\ny = 2\n",
];

const TYPESCRIPT = [
  'import a from "a";\nimport b from "b";\n\n',
  "/**\n * Doc {\n */\nexport function f(): string {\n" +
  '  // {\n  const p = /[/{]"/.test(s) ? a / b : `${`}`} {`;\n' +
  '  return \'{\' + "}\\"{";\n}\n\n',
  "@decorated\nclass A {\n  m() {}\n\n  n() {}\n}\n",
  "const t = `\nfunction no() {\n${t ? `{\n` : 1}`;\n",
  "try {\n  f();\n} catch {\n}\nfinally {\n}\n",
];

const CPP = [
  "// A licence\n\n",
  '#include <a>\n#include "b"\n\n',
  "/* doc */\ntemplate <class T>\nstatic T\nfoo(T a)\n{\n  char c = '{';\n" +
  '  auto s = R"x(\n})" {\n)x";\n  return a;\n}\n\n',
  "struct P { int x; };\nint g;\n\n",
  "namespace n {\nint a();\nint b();\n}\n",
];

Deno.test("code is cut at its outermost constructs, with what belongs to them", () => {
  const samples = [
    [PYTHON, "python"],
    [TYPESCRIPT, "typescript"],
    [TYPESCRIPT, "javascript"],
    [CPP, "cpp"],
  ] as const;
  for (const [pieces, language] of samples) {
    assertEquals(splitCode(pieces.join(""), language), pieces);
    // The same with the line ends of Windows.
    const windows = pieces.map((piece) => piece.replaceAll("\n", "\r\n"));
    assertEquals(splitCode(windows.join(""), language), windows);
  }
});

Deno.test("C cuts at functions whose type has a line of its own", () => {
  const pieces = [
    "#define X 1\n\n",
    "static int\nmain(void)\n{\n  if (X) {\n  }\n  else {\n  }\n}\n",
    "unsigned\nlong\nnext(void) { return 1; }\n",
  ];
  assertEquals(splitCode(pieces.join(""), "c"), pieces);
});

Deno.test("text of no language is cut at blank lines before what is not indented", () => {
  const pieces = ["fn a\n  b\n\n  c\n\n\n", "fn d\nfn e\n\n", "end"];
  assertEquals(splitCode(pieces.join(""), undefined), pieces);
  assertEquals(splitCode("", undefined), []);
});

Deno.test("the pieces of any text join to the text, in any language", () => {
  const token = fc.constantFrom(
    ..."{}()[];:,.#/*\\\"'`@\n\n\n $R=",
    "def f():\n",
    "class A {\n",
    "  ",
    "/*",
    "*/",
    '"""',
    "${",
    "//",
    "else",
    "\\\n",
    "int",
    "\r\n",
    'R"x(',
    "ä😀",
  );
  const texts = fc.array(token, { maxLength: 60 }).map((all) => all.join(""));
  const languages = fc.constantFrom(...LANGUAGES, undefined);
  fc.assert(
    fc.property(texts, languages, (text, language) => {
      const pieces = splitCode(text, language);
      assertEquals(pieces.join(""), text);
      assert(pieces.every((piece) => piece !== ""));
    }),
    { numRuns: 1_000 },
  );
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

Deno.test("preprocessor_code gathers an object and makes documents of it at the end", async () => {
  const bench = await startNode(preprocessorCodeNode());
  const object = { name: "a.py", path: "src" };
  const pipe = bench.open({ object });
  await pipe.send("text", "\ndef hello():\n    ret");
  await pipe.send("text", "urn 1\n\n\nclass Foo:\n    pass");
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  assertEquals(pipe.on("documents").length, 1);
  const docs = pipe.on("documents").flat();
  assertEquals(docs.map(({ page_content }) => page_content), [
    "def hello():\n    return 1",
    "class Foo:\n    pass",
  ]);
  assertEquals(
    docs.map(({ metadata }) => [
      metadata?.chunkId,
      metadata?.isTable,
      metadata?.parent,
      metadata?.signature,
    ]),
    [[0, false, "src", "preprocessor_code_1"], [
      1,
      false,
      "src",
      "preprocessor_code_1",
    ]],
  );
  assertEquals(pipe.warnings, []);
});

Deno.test("preprocessor_code writes nothing for blank code, and warns of a language it cannot tell", async () => {
  const bench = await startNode(preprocessorCodeNode());
  const blank = bench.open();
  await blank.send("text", " \n\n");
  await blank.finish();
  assertEquals([blank.emitted, blank.warnings], [[], []]);
  const unknown = bench.open({ object: { name: "a.zig" } });
  await unknown.send("text", "fn a() {\n}\n\nfn b() {\n}\n");
  await unknown.finish();
  assertEquals(unknown.on("documents").flat().length, 2);
  assertEquals(unknown.warnings, [
    "Component preprocessor_code_1: the language of 'a.zig' cannot be told " +
    "by its name; it is cut at blank lines",
  ]);
});

Deno.test("preprocessor_code takes the language of its profile, and refuses others", async () => {
  const bench = await startNode(preprocessorCodeNode(), { profile: "python" });
  const pipe = bench.open({ object: { name: "a.js" } });
  await pipe.send("text", "def f():\n    x\n# y\ndef g():\n    z\n");
  await pipe.finish();
  assertEquals(
    pipe.on("documents").flat().map(({ page_content }) => page_content),
    ["def f():\n    x", "# y\ndef g():\n    z"],
  );
  await assertRejects(
    () => startNode(preprocessorCodeNode(), { language: "cobol" }),
    Error,
    "Component preprocessor_code_1: 'language' must be one of 'auto', 'c'",
  );
});

Deno.test("preprocessor_code stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(preprocessorCodeNode())).open({ signal });
  await assertRejects(() => pipe.finish(), Error, "gone");
});

forEachTransport(
  "code becomes documents through a pipeline",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=webhook"],
        ["code=preprocessor_code", "text<in"],
        ["out=response_documents", "documents<code"],
      ),
    });
    const { documents } = await send(session, task, PYTHON.join(""), {
      mimeType: "text/x-python",
      objinfo: { name: "a.py" },
    });
    const contents = (documents as { page_content: string }[])
      .map(({ page_content }) => page_content);
    assertEquals(contents, PYTHON.map((piece) => piece.trimEnd()));
    await close(session);
  },
);
