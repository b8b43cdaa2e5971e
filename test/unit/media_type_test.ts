import {
  assert,
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
} from "@std/assert";
import {
  framingOf,
  isJsonRecord,
  keepAlivePayload,
  parseMediaType,
  wireMimeType,
} from "../../lib/protocol/media_type.ts";

Deno.test("parseMediaType() lower-cases the essence and finds the charset", () => {
  const cases = [
    ["text/plain", "text/plain", undefined],
    [" Text/CSV ; charset=UTF-8", "text/csv", "utf-8"],
    ['text/html;CharSet="Latin\\-1"', "text/html", "latin-1"],
    ["text/html; level=1; charset = utf-16 ; q=1", "text/html", "utf-16"],
    ["text/html; charset=a; charset=b", "text/html", "a"],
    ['text/html; title="x; charset=no"; charset=yes', "text/html", "yes"],
    ["text/html; charset=", "text/html", undefined],
    ['text/html; charset=""; charset=utf-8', "text/html", "utf-8"],
    ["text/html; flag; charset=utf-8", "text/html", "utf-8"],
    ["text/html;", "text/html", undefined],
    ["", "", undefined],
  ] as const;
  for (const [original, essence, charset] of cases) {
    const parsed = parseMediaType(original);
    assertEquals(parsed.essence, essence, original);
    assertEquals(parsed.charset, charset, original);
    assertEquals(parsed.original, original);
    assertEquals("charset" in parsed, charset !== undefined);
  }
});

Deno.test("framingOf() follows the engine's choice of lane", () => {
  const cases = {
    text: ["text/plain", "text/csv; charset=utf-8", "TEXT/HTML", "lane/text"],
    record: [
      "application/rocketride-question",
      "application/rocketride-question+json; v=1",
      "lane/questions",
      "lane/documents",
      "lane/answers",
      "Lane/Classifications",
      "application/rocketlib-tag",
      "lane/tag",
    ],
    bytes: [
      "application/octet-stream",
      "application/json",
      "application/rocketride-tag",
      "application/rocketlib-tags",
      "image/png",
      "audio/mpeg",
      "video/mp4",
      "lane/image",
      "lane/textual",
      "texts/plain",
      "x/text/plain",
      "",
    ],
  } as const;
  for (const [framing, types] of Object.entries(cases)) {
    for (const type of types) assertEquals(framingOf(type), framing, type);
  }
});

Deno.test("isJsonRecord() is true for record lanes except the tag lane", () => {
  for (
    const type of [
      "application/rocketride-question",
      "lane/questions",
      "LANE/documents; x=1",
      "lane/answers",
      "lane/classifications",
    ]
  ) assert(isJsonRecord(type), type);
  for (
    const type of [
      "lane/tag",
      "application/rocketlib-tag",
      "text/plain",
      "application/json",
    ]
  ) {
    assertFalse(isJsonRecord(type), type);
  }
});

Deno.test("keepAlivePayload() is what a lane can take as nothing", () => {
  for (
    const type of ["text/plain", "lane/text", "application/pdf", "image/png"]
  ) {
    assertEquals(keepAlivePayload(type), new Uint8Array(0), type);
  }
  assertEquals(
    new TextDecoder().decode(keepAlivePayload("Lane/Documents")),
    "[]",
  );
  for (
    const type of [
      "lane/questions",
      "application/rocketride-question",
      "lane/answers",
      "lane/classifications",
      "lane/tag",
      "application/rocketlib-tag",
    ]
  ) assertEquals(keepAlivePayload(type), undefined, type);
});

Deno.test("keepAlivePayload() gives bytes that nobody else holds", () => {
  const first = keepAlivePayload("lane/documents");
  first?.fill(0);
  const second = keepAlivePayload("lane/documents");
  assertNotStrictEquals(first, second);
  assertEquals(second, Uint8Array.of(0x5b, 0x5d));
});

Deno.test("wireMimeType() writes types as the engine compares them", () => {
  const cases = {
    "Text/Plain": "text/plain",
    " text/csv ": "text/csv",
    "Text/CSV; Charset=UTF-8 ": "text/csv; Charset=UTF-8",
    "image/png": "image/png",
    "Lane/Text; charset=utf-8": "lane/text",
    "application/RocketLib-Tag; v=1": "application/rocketlib-tag",
    "application/RocketRide-Question;v=1":
      "application/rocketride-question;v=1",
  };
  for (const [written, sent] of Object.entries(cases)) {
    assertEquals(wireMimeType(written), sent);
  }
});
