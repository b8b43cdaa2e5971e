import { assertEquals, assertThrows } from "@std/assert";
import { decodeUtf8, wholeCharacters } from "../../lib/bytes.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
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

Deno.test("decodeUtf8() accepts text and refuses anything broken", () => {
  for (const text of ["", "a", "€", "😀", "\u0000", "\ufeffa", "\ufffd"]) {
    assertEquals(decodeUtf8(utf8(text)), text.replace(/^\ufeff/, ""));
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
    assertThrows(() => decodeUtf8(Uint8Array.of(...bytes)), TypeError);
  }
});
