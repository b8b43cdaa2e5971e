import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Chunker,
  type ChunkerOptions,
  type Occasion,
} from "../../lib/pipe/chunker.ts";
import type { PipeChunk } from "../../lib/pipe/options.ts";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import { FrameBuffer } from "../../lib/protocol/frame.ts";

const FRAME_BYTES = 16;
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

function chunkerFor(
  mimeType: string,
  options: Partial<ChunkerOptions> = {},
): Chunker {
  return new Chunker({
    mimeType,
    framing: "auto",
    frameBytes: FRAME_BYTES,
    emptyWrite: false,
    ...options,
  });
}

/** The payload that is due, as a socket would read it; then it has left. */
function nextWrite(chunker: Chunker, occasion: Occasion): string | undefined {
  const payload = chunker.next(occasion);
  if (payload === undefined) return undefined;
  const bytes = payload instanceof FrameBuffer ? payload.payload : payload;
  const text = new TextDecoder().decode(bytes.slice());
  chunker.sent();
  return text;
}

/** Hand chunks over; whatever may leave is drained at once. */
function feed(
  chunker: Chunker,
  chunks: readonly PipeChunk[],
  drain: (occasion: Occasion) => void,
): void {
  function finish(rest: Uint8Array | undefined): void {
    drain("idle");
    while (rest) {
      rest = chunker.takeMore(rest);
      drain("idle");
    }
  }
  for (const chunk of chunks) finish(chunker.take(chunk));
  finish(chunker.end());
  drain("end");
}

/** Every write of a stream of chunks, with the line free all the time. */
function writesOf(chunker: Chunker, chunks: readonly PipeChunk[]): string[] {
  const writes: string[] = [];
  function drain(occasion: Occasion): void {
    for (;;) {
      const write = nextWrite(chunker, occasion);
      if (write === undefined) return;
      writes.push(write);
    }
  }
  feed(chunker, chunks, drain);
  return writes;
}

Deno.test("bytes are gathered, and go as soon as the line is free", () => {
  const chunker = chunkerFor("application/octet-stream");
  assertEquals(chunker.single, false);
  assertEquals(nextWrite(chunker, "idle"), undefined);
  chunker.take("ab");
  chunker.take("cd");
  assertEquals(nextWrite(chunker, "idle"), "abcd");
  assertEquals(nextWrite(chunker, "idle"), undefined);
});

Deno.test("a chunk larger than a frame is cut, and what does not fit is given back", () => {
  const chunker = chunkerFor("application/octet-stream");
  const rest = chunker.take("x".repeat(20));
  assertEquals(rest?.length, 4);
  assertEquals(nextWrite(chunker, "idle")?.length, FRAME_BYTES);
  assertEquals(chunker.takeMore(rest!), undefined);
  assertEquals(nextWrite(chunker, "idle"), "xxxx");
});

Deno.test("a chunk of zero bytes is taken and makes no write", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const chunks = ["", new Uint8Array(0), new ArrayBuffer(0)];
    assertEquals(writesOf(chunkerFor(mimeType), chunks), []);
  }
});

Deno.test("an object without data gets one empty write where that is asked for, unless it is text", () => {
  for (
    const [mimeType, writes] of [
      ["application/octet-stream", [""]],
      ["text/plain", []],
      ["lane/text", []],
    ] as const
  ) {
    const asked = chunkerFor(mimeType, { emptyWrite: true });
    assertEquals(writesOf(asked, []), [...writes]);
    assertEquals(writesOf(chunkerFor(mimeType), []), []);
    const filled = chunkerFor(mimeType, { emptyWrite: true });
    assertEquals(writesOf(filled, ["a"]), ["a"]);
  }
});

Deno.test("text waits until its frame is full or the stream is over", () => {
  const chunker = chunkerFor("text/plain");
  chunker.take("short");
  assertEquals(nextWrite(chunker, "idle"), undefined);
  chunker.end();
  assertEquals(nextWrite(chunker, "end"), "short");
});

Deno.test("text that is held back goes when the producer pauses, but half a character stays", () => {
  const chunker = chunkerFor("text/plain");
  chunker.take(Uint8Array.of(0x61, 0xc3));
  assertEquals(nextWrite(chunker, "quiet"), "a");
  assertEquals(nextWrite(chunker, "quiet"), undefined);
  chunker.take(Uint8Array.of(0xa4));
  chunker.end();
  assertEquals(nextWrite(chunker, "end"), "ä");
});

