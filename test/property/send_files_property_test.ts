import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { FileInput } from "../../lib/pipe/file_input.ts";
import { sendEach, type SendEachItem } from "../../lib/pipe/send_each.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { uploadFiles } from "../../lib/pipe/upload_files.ts";
import type { UploadBody } from "../../schema/event.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { type UploadServer, uploadServer } from "../support/upload_server.ts";

/** What becomes of a file, and when: turns that each step of it takes. */
interface Fate {
  readonly fails: "never" | "open" | "write" | "close" | "source" | "signal";
  readonly open: number;
  readonly write: number;
  readonly close: number;
  readonly bytes: number;
}

const turns = fc.nat({ max: 5 });
const fates = fc.array(
  fc.record<Fate>({
    fails: fc.constantFrom(
      "never",
      "never",
      "open",
      "write",
      "close",
      "source",
      "signal",
    ),
    open: turns,
    write: turns,
    close: turns,
    bytes: fc.constantFrom(0, 1, 5_000),
  }),
  { maxLength: 14, size: "max" },
);
const concurrency = fc.integer({ min: 1, max: 6 });
const lazy = fc.boolean();

/** Let some turns of the microtask queue pass. */
async function pass(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

/** An empty file can fail at its write, too: no object is without one. */
function expected({ fails }: Fate): "complete" | "error" {
  return fails === "never" ? "complete" : "error";
}

function fileOf(fate: Fate, index: number): FileInput {
  const name = String(index);
  const stop = new AbortController();
  async function* content(): AsyncGenerator<Uint8Array> {
    await pass(fate.write);
    if (fate.fails === "signal") stop.abort(new Error("signal"));
    if (fate.fails === "source") throw new Error("source");
    yield new Uint8Array(fate.bytes);
  }
  return { name, stream: content, signal: stop.signal };
}

async function* inSequence(
  files: readonly FileInput[],
): AsyncGenerator<FileInput> {
  for (const file of files) {
    await undefined;
    yield file;
  }
}

/** An engine that does with each file what is its fate. */
function serverOf(plan: readonly Fate[]): Promise<UploadServer> {
  return uploadServer(async (step, name) => {
    const fate = plan[Number(name)]!;
    await pass(fate[step]);
    if (fate.fails === step) throw new Error(step);
    return undefined;
  });
}

const ORDER = /^(open (write )*(close )?)?(complete|error) $/;

Deno.test("every file gets its own result, in order, whatever happens when", async () => {
  await fc.assert(fc.asyncProperty(
    fates,
    concurrency,
    lazy,
    async (plan, concurrency, lazy) => {
      await using server = await serverOf(plan);
      const files = plan.map(fileOf);
      const told = plan.map(() => "");
      const results = await sendFiles(
        server.session,
        "tk_1",
        lazy ? inSequence(files) : files,
        {
          concurrency,
          onProgress({ action }: UploadBody, index: number): void {
            told[index] += `${action} `;
          },
        },
      );
      assertEquals(
        results.map(({ filepath, action }) => [filepath, action]),
        plan.map((fate, index) => [String(index), expected(fate)]),
      );
      for (const [index, { action, error, bytes_sent }] of results.entries()) {
        const fate = plan[index]!;
        if (action === "error") assertEquals(error, fate.fails);
        else assertEquals(bytes_sent, fate.bytes);
        assert(ORDER.test(told[index]!), told[index]);
        assert(told[index]!.endsWith(`${action} `));
      }
      await drainMicrotasks();
      assertEquals(server.open, 0);
      assert(server.mostOpen <= concurrency + failing(plan));
    },
  ));
});

/** A slot is freed after its file has failed, while the next one begins. */
function failing(plan: readonly Fate[]): number {
  return plan.filter(({ fails }) => fails !== "never").length;
}

Deno.test("whenever it is aborted, sendFiles() rejects with the reason, and every slot is freed", async () => {
  await fc.assert(fc.asyncProperty(
    fates,
    concurrency,
    fc.nat({ max: 60 }),
    async (plan, concurrency, after) => {
      await using server = await serverOf(plan);
      const stop = new AbortController();
      const reason = new Error("enough");
      const sending = sendFiles(
        server.session,
        "tk_1",
        inSequence(plan.map(fileOf)),
        { concurrency, signal: stop.signal },
      ).catch((error) => error);
      await pass(after);
      stop.abort(reason);
      const outcome = await sending;
      assert(outcome === reason || Array.isArray(outcome));
      if (Array.isArray(outcome)) assertEquals(outcome.length, plan.length);
      await drainMicrotasks();
      await drainMicrotasks();
      assertEquals(server.open, 0);
    },
  ));
});

Deno.test("a stream of uploads tells every result once, at any pace of reading", async () => {
  await fc.assert(fc.asyncProperty(
    fates,
    concurrency,
    turns,
    async (plan, concurrency, pace) => {
      await using server = await serverOf(plan);
      const results = plan.map((): string[] => []);
      const stream = uploadFiles(
        server.session,
        "tk_1",
        plan.map(fileOf),
        { concurrency },
      );
      for await (const { action, index } of stream) {
        await pass(pace);
        if (action === "complete" || action === "error") {
          results[index]!.push(action);
        }
      }
      assertEquals(results, plan.map((fate) => [expected(fate)]));
    },
  ));
});

Deno.test("every object of sendEach() gets its own outcome, in order, at any pace of reading", async () => {
  await fc.assert(fc.asyncProperty(
    fates,
    concurrency,
    turns,
    async (plan, concurrency, pace) => {
      await using server = await serverOf(plan);
      const inputs = plan.map(objectOf);
      const { readable, writable } = sendEach(server.session, "tk_1", {
        concurrency,
      });
      const written = writeAll(writable.getWriter(), inputs);
      let at = 0;
      for await (const { input, result, error } of readable) {
        await pass(pace);
        assertStrictEquals(input, inputs[at]);
        const { fails } = plan[at++]!;
        if (fails === "never") assert(result);
        else assertEquals((error as Error).message, fails);
      }
      assertEquals(at, plan.length);
      await written;
      await drainMicrotasks();
      assertEquals(server.open, 0);
      assert(server.mostOpen <= concurrency + failing(plan));
    },
  ));
});

Deno.test("whichever end of sendEach() is given up, and whenever, both end with the reason, and every slot is freed", async () => {
  await fc.assert(fc.asyncProperty(
    fates,
    concurrency,
    fc.nat({ max: 60 }),
    fc.constantFrom("readable", "writable", "signal"),
    async (plan, concurrency, after, end) => {
      await using server = await serverOf(plan);
      const stop = new AbortController();
      const reason = new Error("enough");
      const { readable, writable } = sendEach(server.session, "tk_1", {
        concurrency,
        signal: stop.signal,
      });
      const reader = readable.getReader();
      const writer = writable.getWriter();
      // On a stream that has failed, close() tells only that it has.
      const writing = writeAll(writer, plan.map(objectOf))
        .catch(() => writer.closed).catch((it) => it);
      const reading = readAll(reader).catch((it) => it);
      await pass(after);
      if (end === "readable") await reader.cancel(reason);
      else if (end === "writable") await writer.abort(reason);
      else stop.abort(reason);
      const wrote = await writing;
      const read = await reading;
      if (wrote !== undefined) assertStrictEquals(wrote, reason);
      if (read !== undefined) assertStrictEquals(read, reason);
      await drainMicrotasks();
      await drainMicrotasks();
      assertEquals(server.open, 0);
    },
  ));
});

/** An object that has that fate; its source fails where the fate says so. */
function objectOf(fate: Fate, index: number): SendEachItem {
  const { name, stream, signal } = fileOf(fate, index) as {
    readonly name: string;
    readonly stream: () => AsyncIterable<Uint8Array>;
    readonly signal: AbortSignal;
  };
  return { name, data: stream(), signal };
}

async function writeAll(
  writer: WritableStreamDefaultWriter<SendEachItem>,
  inputs: readonly SendEachItem[],
): Promise<void> {
  for (const input of inputs) await writer.write(input);
  await writer.close();
}

async function readAll(
  reader: ReadableStreamDefaultReader<unknown>,
): Promise<void> {
  for (;;) if ((await reader.read()).done) return;
}
