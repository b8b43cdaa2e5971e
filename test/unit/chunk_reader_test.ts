import { viewOf } from "../../lib/bytes.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Chunker,
  foreignCharset,
  type Occasion,
} from "../../lib/pipe/chunker.ts";
import type { FrameBuffer } from "../../lib/protocol/frame.ts";
import type { PipeChunk } from "../../lib/pipe/options.ts";
import { isDAPException, ValidationException } from "../../lib/errors.ts";

const encoder = new TextEncoder();
const utf8 = (text: string): Uint8Array => encoder.encode(text);

const chunkerOf = (charset: string): Chunker =>
  new Chunker({
    mimeType: `text/plain; charset=${charset}`,
    frameBytes: 1024 * 1024,
  });

/** What has been gathered, as text; it has left then. */
function sent(chunker: Chunker, occasion: Occasion): string {
  const payload = chunker.next(occasion) as FrameBuffer | undefined;
  const text = new TextDecoder().decode(payload?.payload.slice());
  chunker.sent();
  return text;
}

/** Everything that is sent of some chunks, as text. */
function readAll(chunks: readonly PipeChunk[], charset = "utf-8"): string {
  const chunker = chunkerOf(charset);
  for (const chunk of chunks) chunker.take(chunk);
  chunker.end();
  return sent(chunker, "end");
}

Deno.test("a string becomes UTF-8", () => {
  assertEquals(readAll(["Grüße, 世界 🌍"]), "Grüße, 世界 🌍");
});

Deno.test("a surrogate pair that two strings share is put together", () => {
  assertEquals(readAll(["a\ud83c", "\udf0db"]), "a🌍b");
  assertEquals(readAll(["\ud83c", "", "\udf0d"]), "🌍");
  assertEquals(readAll(["\ud800", "\udc00"]), "\u{10000}");
  assertEquals(readAll(["\udbff", "\udfff"]), "\u{10ffff}");
});

Deno.test("half a surrogate pair becomes the replacement character, in its place", () => {
  assertEquals(readAll(["a\ud83c"]), "a\ufffd");
  assertEquals(readAll(["\ude00a"]), "\ufffda");
  assertEquals(readAll(["\ud83d", "a"]), "\ufffda");
  assertEquals(readAll(["\ud83d", "\ud83d", "\ude00"]), "\ufffd😀");
  assertEquals(readAll(["a\udf0d", "b"]), "a\ufffdb");
  assertEquals(readAll(["a\ud83c", utf8("b")]), "a\ufffdb");
});

Deno.test("the end returns what was left, once", () => {
  const chunker = chunkerOf("utf-8");
  chunker.take("a\ud83d");
  assertEquals(sent(chunker, "quiet"), "a");
  chunker.end();
  assertEquals(sent(chunker, "end"), "\ufffd");
  chunker.end();
  assertEquals(sent(chunker, "end"), "");
});

Deno.test("bytes pass through as a view, whatever form they have", () => {
  const buffer = Uint8Array.of(9, 1, 2, 3, 9).buffer;
  const chunker = new Chunker({ mimeType: "image/png", frameBytes: 16 });
  chunker.take(new DataView(buffer, 1, 3), true);
  const view = chunker.next("idle") as Uint8Array;
  assertEquals(view, Uint8Array.of(1, 2, 3));
  assert(view.buffer === buffer);
  const words = new Uint16Array([0x0201, 0x0403]);
  assertEquals(viewOf(words).length, 4);
  assertEquals(viewOf(new ArrayBuffer(2)), Uint8Array.of(0, 0));
  assertEquals(viewOf(new SharedArrayBuffer(2)).length, 2);
});

Deno.test("a chunk of any other type is refused by the name of its type", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [5, "number"],
    [true, "boolean"],
    [undefined, "undefined"],
    [null, "null"],
    [[1, 2], "Array"],
    [{ secret: 1 }, "Object"],
    [Object.create(null), "Object"],
    [new Date(0), "Date"],
    [new Blob(["x"]), "Blob"],
  ];
  for (const [chunk, name] of wrong) {
    assertThrows(
      () => chunkerOf("utf-8").take(chunk as PipeChunk),
      TypeError,
      `Cannot write a chunk of type ${name}: expected bytes or a string`,
    );
  }
});

Deno.test("bytes of another charset become UTF-8, also when a character is cut", () => {
  assertEquals(readAll([Uint8Array.of(0xe4, 0xdf)], "iso-8859-1"), "äß");
  const utf16 = Uint8Array.of(0x3d, 0xd8, 0x00, 0xde);
  for (let at = 0; at <= utf16.length; at++) {
    const chunks = [utf16.subarray(0, at), utf16.subarray(at)];
    assertEquals(readAll(chunks, "utf-16le"), "😀");
  }
});

Deno.test("strings and bytes of another charset keep their order", () => {
  const chunks = [Uint8Array.of(0xe4), "ö", Uint8Array.of(0xfc)];
  assertEquals(readAll(chunks, "iso-8859-1"), "äöü");
});

Deno.test("a string inside a character of another charset is refused", () => {
  const chunker = chunkerOf("utf-16le");
  chunker.take(Uint8Array.of(0x41));
  const error = assertThrows(() => chunker.take("b"), ValidationException);
  assert(isDAPException(error, "invalid-chunk"));
});

Deno.test("text that ends inside a character of its charset is refused", () => {
  const chunker = chunkerOf("utf-16le");
  chunker.take(Uint8Array.of(0x41));
  assertThrows(
    () => chunker.end(),
    ValidationException,
    'Cannot send text that is not in its charset "utf-16le"',
  );
});

Deno.test("bytes that are not in their charset are refused without showing them", () => {
  const error = assertThrows(
    () => chunkerOf("euc-jp").take(Uint8Array.of(0xff, 0xff)),
    ValidationException,
    'Cannot send text that is not in its charset "euc-jp"',
  );
  assertEquals(error.code, "invalid-chunk");
});

Deno.test("an unknown charset is refused with advice", () => {
  const error = assertThrows(
    () => chunkerOf("klingon"),
    ValidationException,
    'Cannot read charset "klingon"',
  );
  assertEquals(error.hint, "Decode the text yourself and write strings");
});

Deno.test("only charsets that are not UTF-8 anyway need decoding", () => {
  for (const charset of ["utf-8", "UTF8", "us-ascii", '"Utf-8"']) {
    assertEquals(foreignCharset(`text/plain; charset=${charset}`), undefined);
  }
  assertEquals(foreignCharset("text/plain"), undefined);
  assertEquals(foreignCharset("image/svg+xml; charset=latin1"), undefined);
  assertEquals(foreignCharset("text/csv;charset=ISO-8859-1"), "iso-8859-1");
});
