import {
  events,
  type FileInput,
  send,
  sendEach,
  sendFiles,
  uploadFiles,
  use,
} from "../../../mod.ts";
import type { ConformanceCase } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { gateOf } from "./_faults.ts";
import { digestPipeline, textPipeline, through } from "./_pipelines.ts";
import { withTask } from "./_session.ts";
import { stuckAfter } from "./_streams.ts";

const group = "files";

/** Many files at once: of all forms, with progress, in order. */
export const FILES: readonly ConformanceCase[] = [
  {
    group,
    name: "files of every form arrive as they are",
    expected: [
      ["a.txt", "by File\n\n"],
      ["b", "by Blob\n\n"],
      ["c", "by stream\n\n"],
      ["d.txt", "by function\n\n"],
      ["e", "by tuple\n\n"],
      ["data", "by data\n\n"],
      ["text", "by fetch 🌍\n\n"],
    ],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const mimeType = "text/plain";
        const address = new URL("/text?cut=4", places.site);
        address.searchParams.set("of", "by fetch 🌍");
        const files: FileInput[] = [
          new File(["by File"], "a.txt", { type: mimeType }),
          { file: new Blob(["by Blob"]), name: "b", mimeType },
          { name: "c", stream: new Blob(["by stream"]).stream(), mimeType },
          {
            name: "d.txt",
            stream: () => new Blob(["by function"]).stream(),
            mimeType,
          },
          [new File(["by tuple"], "e"), { tag: "x" }, mimeType],
          new URL("data:text/plain,by%20data"),
          address,
        ];
        const results = await sendFiles(session, task, files);
        return results.map(({ error, result }) =>
          result ? [result.name, (result.text as unknown[])[0]] : error
        );
      }),
  },
  {
    group,
    name: "a file at an address of this runtime's own making arrives",
    expected: "complete",
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const blob = new Blob(["by address"], { type: "text/plain" });
        const address = URL.createObjectURL(blob);
        const [sent] = await sendFiles(session, task, [new URL(address)]);
        URL.revokeObjectURL(address);
        return sent?.error ?? sent?.action;
      }),
  },
  {
    group,
    name: "the media type follows from what a name ends with",
    expected: [["markdown\n\n"], ["script\n\n"], null],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const results = await sendFiles(session, task, [
          new File(["markdown"], "a.md"),
          new File(["script"], "b.py"),
          new File(["bytes"], "c.bin"),
        ]);
        return results.map(({ error, result }) =>
          error ?? result?.text ?? null
        );
      }),
  },
  {
    group,
    name: "a large file arrives as it was, with its progress told",
    expected: {
      same: true,
      bytes: [3_000_001, 3_000_001],
      progress: ["open", "close", "complete"],
      rising: true,
      last: 3_000_001,
    },
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const whole = patternBytes(3_000_001);
        const progress: string[] = [];
        const written: number[] = [];
        const [sent] = await sendFiles(session, task, [
          new File([whole], "large.bin"),
        ], {
          onProgress({ action, bytes_sent }): void {
            if (action === "write") written.push(Number(bytes_sent));
            else progress.push(action);
          },
        });
        return {
          same: sent?.result?.metadata?.sha256 === await sha256(whole),
          bytes: [sent?.bytes_sent, sent?.file_size],
          progress,
          rising: written.every((bytes, at) => bytes > (written[at - 1] ?? 0)),
          last: written.at(-1),
        };
      }),
  },
  {
    group,
    name: "forty files go through two slots and come back in their order",
    expected: { complete: 40, ordered: true },
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        function* many(): Generator<FileInput> {
          for (let at = 0; at < 40; at++) {
            yield new File([`${at}`], `${at}.txt`, { type: "text/plain" });
          }
        }
        const results = await sendFiles(session, task, many());
        return {
          complete: results.filter(({ action }) => action === "complete")
            .length,
          ordered: results.every(({ result }, at) =>
            (result?.text as unknown[])[0] === `${at}\n\n`
          ),
        };
      }, { threads: 2 }),
  },
  {
    group,
    name: "rows go through sendEach() as a transform, and come back in order",
    expected: { read: 100, ordered: true, held: true },
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        let taken = 0;
        let read = 0;
        let ordered = true;
        let held = 0;
        const rows = new ReadableStream<string>({
          pull(controller): void {
            if (taken === 100) controller.close();
            else controller.enqueue(`${taken++}`);
          },
        }, { highWaterMark: 0 });
        await rows.pipeThrough(sendEach(session, task)).pipeTo(
          new WritableStream({
            write({ input, result }): void {
              const [text] = result?.text as unknown[];
              ordered &&= input === `${read++}` && text === `${input}\n\n`;
              held = Math.max(held, taken - read);
            },
          }),
        );
        return { read, ordered, held: held <= 12 };
      }, { threads: 2 }),
  },
  {
    group,
    name: "cancelling sendEach() reaches its source and frees the slots",
    expected: ["enough", "enough", "again\n\n"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const cancelled = Promise.withResolvers<unknown>();
        const rows = new ReadableStream<string>({
          pull: (controller) => controller.enqueue("x"),
          cancel: (reason) => cancelled.resolve(reason),
        });
        const reader = rows.pipeThrough(sendEach(session, task)).getReader();
        await reader.read();
        await reader.cancel("enough");
        const { readable, writable } = sendEach(session, task);
        await writable.abort("enough");
        const error = await thrownBy(readable.getReader().read());
        const { text } = await send(session, task, "again");
        return [await cancelled.promise, error, (text as unknown[])[0]];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a file that fails leaves the others alone",
    expected: ["error", "complete", "error", "error"],
    run: (places) =>
      withTask(places, through("bomb"), async (session, task) => {
        const results = await sendFiles(session, task, [
          new File(["x"], "text.txt", { type: "text/plain" }),
          // What is no text does not reach the node that explodes.
          new File(["x"], "raw.bin"),
          new URL("/nothing", places.site),
          {
            name: "broken",
            stream: () => Promise.reject(new Error("gone")),
          },
        ]);
        return results.map(({ action }) => action);
      }),
  },
  {
    group,
    name: "an address that leads nowhere is told from one that answers",
    expected: [
      "ValidationException: file-not-found",
      "ValidationException: file-not-readable",
    ],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const results = await sendFiles(session, task, [
          new URL("/nothing", places.site),
          new URL("http://127.0.0.1:9"),
        ]);
        return results.map(({ cause }) => inShort(cause));
      }),
  },
  {
    group,
    name: "a path where there is no file is refused, also where there are none",
    expected: ["ValidationException", "ValidationException"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const path = "/nowhere/nothing.txt";
        const sending = await thrownBy(sendFiles(session, task, [path]));
        const starting = await thrownBy(use(session, { filepath: path }));
        return [sending, starting].map((error) => (error as Error).name);
      }),
  },
  {
    group,
    name: "uploads are a stream of what happens",
    expected: ["open", "write", "close", "complete"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const actions: string[] = [];
        const file = new File(["Hello"], "a.txt", { type: "text/plain" });
        for await (const { action } of uploadFiles(session, task, [file])) {
          actions.push(action);
        }
        return actions;
      }),
  },
  {
    group,
    name: "a stream of uploads that is left gives them up",
    expected: ["open", true],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const { stream, cancelled } = stuckAfter("a");
        const uploads = uploadFiles(session, task, [
          { name: "a.txt", stream, mimeType: "text/plain" },
        ]);
        const reader = uploads.getReader();
        const { value } = await reader.read();
        await reader.cancel("enough");
        return [value?.action, await cancelled.then(() => true)];
      }),
  },
  {
    group,
    name: "progress is told to those who watch the task",
    expected: ["open", "write", "close", "complete"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const types = ["apaevt_status_upload"] as const;
        const stream = await events(session, task, { types });
        await sendFiles(session, task, [
          new File(["Hello"], "a.txt", { type: "text/plain" }),
        ]);
        const told: unknown[] = [];
        for await (const event of stream) {
          if (event.type === "event") told.push(event.body?.action);
          if (told.at(-1) === "complete") break;
        }
        return told;
      }),
  },
  {
    group,
    name: "an abort ends everything that is under way and cancels what is read",
    expected: [true, true],
    run: (places) => {
      const gate = gateOf(places);
      const pipeline = through("gate", { gate: gate.name });
      return withTask(places, pipeline, async (session, task) => {
        const { stream, cancelled } = stuckAfter("a");
        const controller = new AbortController();
        const { signal } = controller;
        const sending = thrownBy(sendFiles(session, task, [
          new File(["x"], "a.txt", { type: "text/plain" }),
          { name: "b.txt", stream, mimeType: "text/plain" },
        ], { signal }));
        await gate.reached();
        const reason = new Error("enough");
        controller.abort(reason);
        const seen = [await sending === reason, await cancelled === reason];
        await gate.open();
        return seen;
      });
    },
  },
  {
    group,
    name: "what is no file is refused before anything is sent",
    expected: ["TypeError", "TypeError", "RangeError"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const nothing = [7] as unknown as FileInput[];
        const one = new File(["x"], "a.txt");
        return [
          await failureOf(sendFiles(session, task, nothing)),
          await failureOf(
            sendFiles(session, task, one as unknown as FileInput[]),
          ),
          await failureOf(sendFiles(session, task, [one], { concurrency: 0 })),
        ];
      }),
  },
];
