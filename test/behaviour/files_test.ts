import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  type EventMessage,
  events,
  type FileInput,
  getTaskStatus,
  pipe,
  send,
  sendFiles,
  type Session,
  uploadFiles,
  use,
  ValidationException,
} from "@rocketride/streams";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { bomb, DIGEST, TEXT, through, valve } from "../support/pipelines.ts";
import { withFiles } from "../support/with_files.ts";

/** Fails the test by hanging unless that many slots of a task are free. */
async function slotsAreFree(
  session: Session,
  task: { readonly token: string },
  count: number,
): Promise<void> {
  const pipes = await Promise.all(
    Array.from(
      { length: count },
      () => pipe(session, task, { mimeType: "text/plain" }),
    ),
  );
  await Promise.all(pipes.map((it) => it.close()));
}

forEveryTransport("files of every form arrive as they are", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  await withFiles({ "a.txt": "by path", "b.md": "by URL" }, async (folder) => {
    const files: FileInput[] = [
      `${folder}/a.txt`,
      new URL(`file://${folder}/b.md`),
      new URL("data:text/plain,by%20fetch"),
      new File(["by File"], "c.txt"),
      { file: new Blob(["by Blob"]), name: "d.txt" },
      { name: "e.txt", stream: new Blob(["by stream"]).stream() },
      [new File(["by tuple"], "f"), { tag: "x" }, "text/plain"],
    ];
    const results = await sendFiles(session, task, files);
    assertEquals(results.map(({ action, result }) => [action, result?.text]), [
      ["complete", ["by path\n\n"]],
      ["complete", ["by URL\n\n"]],
      ["complete", ["by fetch\n\n"]],
      ["complete", ["by File\n\n"]],
      ["complete", ["by Blob\n\n"]],
      ["complete", ["by stream\n\n"]],
      ["complete", ["by tuple\n\n"]],
    ]);
    assertEquals(results.map(({ result }) => result?.name), [
      "a.txt",
      "b.md",
      "data",
      "c.txt",
      "d.txt",
      "e.txt",
      "f",
    ]);
    assertEquals(results.map((it) => it.filepath).slice(0, 2), [
      `${folder}/a.txt`,
      `file://${folder}/b.md`,
    ]);
  });
});

forEveryTransport("a large file arrives byte for byte", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: DIGEST });
  const whole = new Uint8Array(3_000_001);
  for (let i = 0; i < whole.length; i++) whole[i] = (i * 131) >> 5;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  await withFiles({ "large.bin": whole }, async (folder) => {
    const writes: number[] = [];
    const [sent] = await sendFiles(session, task, [`${folder}/large.bin`], {
      onProgress({ action, bytes_sent }): void {
        if (action === "write") writes.push(bytes_sent as number);
      },
    });
    assertEquals(sent?.result?.metadata?.sha256, digest.toHex());
    assertEquals([sent?.bytes_sent, sent?.file_size], [
      whole.length,
      whole.length,
    ]);
    assertEquals(writes.at(-1), whole.length);
    assertEquals(writes, writes.toSorted((a, b) => a - b));
  });
});

forEveryTransport(
  "a missing file means that nothing is sent",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    await withFiles({ "a.txt": "here" }, async (folder) => {
      const error = await assertRejects(
        () =>
          sendFiles(session, task, [
            `${folder}/a.txt`,
            `${folder}/nothing.txt`,
          ]),
        ValidationException,
      );
      assertEquals(error.code, "file-not-found");
    });
    assertEquals((await getTaskStatus(session, task)).totalCount, 0);
  },
);

forEveryTransport(
  "files that fail in the pipeline leave the others and the slots alone",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("bomb"),
      threads: 2,
    });
    const texts = Array.from(
      { length: 7 },
      (_, i) => new File(["x"], `${i}.txt`),
    );
    // What is no text does not reach the node that explodes.
    const raw = new File(["x"], "raw.bin");
    const results = await sendFiles(session, task, [...texts, raw]);
    assertEquals(results.map(({ action }) => action), [
      ...texts.map(() => "error"),
      "complete",
    ]);
    for (const { error } of results.slice(0, -1)) {
      assert(error?.includes("Node exploded"), error);
    }
    await slotsAreFree(session, task, 2);
  },
  { nodes: [bomb()] },
);

forEachTransport(
  "a task tells how many slots it has, where that is known",
  async (options) => {
    await using session = await connect(options);
    await using own = await use(session, { pipeline: TEXT, threads: 3 });
    assertEquals(own.threads, 3);
    const { token } = own;
    const joined = await use(session, {
      pipeline: TEXT,
      token,
      threads: 9,
      useExisting: true,
    });
    // What it was started with counts, and nobody tells that.
    assertEquals(joined.threads, undefined);
  },
);

