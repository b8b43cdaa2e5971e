import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeFrame,
  encodeHeader,
  encodeText,
  FrameBuffer,
  writeFrame,
} from "../../lib/protocol/frame.ts";
import type { Message } from "../../schema/envelope.ts";

/** A JSON object, as it comes out of a parser. */
const record = fc.dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)));

const message: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom("request", "response", "event"),
  seq: fc.nat(),
  command: fc.string({ unit: "binary" }),
  body: record,
}).map((value) => JSON.parse(JSON.stringify(value)));

/** Bytes with more line feeds than chance would give. */
const payload = fc.array(
  fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })),
  { maxLength: 300, size: "max" },
).map((values) => Uint8Array.from(values));

Deno.test("a text frame says what was put into it", () => {
  fc.assert(fc.property(message, (given) => {
    const frame = encodeText(given);
    assert(!frame.includes("\n"));
    assertEquals(decodeFrame(frame), given);
    assertEquals(decodeFrame(new TextEncoder().encode(frame)), given);
  }));
});

Deno.test("a binary frame gives back header and payload, line feeds and all", () => {
  fc.assert(
    fc.property(
      message,
      record,
      payload,
      fc.nat(200),
      (given, args, data, pad) => {
        const header = encodeHeader({ ...given, arguments: args } as Message);
        const frame = writeFrame(new Uint8Array(0), header, data, pad);
        assert(frame.length >= pad);
        assertEquals(decodeFrame(frame), {
          ...given,
          arguments: { ...args, data },
        } as Message);
      },
    ),
  );
});

Deno.test("a frame buffer writes the same frame as writeFrame()", () => {
  const header = fc.uint8Array({ maxLength: 3_000, size: "max" });
  fc.assert(fc.property(header, payload, (head, data) => {
    const buffer = new FrameBuffer(1_000);
    buffer.append(data);
    buffer.cut(data.length);
    const plain = writeFrame(new Uint8Array(0), head, data);
    assertEquals(buffer.frame(head), plain);
    assertEquals(buffer.payload, data);
  }));
});

Deno.test("writeFrame() does not care what its scratch held", () => {
  const scratch = fc.uint8Array({ maxLength: 400, size: "max" });
  const header = fc.uint8Array({ maxLength: 50, size: "max" });
  fc.assert(
    fc.property(
      scratch,
      header,
      payload,
      fc.nat(400),
      (dirty, head, data, pad) => {
        assertEquals(
          writeFrame(new Uint8Array(dirty), head, data, pad),
          writeFrame(new Uint8Array(0), head, data, pad),
        );
      },
    ),
  );
});

type Step =
  | { readonly kind: "append"; readonly bytes: Uint8Array }
  | { readonly kind: "send"; readonly share: number; readonly header: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("append" as const),
    bytes: fc.uint8Array({ maxLength: 60, size: "max" }),
  }),
  fc.record({
    kind: fc.constant("send" as const),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    header: fc.constantFrom(0, 10, 1_023, 1_024, 2_500),
  }),
);

Deno.test("a frame buffer is a queue of bytes with a limit", () => {
  fc.assert(
    fc.property(
      fc.nat(200),
      fc.array(step, { maxLength: 40, size: "max" }),
      (limit, steps) => {
        const buffer = new FrameBuffer(limit);
        let model: number[] = [];
        for (const next of steps) {
          if (next.kind === "append") {
            const taken = buffer.append(next.bytes);
            assertEquals(
              taken,
              Math.min(next.bytes.length, limit - model.length),
            );
            model.push(...next.bytes.subarray(0, taken));
          } else {
            const count = Math.floor(next.share * model.length);
            const header = new Uint8Array(next.header).fill(0x20);
            buffer.cut(count);
            assertEquals(
              [...buffer.frame(header)],
              [...header, 0x0a, ...model.slice(0, count)],
            );
            buffer.drop();
            model = model.slice(count);
          }
          assertEquals([...buffer.gathered], model);
          assertEquals([buffer.length, buffer.room], [
            model.length,
            limit - model.length,
          ]);
          assertEquals(buffer.payload.length, 0);
        }
      },
    ),
  );
});
