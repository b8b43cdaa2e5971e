import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import type { PipeChunk, PipeOptions } from "../../lib/pipe/options.ts";
import { payloadOf, pipeServer } from "../support/pipe_server.ts";

const encoder = new TextEncoder();

const frameBytes = fc.constantFrom(4 * 1024, 5_003, 16 * 1024);
const framing = fc.constantFrom("auto" as const, "chunk" as const);
/** Where to cut, as fractions of a length; may repeat, so pieces may be empty. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 12,
});

/** A piece of a text, and the form in which it is written. */
interface Piece {
  readonly text: string;
  readonly repeat: number;
  readonly asBytes: boolean;
  readonly cuts: readonly number[];
}

const pieces = fc.array(
  fc.record({
    text: fc.string({ unit: "binary", maxLength: 60 }),
    repeat: fc.nat(150),
    asBytes: fc.boolean(),
    cuts,
  }),
  { maxLength: 5 },
);

/** Cut something with a length into pieces that join to the whole. */
function cutInto<T extends { readonly length: number }>(
  whole: T,
  fractions: readonly number[],
  slice: (from: number, to: number) => T,
): T[] {
  const places = fractions.map((it) => Math.round(it * whole.length));
  const borders = [0, ...places.sort((a, b) => a - b), whole.length];
  return borders.slice(1).map((to, i) => slice(borders[i]!, to));
}

function chunksOf({ text, repeat, asBytes, cuts }: Piece): PipeChunk[] {
  const whole = text.repeat(repeat);
  if (!asBytes) return cutInto(whole, cuts, (a, b) => whole.slice(a, b));
  const bytes = encoder.encode(whole);
  return cutInto(bytes, cuts, (a, b) => bytes.subarray(a, b));
}

/** Every write that a pipe makes of some chunks. */
async function writesOf(
  chunks: readonly PipeChunk[],
  options: PipeOptions,
): Promise<Uint8Array[]> {
  await using server = await pipeServer();
  const writer = (await pipe(server.session, "tk_1", options)).getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
  assertEquals(server.mostInFlight <= 1, true);
  return server.requests.slice(1, -1).map(payloadOf);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

Deno.test("any split of any text, as strings, bytes or both, arrives as valid UTF-8 writes and the same text", async () => {
  await fc.assert(
    fc.asyncProperty(
      pieces,
      frameBytes,
      framing,
      async (pieces, frameBytes, framing) => {
        const writes = await writesOf(pieces.flatMap(chunksOf), {
          mimeType: "text/plain",
          frameBytes,
          framing,
        });
        // Each write is decoded on its own, as the engine does.
        const texts = writes.map((it) =>
          new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
            .decode(it.slice())
        );
        const whole = pieces.map(({ text, repeat }) => text.repeat(repeat));
        assertEquals(texts.join(""), whole.join(""));
        if (framing === "auto") {
          assert(writes.every((it) => it.length <= frameBytes));
          assert(writes.every((it) => it.length > 0));
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("any split of any UTF-16, lone surrogates included, arrives as the text that the web would make of it", async () => {
  const broken = fc.array(
    fc.constantFrom("a", "\ud83c", "\udf0d", "ä", "\ud83c\udf0d"),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(broken, framing, async (chunks, framing) => {
      for (const mimeType of ["text/plain", "application/octet-stream"]) {
        const writes = await writesOf(chunks, { mimeType, framing });
        assertEquals(
          new TextDecoder().decode(joined(writes).slice()),
          chunks.join("").toWellFormed(),
        );
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("any split of any bytes arrives as the same bytes, in frames that are not too large", async () => {
  const large = fc.tuple(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.nat(400),
  );
  await fc.assert(
    fc.asyncProperty(
      large,
      cuts,
      frameBytes,
      framing,
      async ([seed, repeat], cuts, frameBytes, framing) => {
        const whole = joined(Array.from({ length: repeat }, () => seed));
        const chunks = cutInto(whole, cuts, (a, b) => whole.subarray(a, b));
        const writes = await writesOf(chunks, { frameBytes, framing });
        assertEquals(joined(writes), whole);
        if (framing === "auto") {
          assert(writes.every((it) => it.length <= frameBytes));
        } else {
          assertEquals(
            writes.map((it) => it.length),
            chunks.map((it) => it.length),
          );
        }
      },
    ),
    { numRuns: 100 },
  );
});
