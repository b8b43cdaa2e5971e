import { assertEquals } from "@std/assert";
import { isUtf8, PiecewiseEncoder, wholeCharacters } from "../../lib/bytes.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function encodeAll(...pieces: string[]): string {
  const encoder = new PiecewiseEncoder();
  const parts = [
    ...pieces.map((piece) => encoder.encode(piece)),
    encoder.end(),
  ];
  return new TextDecoder().decode(
    Uint8Array.of(...parts.flatMap((it) => [...it])),
  );
}

Deno.test("wholeCharacters() leaves off the character that the end cuts", () => {
  for (const character of ["é", "€", "😀"]) {
    const bytes = utf8(`ab${character}`);
    for (let end = 3; end < bytes.length; end++) {
      assertEquals(wholeCharacters(bytes.subarray(0, end)), 2, character);
    }
    assertEquals(wholeCharacters(bytes), bytes.length);
  }
});

Deno.test("wholeCharacters() takes everything that ends where a character does", () => {
  for (const text of ["", "a", "aé", "éé", "é\n", "€a", "😀", "a😀€éa"]) {
    assertEquals(wholeCharacters(utf8(text)), utf8(text).length, text);
  }
});

Deno.test("wholeCharacters() leaves bytes that are no UTF-8 for the check that follows", () => {
  assertEquals(wholeCharacters(Uint8Array.of(0x80)), 1);
  assertEquals(wholeCharacters(Uint8Array.of(0x80, 0x80, 0x80, 0x80)), 4);
  assertEquals(wholeCharacters(Uint8Array.of(0x61, 0x80, 0x80)), 3);
  assertEquals(wholeCharacters(Uint8Array.of(0xc3, 0xa9, 0xa9)), 3);
  assertEquals(wholeCharacters(Uint8Array.of(0xe2, 0x61)), 2);
});

Deno.test("isUtf8() accepts text and refuses anything broken", () => {
  for (const text of ["", "a", "€", "😀", "\u0000", "\ufeffa", "\ufffd"]) {
    assertEquals(isUtf8(utf8(text)), true, text);
  }
  const broken = [
    [0xff],
    [0x80],
    [0xc3],
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x98],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
  ];
  for (const bytes of broken) {
    assertEquals(isUtf8(Uint8Array.of(...bytes)), false, String(bytes));
  }
});

Deno.test("a surrogate pair that two pieces share is put together again", () => {
  assertEquals(encodeAll("a\ud83d", "\ude00b"), "a😀b");
  assertEquals(encodeAll("\ud83d", "", "\ude00"), "😀");
  assertEquals(encodeAll("\ud800", "\udc00"), "\u{10000}");
  assertEquals(encodeAll("\udbff", "\udfff"), "\u{10ffff}");
});

Deno.test("a lone surrogate becomes the replacement character", () => {
  assertEquals(encodeAll("\ud83d"), "\ufffd");
  assertEquals(encodeAll("\ude00a"), "\ufffda");
  assertEquals(encodeAll("\ud83d", "a"), "\ufffda");
  assertEquals(encodeAll("\ud83d", "\ud83d", "\ude00"), "\ufffd😀");
});

Deno.test("the end gives what was left, once", () => {
  const encoder = new PiecewiseEncoder();
  assertEquals(encoder.encode("a\ud83d"), utf8("a"));
  assertEquals(encoder.end(), utf8("\ufffd"));
  assertEquals(encoder.end(), utf8(""));
  assertEquals(encoder.encode("b"), utf8("b"));
});
