import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../schema/json.ts";
import { codePoints, utf8Bytes } from "../../lib/engine/nodes/text_splitter.ts";
import { builtin, startNode } from "../engine/nodes/harness.ts";

/** Text with the things that splitters look for. */
const text: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    { weight: 6, arbitrary: fc.string({ maxLength: 30 }) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        "\n\n",
        "\n",
        " ",
        "; ",
        "\n# ",
        "\n### ",
        "\n```\n",
        "\n---\n",
        "\n\\section{",
        "\n\\begin{x}",
        "😀",
        "é",
      ),
    },
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

const size = fc.integer({ min: 1, max: 60 });

const SPLITTING = ["default", "markdown", "latex", "custom"];

function profile(name: string, config: JsonObject): JsonObject {
  return {
    profile: name,
    [name]: name === "custom"
      ? { ...config, separators: `"; ", "\\n", ""` }
      : config,
  };
}

async function documents(
  given: string,
  config: JsonObject,
): Promise<readonly { readonly text: string; readonly id: number }[]> {
  const pipe = (await startNode(builtin("preprocessor_langchain"), config))
    .open();
  await pipe.send("text", given);
  await pipe.finish();
  return pipe.on("documents").flat().map((doc) => ({
    text: doc.page_content ?? "",
    id: doc.metadata?.chunkId ?? -1,
  }));
}

async function split(given: string, config: JsonObject): Promise<string[]> {
  return (await documents(given, config)).map(({ text }) => text);
}

function bare(given: string): string {
  return given.replace(/\s+/g, "");
}

Deno.test("chunks are never longer than the limit, in characters", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      size,
      fc.constantFrom(...SPLITTING),
      async (given, strlen, name) => {
        for (const chunk of await split(given, profile(name, { strlen }))) {
          assert(codePoints(chunk) <= strlen);
          assertEquals(codePoints(chunk), [...chunk].length);
        }
      },
    ),
  );
});

Deno.test("chunks are never longer than the limit, in tokens", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      // A character takes four bytes at most, and is never cut.
      fc.integer({ min: 2, max: 30 }),
      fc.constantFrom(...SPLITTING),
      async (given, tokens, name) => {
        const config = profile(name, { mode: "tokens", tokens });
        for (const chunk of await split(given, config)) {
          const bytes = new TextEncoder().encode(chunk).length;
          assertEquals(utf8Bytes(chunk), bytes);
          assert(Math.ceil(bytes / 3) <= tokens);
        }
      },
    ),
  );
});

Deno.test("only a part without the separator is longer under `character`", async () => {
  await fc.assert(
    fc.asyncProperty(text, size, async (given, strlen) => {
      const config = profile("character", { strlen, separator: '" "' });
      for (const chunk of await split(given, config)) {
        assert(codePoints(chunk) <= strlen || !chunk.includes(" "));
      }
    }),
  );
});

Deno.test("a model's limit holds under `character` too, by force", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 2, max: 20 }),
      async (given, max_model_tokens) => {
        const config = profile("character", {
          mode: "tokens",
          max_model_tokens,
          token_safety_margin: 0,
        });
        for (const chunk of await split(given, config)) {
          assert(Math.ceil(utf8Bytes(chunk) / 3) <= max_model_tokens);
        }
      },
    ),
  );
});

Deno.test("chunks hold the whole text but for white space", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      size,
      fc.constantFrom(...SPLITTING, "character"),
      async (given, strlen, name) => {
        const chunks = await split(given, profile(name, { strlen }));
        assertEquals(bare(chunks.join("")), bare(given));
      },
    ),
  );
});

Deno.test("chunks are trimmed, not empty, and numbered from 0", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      size,
      fc.constantFrom(...SPLITTING, "character"),
      async (given, strlen, name) => {
        const docs = await documents(given, profile(name, { strlen }));
        assertEquals(docs.map(({ id }) => id), [...docs.keys()]);
        for (const doc of docs) {
          assertEquals(doc.text, doc.text.trim());
          assert(doc.text !== "");
        }
      },
    ),
  );
});

Deno.test("the same text is cut the same way, however it comes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 4 }),
      size,
      async (texts, strlen) => {
        const bench = await startNode(builtin("preprocessor_langchain"), {
          strlen,
        });
        const pipe = bench.open();
        for (const one of texts) await pipe.send("text", one);
        await pipe.finish();
        const chunks = pipe.on("documents").flat()
          .map((doc) => doc.page_content ?? "");
        assertEquals(chunks, await split(texts.join("\n"), { strlen }));
      },
    ),
  );
});
