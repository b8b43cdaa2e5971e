import {
  type PipeChunk,
  type PipeSource,
  send,
  type SendOptions,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf, thrownBy } from "./_failure.ts";
import {
  digestPipeline,
  questionsPipeline,
  textPipeline,
} from "./_pipelines.ts";
import { toFaultyEngine } from "./_faults.ts";
import { withSession, withTask } from "./_session.ts";
import { streamOf, stuckAfter } from "./_streams.ts";

const group = "send";

/** What comes back as text for each source. */
function texts(
  places: Places,
  sources: readonly PipeSource[],
  options: SendOptions = {},
): Promise<unknown[]> {
  return withTask(places, textPipeline(), async (session, task) => {
    const seen: unknown[] = [];
    for (const source of sources) {
      const { text } = await send(session, task, source, options);
      seen.push((text as unknown[])[0]);
    }
    return seen;
  });
}

async function* generate<T>(...items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

/** `send`: everything that gives bytes or text. */
export const SOURCES: readonly ConformanceCase[] = [
  {
    group,
    name: "text and bytes are sent in any form",
    expected: ["Hello 🌍\n\n", "bytes\n\n", "buffer\n\n", "view\n\n"],
    run: (places) => {
      const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
        new TextEncoder().encode(text);
      return texts(places, [
        "Hello 🌍",
        bytesOf("bytes"),
        bytesOf("buffer").buffer,
        new DataView(bytesOf("a view").buffer, 2),
      ], { mimeType: "text/plain" });
    },
  },
  {
    group,
    name: "a Blob, a File and a Response are sent with their types",
    expected: ["blob\n\n", "file\n\n", "response\n\n", "of a blob\n\n"],
    run: (places) => {
      const type = "text/plain";
      return texts(places, [
        new Blob(["blob"], { type }),
        new File(["file"], "a.txt", { type: "text/markdown" }),
        new Response("response", { headers: { "content-type": type } }),
        new Response(new Blob(["of a blob"], { type })),
      ]);
    },
  },
  {
    group,
    name: "a Response made of text says that it is text",
    expected: ["text\n\n"],
    run: (places) => texts(places, [new Response("text")]),
  },
  {
    group,
    name: "a File tells the engine its name, a fetched Response its type",
    expected: ["report.csv", "fetched 🌍\n\n"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const type = "text/csv";
        const file = new File(["a,b"], "report.csv", { type });
        const { name } = await send(session, task, file);
        const address = new URL("/text?cut=3", places.site);
        address.searchParams.set("of", "fetched 🌍");
        const { text } = await send(session, task, await fetch(address));
        return [name, (text as unknown[])[0]];
      }),
  },
  {
    group,
    name: "streams, generators and other iterables are sent as they come",
    expected: ["a🌍b\n\n", "a🌍b\n\n", "a🌍b\n\n"],
    run: (places) => {
      const bytes = new TextEncoder().encode("a🌍b");
      const single = [...bytes].map((byte) => Uint8Array.of(byte));
      const iterable = {
        [Symbol.asyncIterator]: () => generate<PipeChunk>("a", "🌍", "b"),
      };
      return texts(places, [
        streamOf(single),
        generate(...single),
        iterable,
      ], { mimeType: "text/plain" });
    },
  },
  {
    group,
    name: "large sources arrive as they were",
    expected: [true, true, true, true],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const whole = patternBytes(2_000_003);
        const digest = await sha256(whole);
        const seen: boolean[] = [];
        for (
          const source of [
            whole,
            new Blob([whole]),
            new Response(whole),
            generate(whole.subarray(0, 7), whole.subarray(7)),
          ]
        ) {
          const { metadata } = await send(session, task, source);
          seen.push(metadata?.sha256 === digest);
        }
        return seen;
      }),
  },
  {
    group,
    name: "an empty source is an object all the same",
    expected: [true, true, true],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const digest = await sha256(new Uint8Array(0));
        const seen: boolean[] = [];
        for (
          const source of [new Uint8Array(0), new Blob([]), generate<string>()]
        ) {
          const { metadata } = await send(session, task, source);
          seen.push(metadata?.sha256 === digest);
        }
        return seen;
      }),
  },
  {
    group,
    name: "a record is gathered whole from any source",
    expected: ["Wer? 🌍", "Wer? 🌍", "Wer? 🌍"],
    run: (places) =>
      withTask(places, questionsPipeline(), async (session, task) => {
        const question = JSON.stringify({ questions: [{ text: "Wer? 🌍" }] });
        const bytes = new TextEncoder().encode(question);
        const seen: string[] = [];
        for (
          const source of [
            question,
            new Blob([question]),
            streamOf([...bytes].map((byte) => Uint8Array.of(byte))),
          ]
        ) {
          const { questions } = await send(session, task, source, {
            mimeType: "application/rocketride-question",
          });
          const [record] = questions ?? [];
          seen.push(record!.questions[0]!.text);
        }
        return seen;
      }),
  },
  {
    group,
    name: "what is being read by somebody else is refused",
    expected: [
      "ValidationException: invalid-chunk",
      "ValidationException: invalid-chunk",
      "TypeError",
    ],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const locked = streamOf(["a"]);
        locked.getReader();
        const used = new Response("a");
        await used.text();
        return [
          await failureOf(send(session, task, locked)),
          await failureOf(send(session, task, used)),
          await failureOf(send(session, task, 7 as unknown as string)),
        ];
      }),
  },
  {
    group,
    name: "a source that fails gives its own error, and the object up",
    expected: [true, true, "next\n\n"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const failure = new Error("disk on fire");
        async function* failing(): AsyncGenerator<string> {
          yield "a";
          throw failure;
        }
        const stream = new ReadableStream<string>({
          pull: (controller) => controller.error(failure),
        });
        const seen = [
          await thrownBy(send(session, task, failing())) === failure,
          await thrownBy(send(session, task, stream)) === failure,
        ];
        const { text } = await send(session, task, "next");
        return [...seen, (text as unknown[])[0]];
      }, { threads: 1 }),
  },
  {
    group,
    name: "the signal ends a send whose source is idle, and cancels it",
    expected: [true, true, "next\n\n"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const { stream, cancelled } = stuckAfter("a");
        const controller = new AbortController();
        const { signal } = controller;
        const sending = thrownBy(send(session, task, stream, { signal }));
        await new Promise((resolve) => setTimeout(resolve, 50));
        const reason = new Error("enough");
        controller.abort(reason);
        const seen = [await sending === reason, await cancelled === reason];
        const { text } = await send(session, task, "next");
        return [...seen, (text as unknown[])[0]];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a send may be given up after a time",
    expected: ["TimeoutError", "TimeoutException: timeout"],
    run: async (places) => {
      const options = await toFaultyEngine(places, "/?write=silent");
      return await withSession(options, async (session) => [
        await failureOf(send(session, "tk_1", "a", {
          signal: AbortSignal.timeout(40),
        })),
        await failureOf(send(session, "tk_1", "a", { timeout: 40 })),
      ]);
    },
  },
  {
    group,
    name: "a fetched body that is given up is left by its reader",
    expected: [true, "left"],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const name = crypto.randomUUID();
        const address = `${places.site}/stuck?size=1000&name=${name}`;
        const response = await fetch(address);
        const controller = new AbortController();
        const { signal } = controller;
        const sending = thrownBy(send(session, task, response, { signal }));
        await new Promise((resolve) => setTimeout(resolve, 50));
        const reason = new Error("enough");
        controller.abort(reason);
        const thrown = await sending;
        const left = await fetch(`${places.site}/left?name=${name}`);
        return [thrown === reason, await left.text()];
      }),
  },
];
