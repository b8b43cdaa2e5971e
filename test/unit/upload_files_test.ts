import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionException, ValidationException } from "../../lib/errors.ts";
import type { FileInputs } from "../../lib/pipe/file_input.ts";
import { type UploadEvent, uploadFiles } from "../../lib/pipe/upload_files.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { uploadServer } from "../support/upload_server.ts";

/** Files with these names, each with its name as content. */
function named(...names: readonly string[]): File[] {
  return names.map((name) => new File([name], name));
}

/** Everything that a stream gives, in short, and how it ended. */
async function told(stream: ReadableStream<UploadEvent>): Promise<unknown[]> {
  const texts: unknown[] = [];
  try {
    for await (const { index, action } of stream) {
      texts.push(`${index} ${action}`);
    }
  } catch (error) {
    texts.push(error);
  }
  return texts;
}

Deno.test("uploadFiles() tells each step of each file, then closes", async () => {
  await using server = await uploadServer((step, name) => {
    if (step === "write" && name === "b") throw new Error("No");
    return undefined;
  });
  const stream = uploadFiles(server.session, "tk_1", named("a", "b"), {
    concurrency: 1,
  });
  assertEquals(await told(stream), [
    "0 open",
    "0 write",
    "0 close",
    "0 complete",
    "1 open",
    "1 error",
  ]);
});

Deno.test("uploadFiles() begins no file while nobody reads", async () => {
  let given = 0;
  function* forever(): Generator<File> {
    for (;;) yield new File(["x"], `${given++}`);
  }
  await using server = await uploadServer();
  const stream = uploadFiles(server.session, "tk_1", forever(), {
    concurrency: 4,
  });
  for (let i = 0; i < 100; i++) await drainMicrotasks();
  // 64 events of 4 a file, and those of the files that were under way.
  assert(given >= 16 && given <= 20, `${given} files`);
  const before = given;
  const reader = stream.getReader();
  for (let i = 0; i < 40; i++) assert(!(await reader.read()).done);
  for (let i = 0; i < 100; i++) await drainMicrotasks();
  assert(given > before && given <= before + 12, `${given} files`);
  await reader.cancel();
  assertEquals(server.open, 0);
});

Deno.test("uploadFiles() leaves out writes for a slow reader, and nothing else", async () => {
  const gate = Promise.withResolvers<undefined>();
  await using server = await uploadServer((step) =>
    step === "write" ? gate.promise : undefined
  );
  const files = Array.from({ length: 100 }, (_, i) => new File(["x"], `${i}`));
  const stream = uploadFiles(server.session, "tk_1", files, {
    concurrency: 100,
  });
  await drainMicrotasks();
  gate.resolve(undefined);
  await drainMicrotasks();
  const counts: Record<string, number> = {};
  for await (const { action } of stream) {
    counts[action] = (counts[action] ?? 0) + 1;
  }
  assertEquals(counts, { open: 100, close: 100, complete: 100 });
});

Deno.test("uploadFiles() gives everything up when it is cancelled", async () => {
  await using server = await uploadServer((step) =>
    step === "write" ? new Promise<undefined>(() => {}) : undefined
  );
  let cancelled: unknown;
  const hanging = new ReadableStream({
    cancel(reason): void {
      cancelled = reason;
    },
  });
  const files = [{ name: "a", stream: hanging }, ...named("b", "c")];
  const stream = uploadFiles(server.session, "tk_1", files, {
    concurrency: 1,
  });
  const reader = stream.getReader();
  assertEquals((await reader.read()).value?.action, "open");
  await reader.cancel("enough");
  await drainMicrotasks();
  assertEquals(cancelled, "enough");
  assertEquals(server.objects.map(({ closed }) => closed), [true]);
});

Deno.test("uploadFiles() fails with a signal's reason itself, at once", async () => {
  await using server = await uploadServer((step) =>
    step === "close" ? new Promise<undefined>(() => {}) : undefined
  );
  const stop = new AbortController();
  const stream = uploadFiles(server.session, "tk_1", named("a"), {
    signal: stop.signal,
  });
  await drainMicrotasks();
  const reason = { why: "enough" };
  stop.abort(reason);
  await drainMicrotasks();
  assertStrictEquals((await told(stream)).at(-1), reason);
});

Deno.test("uploadFiles() fails after what was told before has been read", async () => {
  const failure = new Error("No more files");
  function* some(): Generator<File> {
    yield* named("a");
    throw failure;
  }
  await using server = await uploadServer();
  const stream = uploadFiles(server.session, "tk_1", some());
  for (let i = 0; i < 10; i++) await drainMicrotasks();
  assertEquals(await told(stream), [
    "0 open",
    "0 write",
    "0 close",
    "0 complete",
    failure,
  ]);
});

Deno.test("uploadFiles() fails when the session ends with files to come", async () => {
  async function* some(): AsyncGenerator<File> {
    yield* named("a");
    await new Promise(() => {});
  }
  await using server = await uploadServer();
  const reader = uploadFiles(server.session, "tk_1", some()).getReader();
  for (let i = 0; i < 4; i++) await reader.read();
  server.line.close(1006);
  await assertRejects(() => reader.read(), ConnectionException);
});

Deno.test("uploadFiles() refuses what is no file at once, and missing files when read", async () => {
  await using server = await uploadServer();
  const { session } = server;
  const wrong = [7] as unknown as FileInputs;
  assertThrows(() => uploadFiles(session, "tk_1", wrong), TypeError);
  assertThrows(() => uploadFiles(session, "", named("a")), TypeError);
  const stream = uploadFiles(session, "tk_1", [...named("a"), "/no/such"]);
  await assertRejects(() => stream.getReader().read(), ValidationException);
  assertEquals(server.requests.length, 0);
});