Deno.test("text is cut at the last line end that fits, else between characters", () => {
  assertEquals(
    writesOf(chunkerFor("text/plain"), ["one\ntwo\nthree and four"]),
    [
      "one\ntwo\n",
      "three and four",
    ],
  );
  assertEquals(writesOf(chunkerFor("text/plain"), ["a", "€".repeat(6)]), [
    "a€€€€€",
    "€",
  ]);
});

Deno.test("text that ends in the middle of a character is refused at the end", () => {
  const chunker = chunkerFor("text/plain");
  chunker.take(Uint8Array.of(0x61, 0xe2, 0x82));
  chunker.end();
  const error = assertThrows(
    () => chunker.next("end"),
    ValidationException,
    "Cannot send text that is not UTF-8",
  );
  assertEquals(error.code, "invalid-chunk");
});

Deno.test("text that is not UTF-8 is refused when its frame is due", () => {
  const chunker = chunkerFor("text/plain");
  chunker.take(Uint8Array.of(0xff, 0x61));
  assertThrows(
    () => chunker.next("quiet"),
    ValidationException,
    "Cannot send text that is not UTF-8",
  );
});

Deno.test("half a surrogate pair at the end of the stream becomes the replacement character", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    assertEquals(
      writesOf(chunkerFor(mimeType), ["a\ud83c"]).join(""),
      "a\ufffd",
    );
    const chunked = chunkerFor(mimeType, { framing: "chunk" });
    assertEquals(writesOf(chunked, ["a\ud83c"]).join(""), "a\ufffd");
  }
});

Deno.test("what only the end makes complete goes even when the frame is full", () => {
  const full = "x".repeat(FRAME_BYTES);
  const chunker = chunkerFor("text/plain");
  chunker.take(full + "\ud83c");
  const rest = chunker.end();
  assertEquals(nextWrite(chunker, "idle"), full);
  assertEquals(chunker.takeMore(rest!), undefined);
  assertEquals(nextWrite(chunker, "end"), "\ufffd");
  assertEquals(nextWrite(chunker, "end"), undefined);
});

Deno.test("text in another charset is transcoded, other media types never", () => {
  const latin = Uint8Array.of(0xe4);
  const text = chunkerFor("text/plain; charset=iso-8859-1");
  assertEquals(writesOf(text, [latin]), ["ä"]);
  const xml = chunkerFor("application/xml; charset=iso-8859-1");
  xml.take(latin);
  const payload = xml.next("idle") as FrameBuffer;
  assertEquals(payload.payload, latin);
  assertEquals(
    writesOf(chunkerFor("application/xml; charset=klingon"), ["x"]),
    ["x"],
  );
  assertThrows(
    () => chunkerFor("text/plain; charset=klingon"),
    ValidationException,
    'Cannot read charset "klingon"',
  );
});

Deno.test("each record is one write, whole", () => {
  const long = JSON.stringify({ text: "x".repeat(FRAME_BYTES) });
  for (const framing of ["auto", "chunk"] as const) {
    const chunker = chunkerFor("lane/documents", { framing });
    assertEquals(chunker.single, true);
    assertEquals(
      writesOf(chunker, ["{}", long, new TextEncoder().encode("[]")]),
      [
        "{}",
        long,
        "[]",
      ],
    );
  }
});

Deno.test("a record that is not JSON is refused without showing it", () => {
  const broken: readonly PipeChunk[] = [
    '{"half":',
    "",
    "s3cret-chunk",
    Uint8Array.of(0x22, 0xff, 0x22),
  ];
  for (const chunk of broken) {
    const chunker = chunkerFor("application/rocketride-question");
    const error = assertThrows(
      () => chunker.take(chunk),
      ValidationException,
      "Cannot write a chunk to a record lane: it is not one JSON document",
    );
    assert(isDAPException(error, "invalid-chunk"));
    assert(!Deno.inspect(error).includes("s3cret"));
  }
});

Deno.test("tags are records whose bytes are nobody's business", () => {
  const chunker = chunkerFor("application/rocketlib-tag");
  assertEquals(writesOf(chunker, ["not JSON", ""]), ["not JSON", ""]);
});

Deno.test("framing by chunk gives one write a chunk, also for an empty one", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const chunker = chunkerFor(mimeType, { framing: "chunk" });
    assertEquals(chunker.single, true);
    const long = "x".repeat(2 * FRAME_BYTES);
    assertEquals(writesOf(chunker, ["a", "", long]), ["a", "", long]);
  }
});

Deno.test("framing by chunk moves a cut character to the next chunk", () => {
  const [a, b, c] = new TextEncoder().encode("€") as unknown as [
    number,
    number,
    number,
  ];
  const chunker = chunkerFor("text/plain", { framing: "chunk" });
  const chunks = [Uint8Array.of(0x78, a), Uint8Array.of(b, c), "y"];
  assertEquals(writesOf(chunker, chunks), ["x", "€", "y"]);
});

