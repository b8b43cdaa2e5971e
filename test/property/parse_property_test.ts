import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ObjectInfo } from "../../lib/engine/node.ts";
import {
  nfcStream,
  PIECE_BYTES,
  pieceCutter,
} from "../../lib/engine/nodes/core/text_decoding.ts";
import {
  type BenchPipe,
  builtin,
  startNode,
  utf8,
} from "../engine/nodes/harness.ts";

/** Text of every kind, with characters that combine. */
const text: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      "e\u0301",
      "\u0301\u0323",
      "a\u0323\u0307",
      "\u1112",
      "\u1161",
      "\u11ab",
      "\uac00\u11a8",
      "\u09c7\u09be",
      "\u0958",
      "\u{16d67}\u{16d67}",
      "\u{1d157}\u{1d165}",
      "か\u3099",
      "\r\n",
      "😀",
    ),
  ),
  { maxLength: 30 },
).map((parts) => parts.join(""));

/** Ways to cut something: the lengths of the parts, used round and round. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), {
  minLength: 1,
  maxLength: 8,
});

function inParts<
  T extends { slice(from: number, to: number): T; length: number },
>(
  whole: T,
  lengths: readonly number[],
): T[] {
  const parts: T[] = [];
  for (let at = 0; at < whole.length;) {
    const length = lengths[parts.length % lengths.length]!;
    parts.push(whole.slice(at, at + length));
    at += length;
  }
  return parts;
}

async function parse(
  chunks: readonly Uint8Array[],
  object: Partial<ObjectInfo> = {},
): Promise<BenchPipe> {
  const pipe = (await startNode(builtin("parse"))).open({ object });
  await pipe.sendBytes(...chunks);
  await pipe.finish();
  return pipe;
}

Deno.test("any text parses to its NFC, however its bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(text, cuts, async (given, lengths) => {
      const chunks = inParts(utf8(given), lengths);
      const pipe = await parse(chunks, { mimeType: "text/plain" });
      const expected = given.replace(/^\ufeff/, "").normalize("NFC");
      assertEquals(pipe.on("text").join(""), expected);
      assert(pipe.on("text").length <= 1);
    }),
    { numRuns: 400 },
  );
});

Deno.test("normalising in parts gives what normalising the whole gives", () => {
  fc.assert(
    fc.property(text, cuts, (given, lengths) => {
      const nfc = nfcStream();
      const parts = inParts([...given], lengths)
        .map((part) => nfc.push(part.join("")));
      assertEquals(parts.join("") + nfc.end(), given.normalize("NFC"));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a flood of combining marks is normalised without being held forever", () => {
  const nfc = nfcStream();
  let out = "";
  for (let at = 0; at < 40; at += 1) out += nfc.push("\u0301".repeat(10_000));
  assert(out.length >= 300_000);
  assertEquals(out + nfc.end(), "\u0301".repeat(400_000));
});

Deno.test("pieces fit, and do not depend on how the text came", () => {
  const line = fc.tuple(
    fc.constantFrom("x", "é", "€", "😀"),
    fc.integer({ min: 0, max: 400_000 }),
    fc.constantFrom("", "\n"),
  ).map(([sign, times, end]) => sign.repeat(times) + end);
  const lengths = fc.array(fc.integer({ min: 50_000, max: 2_000_000 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      lengths,
      (lines, lengths) => {
        const given = lines.join("");
        const whole = pieceCutter();
        const expected = [...whole.push(given), ...whole.end()];
        assertEquals(expected.join("") === given, true);
        for (const piece of expected) {
          assert(piece !== "" && utf8(piece).length <= PIECE_BYTES);
        }
        const parts = pieceCutter();
        const pieces = inParts(given, lengths)
          .flatMap((part) => [...parts.push(part)]);
        pieces.push(...parts.end());
        assertEquals(
          pieces.map((piece) => piece.length),
          expected.map((piece) => piece.length),
        );
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("a page gives the same text and tables, however its bytes are cut", async () => {
  const markup = fc.array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 10 }),
      fc.constantFrom(
        "<p>",
        "</p>",
        "<table><tr><td>",
        "<td>",
        "</table>",
        "<script>if (a<b)",
        "</script>",
        "<!-- ",
        " -->",
        "&amp;",
        "&eacute;",
        "&#x301;",
        "<pre> \n ",
        "</pre>",
        "<title>",
        "</title>",
        "<br/>",
        " \n",
        "<",
      ),
    ),
    { maxLength: 25 },
  ).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(markup, cuts, async (given, lengths) => {
      const object = { mimeType: "text/html" };
      // Behind 4 KiB, where nothing is held back to see what it is.
      const bytes = utf8(`<!--${"-".repeat(5000)}-->${given}`);
      const whole = await parse([bytes], { ...object, metadata: {} });
      const cut = await parse(inParts(bytes, lengths), {
        ...object,
        metadata: {},
      });
      assertEquals(cut.emitted, whole.emitted);
      assertEquals(cut.object.metadata, whole.object.metadata);
      for (const piece of whole.on("text")) {
        assertEquals(piece, piece.normalize("NFC"));
      }
    }),
    { numRuns: 300 },
  );
});

/** A cell: no line ends but single feeds, as these are what a cell keeps. */
const cell = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.array(
    fc.constantFrom("|", "\\", "<br>", "\n", '"', ",", ";", "a", " "),
    { maxLength: 6 },
  ).map((parts) => parts.join("")),
).map((given) => given.normalize("NFC").replace(/\r\n?/g, "\n"));

const rows = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 6,
  })
);

Deno.test("CSV tables keep every cell text", async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      cuts,
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      async (given, lengths, lineEnd, last) => {
        const csv =
          given.map((row) =>
            row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")
          ).join(lineEnd) + (last ? lineEnd : "");
        const pipe = await parse(inParts(utf8(csv), lengths), {
          name: "t.csv",
        });
        const [table, ...more] = pipe.on("table");
        assertEquals(more, []);
        const [head, rule, ...body] = table!.trimEnd().split("\n");
        assertEquals(rule, "|" + " --- |".repeat(given[0]!.length));
        assertEquals([head!, ...body].map(readRow), given);
      },
    ),
    { numRuns: 400 },
  );
});

/** Read a Markdown row back into its cells. */
function readRow(row: string): string[] {
  return row.slice(2, -2).split(" | ").map((cell) =>
    cell.replace(/(\\*)(\||<br>)/g, (_match, slashes: string, what: string) => {
      const half = slashes.slice(0, slashes.length >> 1);
      return half + (slashes.length % 2 === 1 ? what : "\n");
    })
  );
}

Deno.test("parse never fails on random bytes, whatever they are called", async () => {
  const types = [
    "application/octet-stream",
    "text/plain",
    "text/plain; charset=utf-16le",
    "text/plain; charset=shift_jis",
    "text/csv",
    "text/tab-separated-values",
    "text/html",
    "application/json",
    "image/png",
    "",
    ";",
    "nonsense",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }),
      fc.constantFrom(...types),
      fc.string({ maxLength: 8 }),
      async (chunks, mimeType, name) => {
        const pipe = await parse(chunks, { mimeType, name, metadata: {} });
        for (const piece of pipe.on("text")) {
          assertEquals(piece, piece.normalize("NFC"));
        }
        assertEquals(pipe.object.metadata.resourceName, name);
      },
    ),
    { numRuns: 300 },
  );
});
