import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Chunker, type Occasion } from "../../lib/pipe/chunker.ts";
import { FrameBuffer } from "../../lib/protocol/frame.ts";
import type { PipeChunk } from "../../lib/pipe/options.ts";

const LINE_FEED = 0x0a;

/** One frame as it left, with what was gathered when it did. */
interface Frame {
  readonly bytes: Uint8Array;
  readonly gathered: Uint8Array;
  readonly full: boolean;
  readonly occasion: Occasion;
}

const rechunkText = (frameBytes: number): Chunker =>
  new Chunker({ mimeType: "text/plain", frameBytes });

const rechunkBytes = (frameBytes: number): Chunker =>
  new Chunker({ mimeType: "application/octet-stream", frameBytes });

/** Feed chunks to a chunker as a pipe does; some pauses are in between. */
function frames(
  chunker: Chunker,
  chunks: readonly PipeChunk[],
  pauses: readonly boolean[],
  now = false,
): Frame[] {
  const sent: Frame[] = [];
  function send(occasion: Occasion): boolean {
    const due = chunker.next(occasion);
    if (!due) return false;
    const buffer = due instanceof FrameBuffer ? due : undefined;
    const bytes = (buffer?.payload ?? due as Uint8Array).slice();
    const gathered = buffer?.gathered.slice() ?? bytes;
    sent.push({ bytes, gathered, full: buffer?.room === 0, occasion });
    chunker.sent();
    return true;
  }
  function finish(rest: Uint8Array | undefined, at: number): void {
    while (rest) {
      rest = chunker.takeMore(rest);
      if (rest || at % 2 === 0) send("idle");
    }
  }
  chunks.forEach((chunk, at) => {
    const rest = chunker.take(chunk, now);
    if (rest || now || at % 2 === 0) send("idle");
    finish(rest, at);
    if (pauses[at]) send("quiet");
  });
  const rest = chunker.end();
  if (rest) send("idle");
  finish(rest, 0);
  while (send("end"));
  return sent;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice());
    return true;
  } catch {
    return false;
  }
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

Deno.test("text that comes as bytes, cut anywhere, leaves as the same text in whole characters", () => {
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

Deno.test("text that comes as strings, cut anywhere, also between surrogates, leaves as the same text", () => {
  fc.assert(
    fc.property(text, shares, pauses, frameBytes, (given, at, when, limit) => {
      const chunks = split(given.length, at, (a, b) => given.slice(a, b));
      const sent = frames(rechunkText(limit), chunks, when);
      checkText(sent, given.toWellFormed(), limit);
    }),
    { numRuns: 300 },
  );
});

Deno.test("bytes leave as the same bytes, in frames within the limit, and never wait", () => {
  const data = fc.uint8Array({ maxLength: 300, size: "max" });
  const limit = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(data, shares, pauses, limit, fc.boolean(), (
      given,
      at,
      when,
      max,
      now,
    ) => {
      const chunks = split(given.length, at, (a, b) => given.subarray(a, b));
      const sent = frames(rechunkBytes(max), chunks, when, now);
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
    const chunker = rechunkText(limit);
    let refused = false;
    try {
      frames(chunker, chunks, []);
    } catch (error) {
      refused = true;
      assertEquals((error as { code?: string }).code, "invalid-chunk");
    }
    assert(refused);
  }));
});
