import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Occasion,
  rechunkBytes,
  type Rechunker,
  rechunkText,
} from "../../lib/pipe/chunker.ts";
import { isUtf8, PiecewiseEncoder } from "../../lib/bytes.ts";

const LINE_FEED = 0x0a;

/** One frame as it left, with what was gathered when it did. */
interface Frame {
  readonly bytes: Uint8Array;
  readonly gathered: Uint8Array;
  readonly full: boolean;
  readonly occasion: Occasion;
}

/** Feed chunks to a rechunker as a pipe does; some pauses are in between. */
function frames(
  rechunker: Rechunker,
  chunks: readonly Uint8Array[],
  pauses: readonly boolean[],
): Frame[] {
  const { buffer } = rechunker;
  const sent: Frame[] = [];
  function send(occasion: Occasion): boolean {
    const count = rechunker.due(occasion);
    if (count === 0) return false;
    const gathered = buffer.gathered.slice();
    const full = buffer.room === 0;
    buffer.cut(count);
    sent.push({ bytes: buffer.payload.slice(), gathered, full, occasion });
    buffer.drop();
    return true;
  }
  chunks.forEach((chunk, at) => {
    for (let rest = chunk; rest.length > 0;) {
      rest = rest.subarray(buffer.append(rest));
      if (buffer.room === 0 || at % 2 === 0) send("idle");
    }
    if (pauses[at]) send("quiet");
  });
  while (send("end"));
  return sent;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Cut something at places that are given as shares of its length. */
function split<T>(
  length: number,
  shares: readonly number[],
  slice: (from: number, to: number) => T,
): T[] {
  const cuts = shares.map((share) => Math.floor(share * (length + 1)))
    .sort((a, b) => a - b);
  return [0, ...cuts].map((from, at) => slice(from, cuts[at] ?? length));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 20,
  size: "max",
});
const pauses = fc.array(fc.boolean(), { maxLength: 20, size: "max" });
const frameBytes = fc.integer({ min: 4, max: 40 });

/** Text of all lengths of characters, with lines, and halves of pairs. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\n",
      "\n",
      "a",
      "é",
      "€",
      "😀",
      "\r\n",
      "\ud83d",
      "\ude00",
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 200,
  size: "max",
});

function checkText(
  sent: readonly Frame[],
  expected: string,
  limit: number,
): void {
  for (const { bytes, gathered, full, occasion } of sent) {
    assert(isUtf8(bytes), "a frame is not UTF-8");
    assert(bytes.length > 0 && bytes.length <= limit);
    if (occasion === "idle") assert(full, "a frame left before it was full");
    if (full && gathered.includes(LINE_FEED)) {
      assertEquals(bytes.at(-1), LINE_FEED, "a line fits, but was cut");
      assert(!gathered.subarray(bytes.length).includes(LINE_FEED));
    }
    // Nothing is held back but the piece of a character or of a line.
    if (!full) assert(gathered.length - bytes.length < 4);
  }
  assertEquals(
    new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(joined(sent.map(({ bytes }) => bytes))),
    expected,
  );
}

Deno.test("F1 text that comes as bytes, cut anywhere, leaves as the same text in whole characters", () => {
  fc.assert(
    fc.property(text, shares, pauses, frameBytes, (given, at, when, limit) => {
      const bytes = new TextEncoder().encode(given);
      const chunks = split(bytes.length, at, (a, b) => bytes.subarray(a, b));
      const sent = frames(rechunkText(limit), chunks, when);
      checkText(sent, given.toWellFormed(), limit);
    }),
    { numRuns: 300 },
  );
});

Deno.test("F1 text that comes as strings, cut anywhere, also between surrogates, leaves as the same text", () => {
  fc.assert(
    fc.property(text, shares, pauses, frameBytes, (given, at, when, limit) => {
      const pieces = new PiecewiseEncoder();
      const chunks = split(given.length, at, (a, b) => given.slice(a, b))
        .map((piece) => pieces.encode(piece));
      const sent = frames(rechunkText(limit), [...chunks, pieces.end()], when);
      checkText(sent, given.toWellFormed(), limit);
    }),
    { numRuns: 300 },
  );
});

Deno.test("bytes leave as the same bytes, in frames within the limit, and never wait", () => {
  const data = fc.uint8Array({ maxLength: 300, size: "max" });
  const limit = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(data, shares, pauses, limit, (given, at, when, max) => {
      const chunks = split(given.length, at, (a, b) => given.subarray(a, b));
      const sent = frames(rechunkBytes(max), chunks, when);
      assertEquals(joined(sent.map(({ bytes }) => bytes)), given);
      for (const { bytes, gathered } of sent) {
        assert(bytes.length > 0 && bytes.length <= max);
        assertEquals(bytes, gathered);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("text that is not UTF-8 is refused, and nothing broken leaves before that", () => {
  const broken = fc.uint8Array({ minLength: 1, maxLength: 100, size: "max" })
    .filter((bytes) => !isUtf8(bytes));
  fc.assert(fc.property(broken, shares, frameBytes, (given, at, limit) => {
    const chunks = split(given.length, at, (a, b) => given.subarray(a, b));
    const rechunker = rechunkText(limit);
    let refused = false;
    try {
      frames(rechunker, chunks, []);
    } catch (error) {
      refused = true;
      assertEquals((error as { code?: string }).code, "invalid-chunk");
    }
    assert(refused);
  }));
});
