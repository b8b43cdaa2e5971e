import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FileInput } from "../../lib/pipe/file_input.ts";
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
