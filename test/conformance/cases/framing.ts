import {
  type ConnectOptions,
  pipe,
  type PipeChunk,
  type PipelineResult,
  type PipeOptions,
  type Session,
} from "../../../mod.ts";
import type { TraceRecord } from "../../../lib/transport/mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf } from "./_failure.ts";
import {
  digestPipeline,
  questionsPipeline,
  textPipeline,
} from "./_pipelines.ts";
import { toEngine, usingTask, withSession, withTask } from "./_session.ts";

const group = "framing";

/** Write chunks one after the other and close. */
async function written(
  session: Session,
  token: string,
  chunks: readonly PipeChunk[],
  options: PipeOptions = {},
): Promise<PipelineResult> {
  const target = await pipe(session, token, options);
  const writer = target.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
  return await target.result;
}

/** What a text pipeline gives for chunks of text. */
async function textOf(
  places: Places,
  chunks: readonly PipeChunk[],
  options: PipeOptions = {},
): Promise<string> {
  return await withTask(places, textPipeline(), async (session, { token }) => {
    const mimeType = "text/plain";
    const { text } = await written(session, token, chunks, {
      mimeType,
      ...options,
    });
    return String((text as unknown[])[0]);
  });
}

/** Cut bytes into pieces of one size. */
function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from(
    { length: count },
    (_, at) => bytes.subarray(at * size, (at + 1) * size),
  );
}

/** Options that note the payload bytes of every write. */
function noting(places: Places): [ConnectOptions, number[]] {
  const sizes: number[] = [];
  const onTrace = (record: TraceRecord): void => {
    if (record.kind !== "sent" || record.payloadBytes === 0) return;
    sizes.push(record.payloadBytes);
  };
  return [{ ...toEngine(places), onTrace }, sizes];
}

