import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  createIntake,
  type Intake,
  type IntakeOptions,
  type Occasion,
} from "../../lib/pipe/chunker.ts";
import type { PipeChunk } from "../../lib/pipe/options.ts";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import { FrameBuffer } from "../../lib/protocol/frame.ts";

const FRAME_BYTES = 16;
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

function intakeFor(
  mimeType: string,
  options: Partial<IntakeOptions> = {},
): Intake {
  return createIntake({
    mimeType,
    framing: "auto",
    frameBytes: FRAME_BYTES,
    emptyWrite: false,
    ...options,
  });
}

/** The payload that is due, as a socket would read it; then it has left. */
function nextWrite(intake: Intake, occasion: Occasion): string | undefined {
  const payload = intake.next(occasion);
  if (payload === undefined) return undefined;
  const bytes = payload instanceof FrameBuffer ? payload.payload : payload;
  const text = new TextDecoder().decode(bytes.slice());
  intake.sent();
  return text;
}

/** Every write of a stream of chunks, with the line free all the time. */
function writesOf(intake: Intake, chunks: readonly PipeChunk[]): string[] {
  const writes: string[] = [];
  function drain(occasion: Occasion): void {
    for (;;) {
      const write = nextWrite(intake, occasion);
      if (write === undefined) return;
      writes.push(write);
    }
  }
  for (const chunk of chunks) {
    let rest = intake.take(chunk);
    drain("idle");
    while (rest) {
      rest = intake.takeMore(rest);
      drain("idle");
    }
  }
  intake.end();
  drain("end");
  return writes;
}

Deno.test("bytes are gathered, and go as soon as the line is free", () => {
  const intake = intakeFor("application/octet-stream");
  assertEquals(intake.acknowledges, false);
  assertEquals(nextWrite(intake, "idle"), undefined);
  intake.take("ab");
  intake.take("cd");
  assertEquals(nextWrite(intake, "idle"), "abcd");
  assertEquals(nextWrite(intake, "idle"), undefined);
});

Deno.test("a chunk larger than a frame is cut, and what does not fit is given back", () => {
  const intake = intakeFor("application/octet-stream");
  const rest = intake.take("x".repeat(20));
  assertEquals(rest?.length, 4);
  assertEquals(nextWrite(intake, "idle")?.length, FRAME_BYTES);
  assertEquals(intake.takeMore(rest!), undefined);
  assertEquals(nextWrite(intake, "idle"), "xxxx");
});

Deno.test("a chunk of zero bytes is taken and makes no write", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const chunks = ["", new Uint8Array(0), new ArrayBuffer(0)];
    assertEquals(writesOf(intakeFor(mimeType), chunks), []);
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
    const asked = intakeFor(mimeType, { emptyWrite: true });
    assertEquals(writesOf(asked, []), [...writes]);
    assertEquals(writesOf(intakeFor(mimeType), []), []);
    const filled = intakeFor(mimeType, { emptyWrite: true });
    assertEquals(writesOf(filled, ["a"]), ["a"]);
  }
});

Deno.test("text waits until its frame is full or the stream is over", () => {
  const intake = intakeFor("text/plain");
  intake.take("short");
  assertEquals(nextWrite(intake, "idle"), undefined);
  intake.end();
  assertEquals(nextWrite(intake, "end"), "short");
});

Deno.test("text that is held back goes when the producer pauses, but half a character stays", () => {
  const intake = intakeFor("text/plain");
  intake.take(Uint8Array.of(0x61, 0xc3));
  assertEquals(nextWrite(intake, "quiet"), "a");
  assertEquals(nextWrite(intake, "quiet"), undefined);
  intake.take(Uint8Array.of(0xa4));
  intake.end();
  assertEquals(nextWrite(intake, "end"), "ä");
});

Deno.test("F1 text is cut at the last line end that fits, else between characters", () => {
  assertEquals(
    writesOf(intakeFor("text/plain"), ["one\ntwo\nthree and four"]),
    [
      "one\ntwo\n",
      "three and four",
    ],
  );
  assertEquals(writesOf(intakeFor("text/plain"), ["a", "€".repeat(6)]), [
    "a€€€€€",
    "€",
  ]);
});

Deno.test("F1 text that ends in the middle of a character is refused at the end", () => {
  const intake = intakeFor("text/plain");
  intake.take(Uint8Array.of(0x61, 0xe2, 0x82));
  intake.end();
  const error = assertThrows(
    () => intake.next("end"),
    ValidationException,
    "Cannot send text that ends inside a character",
  );
  assertEquals(error.code, "invalid-chunk");
});

Deno.test("text that is not UTF-8 is refused when its frame is due", () => {
  const intake = intakeFor("text/plain");
  intake.take(Uint8Array.of(0xff, 0x61));
  assertThrows(
    () => intake.next("quiet"),
    ValidationException,
    "Cannot send text that is not UTF-8",
  );
});

