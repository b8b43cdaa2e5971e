import { assertEquals, assertThrows } from "@std/assert";
import { ValidationException } from "../../lib/errors.ts";
import { Chunker, type Occasion } from "../../lib/pipe/chunker.ts";
import type { FrameBuffer } from "../../lib/protocol/frame.ts";
import { hinted } from "../support/hinted.ts";

const rechunkText = (frameBytes: number): Chunker =>
  new Chunker({ mimeType: "text/plain", frameBytes });

const rechunkBytes = (frameBytes: number): Chunker =>
  new Chunker({ mimeType: "application/octet-stream", frameBytes });

function gathered(chunker: Chunker, data: string | number[]): Chunker {
  const bytes = typeof data === "string" ? data : Uint8Array.of(...data);
  assertEquals(chunker.take(bytes), undefined);
  return chunker;
}

/** What is sent on an occasion; nothing for nothing. */
function sent(chunker: Chunker, occasion: Occasion): string {
  const due = chunker.next(occasion) as FrameBuffer | undefined;
  if (!due) return "";
  const text = new TextDecoder().decode(due.payload);
  chunker.sent();
  return text;
}

Deno.test("bytes go as soon as the line is free, whatever there is", () => {
  for (const occasion of ["idle", "quiet", "end"] as const) {
    assertEquals(sent(rechunkBytes(10), occasion), "");
    assertEquals(sent(gathered(rechunkBytes(10), "abc"), occasion), "abc");
    const full = gathered(rechunkBytes(4), [0xf0, 0x9f, 0x98, 0xff]);
    assertEquals((full.next(occasion) as FrameBuffer).payload.length, 4);
  }
});

Deno.test("text waits until the frame is full", () => {
  const text = gathered(rechunkText(10), "123456789");
  assertEquals(sent(text, "idle"), "");
  gathered(text, "0");
  assertEquals(sent(text, "idle"), "1234567890");
});

Deno.test("a full frame of text ends with its last line", () => {
  const text = gathered(rechunkText(10), "ab\ncd\nefgh");
  assertEquals(sent(text, "idle"), "ab\ncd\n");
  assertEquals(sent(text, "idle"), "");
  assertEquals(sent(text, "end"), "efgh");
  assertEquals(sent(text, "end"), "");
});

Deno.test("a full frame without a line end never cuts a character", () => {
  const text = gathered(rechunkText(10), [
    ...new TextEncoder().encode("aaaaaaaa"),
    0xe2,
    0x82,
  ]);
  assertEquals(sent(text, "idle"), "aaaaaaaa");
  gathered(text, [0xac]);
  assertEquals(sent(text, "end"), "€");
});

Deno.test("the end of the stream still cuts a full frame at its last line", () => {
  const text = gathered(rechunkText(8), "ab\ncdefg");
  assertEquals(sent(text, "end"), "ab\n");
  assertEquals(sent(text, "end"), "cdefg");
});

Deno.test("a pause sends what is there, but for a character that is cut", () => {
  const text = gathered(rechunkText(10), [0x61, 0x0a, 0x62, 0xe2, 0x82]);
  assertEquals(sent(text, "quiet"), "a\nb");
  assertEquals(sent(text, "quiet"), "");
  gathered(text, [0xac]);
  assertEquals(sent(text, "quiet"), "€");
});

const INVALID: readonly (readonly [string, Occasion, number[], string])[] = [
  ["a full frame", "idle", [0x61, 0xff, 0x61, 0x61], "is not UTF-8"],
  ["continuations alone", "idle", [0x80, 0x80, 0x80, 0x80], "is not UTF-8"],
  ["a pause", "quiet", [0x61, 0xff, 0x61], "is not UTF-8"],
  ["the end", "end", [0x61, 0xff, 0x61], "is not UTF-8"],
  ["the end", "end", [0x61, 0xe2, 0x82], "is not UTF-8"],
];

for (const [what, occasion, data, fault] of INVALID) {
  Deno.test(`${what} refuses text that ${fault}: ${data}`, () => {
    const text = gathered(rechunkText(4), data);
    const error = assertThrows(() => text.next(occasion), ValidationException);
    assertEquals(
      error.message,
      hinted(`Cannot send text that ${fault}`, error.hint),
    );
    assertEquals(error.code, "invalid-chunk");
  });
}

Deno.test("a full frame sends its lines although a broken character follows them", () => {
  const text = gathered(rechunkText(6), [0x61, 0x0a, 0xff, 0x61, 0x61, 0x61]);
  assertEquals(sent(text, "idle"), "a\n");
  assertThrows(() => text.next("end"), ValidationException);
});
