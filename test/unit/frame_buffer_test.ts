import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FrameBuffer, writeFrame } from "../../lib/protocol/frame.ts";

const HEADER = new TextEncoder().encode('{"type":"request"}');

function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...values);
}

/** Header, line feed and payload, put together the plain way. */
function plainFrame(header: Uint8Array, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(...header, 0x0a, ...payload);
}

Deno.test("a new buffer is empty and has all its room", () => {
  const buffer = new FrameBuffer(10);
  assertEquals([buffer.length, buffer.room], [0, 10]);
  assertEquals(buffer.gathered, bytes());
  assertEquals(buffer.payload, bytes());
});

Deno.test("chunks gather in order until the limit", () => {
  const buffer = new FrameBuffer(5);
  assertEquals(buffer.append(bytes(1, 2)), 2);
  assertEquals(buffer.append(bytes()), 0);
  assertEquals(buffer.append(bytes(3, 4, 5, 6)), 3);
  assertEquals(buffer.append(bytes(6)), 0);
  assertEquals(buffer.room, 0);
  assertEquals(buffer.gathered, bytes(1, 2, 3, 4, 5));
});

Deno.test("appended bytes are copied", () => {
  const buffer = new FrameBuffer(5);
  const chunk = bytes(1, 2);
  buffer.append(chunk);
  chunk.fill(9);
  assertEquals(buffer.gathered, bytes(1, 2));
});

Deno.test("a frame carries what was cut, and drop() forgets no more than that", () => {
  const buffer = new FrameBuffer(5);
  buffer.append(bytes(1, 2, 3, 4, 5));
  buffer.cut(3);
  assertEquals(buffer.payload, bytes(1, 2, 3));
  assertEquals(buffer.frame(HEADER), plainFrame(HEADER, bytes(1, 2, 3)));
  buffer.drop();
  assertEquals(buffer.gathered, bytes(4, 5));
  assertEquals(buffer.payload, bytes());
  buffer.append(bytes(6));
  buffer.cut(3);
  assertEquals(buffer.frame(HEADER), plainFrame(HEADER, bytes(4, 5, 6)));
});

Deno.test("a buffer to which nothing was ever appended makes a frame without payload", () => {
  const buffer = new FrameBuffer(100);
  buffer.cut(0);
  assertEquals(buffer.frame(HEADER), plainFrame(HEADER, bytes()));
  buffer.drop();
  assertEquals(buffer.room, 100);
});

for (const length of [1022, 1023, 1024, 1025, 5_000]) {
  Deno.test(`a header of ${length} bytes fits, before and after the payload`, () => {
    const header = new Uint8Array(length).fill(0x20);
    const empty = new FrameBuffer(10);
    assertEquals(empty.frame(header), plainFrame(header, bytes()));
    const buffer = new FrameBuffer(10);
    buffer.append(bytes(1, 2, 3));
    buffer.cut(2);
    assertEquals(buffer.frame(header), plainFrame(header, bytes(1, 2)));
    assertEquals(buffer.frame(HEADER), plainFrame(HEADER, bytes(1, 2)));
    buffer.drop();
    assertEquals(buffer.append(new Uint8Array(20)), 9);
    assertEquals(buffer.gathered, bytes(3, ...new Array(9).fill(0)));
  });
}

Deno.test("a buffer grows to its limit without losing a byte", () => {
  const limit = 100_000;
  const buffer = new FrameBuffer(limit);
  const expected = new Uint8Array(limit);
  for (let at = 0; at < limit; at += 1_000) {
    expected.fill(at / 1_000, at, at + 1_000);
    buffer.append(expected.subarray(at, at + 1_000));
  }
  assertEquals(buffer.room, 0);
  assertEquals(buffer.gathered, expected);
});

Deno.test("a buffer that is refilled is not allocated again", () => {
  const buffer = new FrameBuffer(50_000);
  buffer.append(new Uint8Array(50_000));
  const memory = buffer.gathered.buffer;
  for (let round = 0; round < 5; round++) {
    buffer.cut(buffer.length);
    buffer.drop();
    buffer.append(new Uint8Array(50_000));
    assertStrictEquals(buffer.gathered.buffer, memory);
  }
});

Deno.test("a large buffer starts small", () => {
  const buffer = new FrameBuffer(16 * 1024 * 1024);
  buffer.append(bytes(1));
  assert(buffer.gathered.buffer.byteLength <= 64 * 1024);
});

Deno.test("a small buffer that is drained leaves its memory to the next one", () => {
  const first = new FrameBuffer(100_000);
  first.append(new Uint8Array(50_000).fill(1));
  const memory = first.gathered.buffer;
  first.cut(first.length);
  first.drop();
  const second = new FrameBuffer(200_000);
  second.append(bytes(7));
  assertStrictEquals(second.gathered.buffer, memory);
  first.append(bytes(8, 9));
  assertEquals([first.gathered, second.gathered], [bytes(8, 9), bytes(7)]);
  first.cut(2);
  assertEquals(first.frame(HEADER), plainFrame(HEADER, bytes(8, 9)));
  second.cut(1);
  assertEquals(second.frame(HEADER), plainFrame(HEADER, bytes(7)));
});

Deno.test("many buffers that are drained leave the memory of a few", () => {
  const make = (): FrameBuffer => new FrameBuffer(100_000);
  const fill = (buffers: readonly FrameBuffer[]): ArrayBufferLike[] =>
    buffers.map((buffer) => {
      buffer.append(new Uint8Array(50_000));
      return buffer.gathered.buffer;
    });
  const buffers = Array.from({ length: 200 }, make);
  const memory = new Set(fill(buffers));
  assertEquals(memory.size, buffers.length);
  for (const buffer of buffers) {
    buffer.cut(buffer.length);
    buffer.drop();
  }
  const others = fill(Array.from({ length: 200 }, make));
  assertEquals(others.filter((it) => memory.has(it)).length, 16);
});

Deno.test("writeFrame() writes header, line feed and payload", () => {
  const frame = writeFrame(new Uint8Array(0), HEADER, bytes(1, 10, 2));
  assertEquals(frame, plainFrame(HEADER, bytes(1, 10, 2)));
});

Deno.test("writeFrame() fills up with blanks between header and line feed", () => {
  const frame = writeFrame(new Uint8Array(0), HEADER, bytes(7), 64);
  const blanks = new Uint8Array(64 - HEADER.length - 2).fill(0x20);
  assertEquals(
    frame,
    plainFrame(Uint8Array.of(...HEADER, ...blanks), bytes(7)),
  );
});

Deno.test("writeFrame() reuses a scratch that is large enough, whatever it held", () => {
  const scratch = new Uint8Array(256).fill(0xee);
  const frame = writeFrame(scratch, HEADER, bytes(1, 2), 64);
  assertStrictEquals(frame.buffer, scratch.buffer);
  assertEquals(frame, writeFrame(new Uint8Array(0), HEADER, bytes(1, 2), 64));
});

Deno.test("writeFrame() never shortens a frame to its padding", () => {
  const frame = writeFrame(new Uint8Array(0), HEADER, bytes(1, 2, 3), 5);
  assertEquals(frame, plainFrame(HEADER, bytes(1, 2, 3)));
});