Deno.test("a chunk of text that holds no whole character is no write of its own", () => {
  const chunker = chunkerFor("text/plain", { framing: "chunk" });
  const chunks = [...new TextEncoder().encode("x€")].map((byte) =>
    Uint8Array.of(byte)
  );
  assertEquals(writesOf(chunker, chunks), ["x", "€"]);
});

Deno.test("framing by chunk refuses text that is broken or ends inside a character", () => {
  const broken = chunkerFor("text/plain", { framing: "chunk" });
  broken.take(Uint8Array.of(0xff, 0x61));
  assertThrows(
    () => broken.next("idle"),
    ValidationException,
    "Cannot send text that is not UTF-8",
  );
  const cut = chunkerFor("text/plain", { framing: "chunk" });
  cut.take(Uint8Array.of(0x61, 0xe2));
  assertEquals(nextWrite(cut, "idle"), "a");
  cut.end();
  assertThrows(() => cut.next("end"), ValidationException, "is not UTF-8");
});

Deno.test("what may not be cut has a limit", () => {
  const tooLarge = new Uint8Array(MAX_WHOLE_BYTES + 1);
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const chunker = chunkerFor(mimeType, { framing: "chunk" });
    assertEquals(chunker.take(new Uint8Array(MAX_WHOLE_BYTES)), undefined);
    assertEquals(nextWrite(chunker, "idle")?.length, MAX_WHOLE_BYTES);
    assertThrows(
      () => chunker.take(tooLarge),
      RangeError,
      `Cannot send more than ${MAX_WHOLE_BYTES} bytes in one write`,
    );
  }
});

Deno.test("a payload may be replaced as soon as it has left", () => {
  const chunker = chunkerFor("application/octet-stream");
  chunker.take("first");
  const payload = chunker.next("idle") as FrameBuffer;
  assertEquals(new TextDecoder().decode(payload.payload), "first");
  chunker.sent();
  chunker.take("second");
  assertEquals(nextWrite(chunker, "idle"), "second");
});

Deno.test("a chunk that can leave at once is not copied, one that waits is", () => {
  const chunk = new Uint8Array(FRAME_BYTES + 4);
  const chunker = chunkerFor("application/octet-stream");
  const rest = chunker.take(chunk, true);
  const payload = chunker.next("idle") as Uint8Array;
  assertEquals(payload.buffer, chunk.buffer);
  assertEquals([payload.length, rest?.length], [FRAME_BYTES, 4]);
  assertEquals(chunker.sent(), FRAME_BYTES);
  chunker.takeMore(rest!);
  chunker.take(Uint8Array.of(1), true);
  assert(chunker.next("idle") instanceof FrameBuffer);
  assertEquals(chunker.sent(), 5);
});

Deno.test("what is known to fit one write is one write", () => {
  const chunker = chunkerFor("application/octet-stream", { knownSize: 5 });
  chunker.take("ab", true);
  assertEquals(nextWrite(chunker, "idle"), undefined);
  chunker.take("cde", true);
  assertEquals(nextWrite(chunker, "idle"), "abcde");
  const short = chunkerFor("application/octet-stream", { knownSize: 5 });
  short.take("ab", true);
  assertEquals(nextWrite(short, "quiet"), "ab");
  const large = chunkerFor("application/octet-stream", { knownSize: 100 });
  large.take("ab", true);
  assertEquals(nextWrite(large, "idle"), "ab");
});

/** The bytes of the source that each write stands for, and those behind none. */
function sharesOf(chunker: Chunker, chunks: readonly PipeChunk[]): number[] {
  const shares: number[] = [];
  function drain(occasion: Occasion): void {
    while (chunker.next(occasion)) shares.push(chunker.sent());
  }
  feed(chunker, chunks, drain);
  return [...shares, chunker.sent()];
}

Deno.test("writes stand for bytes of the source, also where text has changed its length", () => {
  const latin = chunkerFor("text/plain; charset=iso-8859-1");
  const chunks = [new Uint8Array(12).fill(0xe4), Uint8Array.of(0x61)];
  // 16, then 9 bytes of UTF-8.
  assertEquals(sharesOf(latin, chunks), [8, 5, 0]);
  const bytes = chunkerFor("application/octet-stream");
  assertEquals(sharesOf(bytes, ["x".repeat(20), "\ud83c"]), [16, 4, 3, 0]);
  const mark = chunkerFor("text/plain; charset=utf-16le");
  assertEquals(sharesOf(mark, [Uint8Array.of(0xff, 0xfe)]), [2]);
});
