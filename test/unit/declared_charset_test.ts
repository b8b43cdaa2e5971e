import { assertEquals } from "@std/assert";
import { Chunker } from "../../lib/pipe/chunker.ts";
import type { FrameBuffer } from "../../lib/protocol/frame.ts";
import { findDeclaration } from "../../lib/protocol/declared_charset.ts";

const FOUND: readonly (readonly [text: string, charset: string])[] = [
  ['<meta charset="iso-8859-1">', "iso-8859-1"],
  ["<META CHARSET=ISO-8859-1>", "ISO-8859-1"],
  ["<meta charset = ' latin1 ' />", "latin1"],
  [" \n<html><head><meta name=a content=b><meta charset=a>", "a"],
  [
    '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
    "koi8-r",
  ],
  [
    "<meta content='text/html;CHARSET = \"gbk\"' http-equiv=content-type>",
    "gbk",
  ],
  ['<?xml version="1.0" encoding="iso-8859-1"?><a>', "iso-8859-1"],
  ["\ufeff<?xml version='1.0' encoding='utf-16'?>", "utf-16"],
  ['<?xml version="1.0"?><html><meta charset=a>', "a"],
  ['<!-- <meta charset="a"> --><meta charset="b">', "b"],
  ["<!--><meta charset=a>", "a"],
  ['<!doctype html><a title="<meta charset=a>"><meta charset=b>', "b"],
  ["<p a=b/><meta charset=a>", "a"],
];

for (const [text, charset] of FOUND) {
  Deno.test(`${JSON.stringify(text)} declares ${charset}`, () => {
    const found = findDeclaration(text)!;
    assertEquals(found.charset, charset);
    assertEquals(text.slice(found.from, found.to), charset);
  });
}

Deno.test("what only resembles a declaration is none", () => {
  for (
    const text of [
      "",
      "charset=a",
      "x<meta charset=a>",
      "<!-- <meta charset=a> -->",
      "<!-- <meta charset=a>",
      "<metadata charset=a>",
      '<meta content="text/html; charset=a">',
      '<meta http-equiv="refresh" content="charset=a">',
      '<meta http-equiv="content-type" content="text/html; charset=">',
      "<meta charset>",
      '<meta charset="">',
      "<a charset=b>",
      '<a title="<meta charset=a>',
      "<?xml version='1.0'",
      "<?xmlx encoding='a'?>",
    ]
  ) assertEquals(findDeclaration(text), undefined, text);
});

const chunkerOf = (): Chunker =>
  new Chunker({
    mimeType: "text/html; charset=iso-8859-1",
    frameBytes: 1024 * 1024,
  });

/** What is sent of the parts of a document, bytes in Latin-1 or text. */
function readAll(...parts: readonly (string | Uint8Array)[]): string {
  const chunker = chunkerOf();
  for (const part of parts) chunker.take(part);
  chunker.end();
  const { payload } = chunker.next("end") as FrameBuffer;
  return new TextDecoder().decode(payload.slice());
}

Deno.test("a document that becomes UTF-8 says so, however it is cut", () => {
  const head = '<?xml version="1.0" encoding="iso-8859-1"?>';
  const page = head + "ä".repeat(5000);
  const expected = page.replace("iso-8859-1", "utf-8");
  for (const size of [1, 7, 4096, 10_000]) {
    const texts: string[] = [];
    for (let at = 0; at < page.length; at += size) {
      texts.push(page.slice(at, at + size));
    }
    assertEquals(readAll(...texts), expected);
    const bytes = texts.map((text) =>
      Uint8Array.from(text, (character) => character.charCodeAt(0))
    );
    assertEquals(readAll(...bytes), expected);
  }
  assertEquals(readAll("<p>a"), "<p>a");
});

Deno.test("the beginning of a document waits for its declaration", () => {
  const chunker = chunkerOf();
  chunker.take("<meta charset=a>");
  assertEquals(chunker.next("quiet"), undefined);
  chunker.end();
  const { payload } = chunker.next("end") as FrameBuffer;
  assertEquals(
    new TextDecoder().decode(payload.slice()),
    "<meta charset=utf-8>",
  );
});
