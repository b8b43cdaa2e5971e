import { pipe, terminate } from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf, inShort, outcomeOf, thrownBy } from "./_failure.ts";
import { gateOf } from "./_faults.ts";
import { digestPipeline, textPipeline, through } from "./_pipelines.ts";
import { withTask } from "./_session.ts";
import { streamOf, stuckAfter } from "./_streams.ts";

const group = "pipeTo";

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.slice(at, at + size);
  }
}

/** Bytes that fill more than a frame, and not quite two. */
const NOISE = patternBytes(1_000_003);

/** A stream of the kind that is for bytes alone. */
function byteStreamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller): void {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at += 10_000));
    },
  });
}

/** Whether bytes arrive as they are when they are piped as a stream. */
function arrives(
  places: Places,
  whole: Uint8Array<ArrayBuffer>,
  stream: ReadableStream<Uint8Array>,
): Promise<boolean> {
  return withTask(places, digestPipeline(), async (session, task) => {
    const target = await pipe(session, task);
    await stream.pipeTo(target);
    const { metadata } = await target.result;
    return metadata?.sha256 === await sha256(whole);
  });
}

/** A pipe is a `WritableStream`: whatever can be piped can be piped into it. */
export const PIPE_TO: readonly ConformanceCase[] = [
  {
    group,
    name: "a pipe is a writable stream",
    expected: [true, false, "number", true, false],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const target = await pipe(session, task);
        const before = target.isOpened;
        await target.close();
        return [
          target instanceof WritableStream,
          target.locked,
          typeof target.pipeId,
          before,
          target.isOpened,
        ];
      }),
  },
  {
    group,
    name: "a fetched body is piped into a pipeline",
    expected: ["people.csv", ["id,name\n1,Ada 🌍\n\n\n"]],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const address = new URL("/text", places.site);
        address.search = new URLSearchParams({
          of: "id,name\n1,Ada 🌍\n",
          cut: "5",
        }).toString();
        const { body } = await fetch(address);
        const target = await pipe(session, task, {
          objinfo: { name: "people.csv" },
          mimeType: "text/csv",
        });
        await body!.pipeTo(target);
        const { name, text } = await target.result;
        return [name, text];
      }),
  },
  {
    group,
    name: "a large fetched body arrives as it was",
    expected: true,
    run: async (places) => {
      const size = 4_000_001;
      const address = `${places.site}/bytes?size=${size}&chunk=50000`;
      const { body } = await fetch(address);
      return await arrives(places, patternBytes(size), body!);
    },
  },
  {
    group,
    name: "the stream of a Blob arrives as it was",
    expected: true,
    run: (places) => arrives(places, NOISE, new Blob([NOISE]).stream()),
  },
  {
    group,
    name: "a generated stream, and one that was transformed, arrive",
    expected: [true, ["A B C\n\n"]],
    run: async (places) => [
      await arrives(places, NOISE, streamOf(pieces(NOISE, 777))),
      await withTask(places, textPipeline(), async (session, task) => {
        const upper = new TransformStream<string, string>({
          transform: (text, controller) =>
            controller.enqueue(text.toUpperCase()),
        });
        const target = await pipe(session, task, { mimeType: "text/plain" });
        await streamOf(["a ", "b ", "c"]).pipeThrough(upper).pipeTo(target);
        return (await target.result).text;
      }),
    ],
  },
  {
    group,
    name: "a body that was compressed on its way arrives as it was",
    expected: true,
    run: (places) =>
      arrives(
        places,
        NOISE,
        new Blob([NOISE]).stream()
          .pipeThrough(new CompressionStream("gzip"))
          .pipeThrough(new DecompressionStream("gzip")),
      ),
  },
  {
    group,
    name: "a stream of bytes of its own kind, and a body as text, arrive",
    expected: [true, ["Grüße 🌍\n\n"]],
    run: async (places) => [
      await arrives(places, NOISE, byteStreamOf(NOISE)),
      await withTask(places, textPipeline(), async (session, task) => {
        const address = new URL("/text?cut=1", places.site);
        address.searchParams.set("of", "Grüße 🌍");
        const { body } = await fetch(address);
        const target = await pipe(session, task, { mimeType: "text/plain" });
        await body!.pipeThrough(new TextDecoderStream()).pipeTo(target);
        return (await target.result).text;
      }),
    ],
  },
  {
    group,
    name: "one body fills two pipes at once",
    expected: [true, true],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const size = 500_000;
        const { body } = await fetch(`${places.site}/bytes?size=${size}`);
        const digest = await sha256(patternBytes(size));
        return await Promise.all(
          body!.tee().map(async (half) => {
            const target = await pipe(session, task);
            await half.pipeTo(target);
            return (await target.result).metadata?.sha256 === digest;
          }),
        );
      }),
  },
  {
    group,
    name: "a pipeline that is slow holds its source back",
    expected: { bounded: true, whole: true },
    run: (places) => {
      const gate = gateOf(places);
      const pipeline = through("gate", { gate: gate.name });
      return withTask(places, pipeline, async (session, task) => {
        let pulled = 0;
        const piece = "x".repeat(10_000);
        const stream = new ReadableStream<string>({
          pull(controller): void {
            if (pulled >= 4_000_000) return controller.close();
            pulled += piece.length;
            controller.enqueue(piece);
          },
        });
        const target = await pipe(session, task, {
          mimeType: "text/plain",
          frameBytes: 50_000,
        });
        const piping = stream.pipeTo(target);
        await gate.reached();
        await new Promise((resolve) => setTimeout(resolve, 50));
        // One frame is with the engine, one gathers, and one waits.
        const bounded = pulled <= 250_000;
        await gate.open();
        await piping;
        const [text] = (await target.result).text as [string];
        const letters = text.replaceAll("\n", "").length;
        return { bounded, whole: letters === 4_000_000 };
      });
    },
  },
  {
    group,
    name: "several sources fill one pipe, one after the other",
    expected: ["one two three\n\n"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const target = await pipe(session, task, { mimeType: "text/plain" });
        for (const text of ["one ", "two "]) {
          await streamOf([text]).pipeTo(target, { preventClose: true });
        }
        await streamOf(["three"]).pipeTo(target);
        return (await target.result).text;
      }),
  },
  {
    group,
    name: "a body that breaks gives the object up and frees its slot",
    expected: [true, true, "well"],
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const { body } = await fetch(`${places.site}/broken?size=100000`);
        const target = await pipe(session, task);
        const thrown = await thrownBy(body!.pipeTo(target));
        const result = await thrownBy(target.result);
        const next = await pipe(session, task);
        return [
          thrown instanceof Error,
          result === thrown,
          await outcomeOf(next.close()),
        ];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a pipeline that fails cancels the source",
    expected: {
      piping: "PipeException: pipe-failed",
      result: "PipeException: pipe-failed",
      source: "PipeException: pipe-failed",
    },
    run: (places) =>
      withTask(places, through("bomb"), async (session, task) => {
        const { stream, cancelled } = stuckAfter("a", "b", "c");
        const target = await pipe(session, task, {
          mimeType: "text/plain",
          framing: "chunk",
        });
        const piping = failureOf(stream.pipeTo(target));
        return {
          result: await failureOf(target.result),
          source: inShort(await cancelled),
          piping: await piping,
        };
      }),
  },
  {
    group,
    name: "a task that is ended fails its pipes and cancels what fills them",
    expected: {
      piping: "PipeException: task-ended",
      result: "PipeException: task-ended",
      source: "PipeException: task-ended",
    },
    run: (places) => {
      const gate = gateOf(places);
      const pipeline = through("gate", { gate: gate.name });
      return withTask(places, pipeline, async (session, task) => {
        const { stream, cancelled } = stuckAfter("a", "b");
        const target = await pipe(session, task, {
          mimeType: "text/plain",
          framing: "chunk",
        });
        const piping = failureOf(stream.pipeTo(target));
        await gate.reached();
        await terminate(session, task);
        return {
          result: await failureOf(target.result),
          source: inShort(await cancelled),
          piping: await piping,
        };
      });
    },
  },
  {
    group,
    name: "the signal of pipeTo ends a transfer whose source is idle",
    expected: { piping: true, result: true, source: true, next: "well" },
    timeoutMs: 15_000,
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const { stream, cancelled } = stuckAfter("a");
        const target = await pipe(session, task, { mimeType: "text/plain" });
        const controller = new AbortController();
        const { signal } = controller;
        const piping = thrownBy(stream.pipeTo(target, { signal }));
        await new Promise((resolve) => setTimeout(resolve, 50));
        const reason = new Error("enough");
        controller.abort(reason);
        const seen = {
          piping: await piping === reason,
          result: await thrownBy(target.result) === reason,
          source: await cancelled === reason,
        };
        const next = await pipe(session, task);
        return { ...seen, next: await outcomeOf(next.close()) };
      }, { threads: 1 }),
  },
  {
    group,
    name: "the pipe's own signal ends a transfer in the middle of a write",
    expected: { piping: true, result: true, source: true, next: "well" },
    run: (places) => {
      const gate = gateOf(places);
      const pipeline = through("gate", { gate: gate.name });
      return withTask(places, pipeline, async (session, task) => {
        const controller = new AbortController();
        const { signal } = controller;
        const { stream, cancelled } = stuckAfter("a", "b");
        const target = await pipe(session, task, {
          mimeType: "text/plain",
          framing: "chunk",
          signal,
        });
        const piping = thrownBy(stream.pipeTo(target));
        await gate.reached();
        const reason = new Error("enough");
        controller.abort(reason);
        const seen = {
          piping: await piping === reason,
          result: await thrownBy(target.result) === reason,
          source: await cancelled === reason,
        };
        await gate.open();
        const next = await pipe(session, task);
        return { ...seen, next: await outcomeOf(next.close()) };
      }, { threads: 1 });
    },
  },
];