Deno.test("half a surrogate pair at the end of the stream becomes the replacement character", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    assertEquals(
      writesOf(intakeFor(mimeType), ["a\ud83c"]).join(""),
      "a\ufffd",
    );
    const chunked = intakeFor(mimeType, { framing: "chunk" });
    assertEquals(writesOf(chunked, ["a\ud83c"]).join(""), "a\ufffd");
  }
});

Deno.test("what only the end makes complete goes even when the frame is full", () => {
  const full = "x".repeat(FRAME_BYTES);
  const intake = intakeFor("text/plain");
  intake.take(full + "\ud83c");
  intake.end();
  assertEquals(nextWrite(intake, "end"), full);
  assertEquals(nextWrite(intake, "end"), "\ufffd");
  assertEquals(nextWrite(intake, "end"), undefined);
});

Deno.test("text in another charset is transcoded, other media types never", () => {
  const latin = Uint8Array.of(0xe4);
  const text = intakeFor("text/plain; charset=iso-8859-1");
  assertEquals(writesOf(text, [latin]), ["ä"]);
  const xml = intakeFor("application/xml; charset=iso-8859-1");
  xml.take(latin);
  const payload = xml.next("idle") as FrameBuffer;
  assertEquals(payload.payload, latin);
  assertEquals(
    writesOf(intakeFor("application/xml; charset=klingon"), ["x"]),
    ["x"],
  );
  assertThrows(
    () => intakeFor("text/plain; charset=klingon"),
    ValidationException,
    'Cannot read charset "klingon"',
  );
});

Deno.test("each record is one write, whole", () => {
  const long = JSON.stringify({ text: "x".repeat(FRAME_BYTES) });
  for (const framing of ["auto", "chunk"] as const) {
    const intake = intakeFor("lane/documents", { framing });
    assertEquals(intake.acknowledges, true);
    assertEquals(
      writesOf(intake, ["{}", long, new TextEncoder().encode("[]")]),
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
    const intake = intakeFor("application/rocketride-question");
    const error = assertThrows(
      () => intake.take(chunk),
      ValidationException,
      "Cannot write a chunk to a record lane: it is not one JSON document",
    );
    assert(isDAPException(error, "invalid-chunk"));
    assert(!Deno.inspect(error).includes("s3cret"));
  }
});

Deno.test("tags are records whose bytes are nobody's business", () => {
  const intake = intakeFor("application/rocketlib-tag");
  assertEquals(writesOf(intake, ["not JSON", ""]), ["not JSON", ""]);
});

Deno.test("framing by chunk gives one write a chunk, also for an empty one", () => {
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const intake = intakeFor(mimeType, { framing: "chunk" });
    assertEquals(intake.acknowledges, true);
    const long = "x".repeat(2 * FRAME_BYTES);
    assertEquals(writesOf(intake, ["a", "", long]), ["a", "", long]);
  }
});

Deno.test("F1 framing by chunk moves a cut character to the next chunk", () => {
  const [a, b, c] = new TextEncoder().encode("€") as unknown as [
    number,
    number,
    number,
  ];
  const intake = intakeFor("text/plain", { framing: "chunk" });
  const chunks = [Uint8Array.of(0x78, a), Uint8Array.of(b, c), "y"];
  assertEquals(writesOf(intake, chunks), ["x", "€", "y"]);
});

Deno.test("F1 a chunk of text that holds no whole character is no write of its own", () => {
  const intake = intakeFor("text/plain", { framing: "chunk" });
  const chunks = [...new TextEncoder().encode("x€")].map((byte) =>
    Uint8Array.of(byte)
  );
  assertEquals(writesOf(intake, chunks), ["x", "€"]);
});

Deno.test("framing by chunk refuses text that is broken or ends inside a character", () => {
  const broken = intakeFor("text/plain", { framing: "chunk" });
  assertThrows(
    () => broken.take(Uint8Array.of(0xff, 0x61)),
    ValidationException,
    "Cannot send text that is not UTF-8",
  );
  const cut = intakeFor("text/plain", { framing: "chunk" });
  cut.take(Uint8Array.of(0x61, 0xe2));
  assertThrows(() => cut.end(), ValidationException, "is not UTF-8");
});

Deno.test("what may not be cut has a limit", () => {
  const tooLarge = new Uint8Array(MAX_WHOLE_BYTES + 1);
  for (const mimeType of ["application/octet-stream", "text/plain"]) {
    const intake = intakeFor(mimeType, { framing: "chunk" });
    assertEquals(intake.take(new Uint8Array(MAX_WHOLE_BYTES)), undefined);
    intake.sent();
    assertThrows(
      () => intake.take(tooLarge),
      RangeError,
      `Cannot send ${MAX_WHOLE_BYTES + 1} bytes in one write`,
    );
  }
});

Deno.test("a payload may be replaced as soon as it has left", () => {
  const intake = intakeFor("application/octet-stream");
  intake.take("first");
  const payload = intake.next("idle") as FrameBuffer;
  assertEquals(new TextDecoder().decode(payload.payload), "first");
  intake.sent();
  intake.take("second");
  assertEquals(nextWrite(intake, "idle"), "second");
});