/** How chunks become writes: bytes, text, records, and one by one. */
export const FRAMING: readonly ConformanceCase[] = [
  {
    group,
    name: "bytes in chunks of any size arrive as they were",
    expected: [true, true, true, true],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, { token }) => {
        const whole = patternBytes(700_001);
        const digest = await sha256(whole);
        const seen: boolean[] = [];
        for (const size of [1_000, 4_096, 65_536, 700_001]) {
          const { metadata } = await written(session, token, cut(whole, size));
          seen.push(metadata?.sha256 === digest);
        }
        return seen;
      }),
  },
  {
    group,
    name: "no write is larger than a frame, and none is lost",
    expected: [true, 300_000],
    run: async (places) => {
      const [options, sizes] = noting(places);
      return await withSession(
        options,
        (session) =>
          usingTask(session, digestPipeline(), async (_, { token }) => {
            const chunks = [patternBytes(300_000)];
            await written(session, token, chunks, { frameBytes: 40_000 });
            return [
              sizes.every((size) => size <= 40_000),
              sizes.reduce((sum, size) => sum + size, 0),
            ];
          }),
      );
    },
  },
  {
    group,
    name: "one write a chunk, where that is asked for",
    expected: [5, 70_000, 1],
    run: async (places) => {
      const [options, sizes] = noting(places);
      return await withSession(
        options,
        (session) =>
          usingTask(session, digestPipeline(), async (_, { token }) => {
            const chunks = [5, 70_000, 1].map(patternBytes);
            await written(session, token, chunks, { framing: "chunk" });
            return sizes;
          }),
      );
    },
  },
  {
    group,
    name: "text in many chunks is one text, unless chunks are asked for",
    expected: ["one two\n\n", "one \n\ntwo\n\n"],
    run: async (places) => [
      await textOf(places, ["one ", "two"]),
      await textOf(places, ["one ", "two"], { framing: "chunk" }),
    ],
  },
  {
    group,
    name: "text that is cut in the middle of characters arrives whole",
    expected: { frames: true, chunks: ["Grüße 🌍 世界", 0] },
    run: async (places) => {
      const text = "Grüße 🌍 世界\n".repeat(1_000);
      const bytes = new TextEncoder().encode(text);
      const gathered = await textOf(places, cut(bytes, 997), {
        frameBytes: 4_096,
      });
      const short = new TextEncoder().encode("Grüße 🌍 世界");
      const single = await textOf(places, cut(short, 1), { framing: "chunk" });
      return {
        frames: gathered.replaceAll("\n\n", "") === text,
        chunks: [
          single.replaceAll("\n\n", ""),
          single.split("\ufffd").length - 1,
        ],
      };
    },
  },
  {
    group,
    name: "strings that are cut inside a character arrive whole",
    expected: "🌍 end\n\n",
    run: (places) => textOf(places, ["\ud83c", "\udf0d e", "nd"]),
  },
  {
    group,
    name: "text that ends in the middle of a character is refused",
    expected: "ValidationException: invalid-chunk",
    run: (places) =>
      withTask(places, textPipeline(), (session, { token }) =>
        failureOf(
          written(session, token, [Uint8Array.of(0x61, 0xf0, 0x9f)], {
            mimeType: "text/plain",
            framing: "chunk",
          }),
        )),
  },
  {
    group,
    name: "text in another charset arrives as text",
    expected: ["€ ü\n\n", "日本\n\n"],
    run: async (places) => [
      await textOf(places, [Uint8Array.of(0x80, 0x20), Uint8Array.of(0xfc)], {
        mimeType: "text/plain; charset=windows-1252",
      }),
      await textOf(
        places,
        [Uint8Array.of(0x93, 0xfa, 0x96), Uint8Array.of(0x7b)],
        { mimeType: "text/plain; charset=shift_jis" },
      ),
    ],
  },
  {
    group,
    name: "each record is one write, and must be one document",
    expected: [[["first"], ["second"]], "ValidationException: invalid-chunk"],
    run: (places) =>
      withTask(places, questionsPipeline(), async (session, { token }) => {
        const options = { mimeType: "application/rocketride-question" };
        const records = ["first", "second"]
          .map((text) => JSON.stringify({ questions: [{ text }] }));
        const { questions } = await written(session, token, records, options);
        const texts = questions?.map((it) =>
          it.questions.map(({ text }) => text)
        );
        const half = records[0]!.slice(0, 9);
        return [
          texts,
          await failureOf(written(session, token, [half], options)),
        ];
      }),
  },
  {
    group,
    name: "bytes may be of any form",
    expected: true,
    run: (places) =>
      withTask(places, digestPipeline(), async (session, { token }) => {
        const whole = patternBytes(64);
        const { buffer } = whole;
        const { metadata } = await written(session, token, [
          whole.subarray(0, 8),
          buffer.slice(8, 16),
          new DataView(buffer, 16, 8),
          new Uint16Array(buffer, 24, 4),
          new Float64Array(buffer, 32, 2),
          new Uint8Array(0),
          new Uint8ClampedArray(buffer, 48, 16),
        ]);
        return metadata?.sha256 === await sha256(whole);
      }),
  },
  {
    group,
    name: "a chunk may be used again once its write has settled",
    expected: true,
    run: (places) =>
      withTask(places, digestPipeline(), async (session, { token }) => {
        const whole = patternBytes(200_000);
        const scratch = new Uint8Array(10_000);
        const target = await pipe(session, token, { frameBytes: 8_192 });
        const writer = target.getWriter();
        for (let at = 0; at < whole.length; at += scratch.length) {
          scratch.set(whole.subarray(at, at + scratch.length));
          await writer.write(scratch);
        }
        await writer.close();
        const { metadata } = await target.result;
        return metadata?.sha256 === await sha256(whole);
      }),
  },
  {
    group,
    name: "what is neither bytes nor text is refused",
    expected: ["TypeError", "TypeError", "TypeError"],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, { token }) => {
        const seen: string[] = [];
        for (const chunk of [7, null, { length: 3 }]) {
          const chunks = [chunk as unknown as string];
          seen.push(await failureOf(written(session, token, chunks)));
        }
        return seen;
      }),
  },
];