const held = valve();
forEveryTransport(
  "an abort frees the slots of everything that was under way",
  async (options) => {
    held.shut();
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("valve"),
      threads: 2,
    });
    const stop = new AbortController();
    const reason = new Error("enough");
    function* forever(): Generator<File> {
      for (let i = 0;; i++) yield new File(["x"], `${i}.txt`);
    }
    const sending = sendFiles(session, task, forever(), {
      signal: stop.signal,
    });
    await held.reached();
    stop.abort(reason);
    assertStrictEquals(await sending.catch((error) => error), reason);
    held.open();
    await slotsAreFree(session, task, 2);
  },
  { nodes: [held.node] },
);

const shut = valve();
forEveryTransport(
  "a cancelled stream of uploads frees its slots",
  async (options) => {
    shut.shut();
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("valve"),
      threads: 1,
    });
    const files = [new File(["x"], "a.txt"), new File(["x"], "b.txt")];
    const reader = uploadFiles(session, task, files).getReader();
    assertEquals((await reader.read()).value?.action, "open");
    await shut.reached();
    await reader.cancel();
    shut.open();
    await slotsAreFree(session, task, 1);
  },
  { nodes: [shut.node] },
);

forEveryTransport(
  "progress reaches the session's event handler",
  async (options) => {
    const seen: EventMessage[] = [];
    const session = await connect({
      ...options,
      onEvent: (event) => seen.push(event),
    });
    await using task = await use(session, { pipeline: TEXT });
    await sendFiles(session, task, [new File(["Hello"], "a.txt")]);
    const uploads = seen.filter((it) => it.event === "apaevt_status_upload");
    assertEquals(uploads.map(({ body }) => body?.action), [
      "open",
      "write",
      "close",
      "complete",
    ]);
    await close(session);
  },
);

forEveryTransport(
  "progress can be read as a stream of the task's events",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const stream = await events(session, task, {
      types: ["apaevt_status_upload"],
    });
    await sendFiles(session, task, [new File(["Hello"], "a.txt")]);
    const told: unknown[] = [];
    for await (const event of stream) {
      if (event.type === "event") told.push(event.body?.action);
      if (told.at(-1) === "complete") break;
    }
    assertEquals(told, ["open", "write", "close", "complete"]);
  },
);

forEveryTransport(
  "files whose session closes get an answer",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    const begun = Promise.withResolvers<void>();
    const hanging = new ReadableStream({ pull: () => begun.resolve() }, {
      highWaterMark: 0,
    });
    const sending = sendFiles(session, task, [
      new File(["x"], "a.txt"),
      { name: "b.txt", stream: hanging },
    ], { concurrency: 1 });
    await begun.promise;
    await close(session);
    const results = await sending;
    assertEquals(results.map(({ action }) => action), ["complete", "error"]);
    assertInstanceOf(results[1]?.cause, ConnectionException);
  },
);

/** Send so many files where two can be open: they wait, and are few at once. */
async function sendMany(options: ConnectOptions, count: number): Promise<void> {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  let open = 0;
  let most = 0;
  function* many(): Generator<FileInput> {
    for (let i = 0; i < count; i++) {
      most = Math.max(most, ++open);
      yield new File([`${i}`], `${i}.txt`);
    }
  }
  const results = await sendFiles(session, task, many(), {
    onProgress({ action }): void {
      if (action === "complete") open--;
    },
  });
  assertEquals(results.length, count);
  for (const [index, { action, filepath, result }] of results.entries()) {
    if (action === "complete" && filepath === `${index}.txt`) continue;
    throw new Error(`${filepath}: ${JSON.stringify(result)}`);
  }
  assert(most <= 16, `${most} files at once`);
}

forEachTransport(
  "10,000 files go through two slots",
  (options) => sendMany(options, 10_000),
  { maxPipes: 2 },
);

// HTTP has a request for each, and nothing that would add up.
forEveryTransport(
  "1,000 files go through two slots",
  (options) => sendMany(options, 1_000),
  { maxPipes: 2 },
);

forEveryTransport("an empty text gives no text", async (options) => {
  const session = await connect(options);
  const task = await use(session, { pipeline: TEXT });
  const sources = ["", new File([], "empty.txt", { type: "text/plain" })];
  for (const source of sources) {
    const result = await send(session, task, source);
    assertEquals(result.text, undefined);
  }
  const [uploaded] = await sendFiles(session, task, [
    new File([], "empty.sh"),
  ]);
  assertEquals(uploaded?.action, "complete");
  assertEquals(uploaded?.result?.text, undefined);
  await close(session);
});
