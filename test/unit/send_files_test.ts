import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionException,
  ExecutionException,
  isDAPException,
  PipeException,
  ValidationException,
} from "../../lib/errors.ts";
import type { FileInput, FileInputs } from "../../lib/pipe/file_input.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import type { SendFilesOptions } from "../../lib/pipe/options.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import type { EventMessage } from "../../schema/envelope.ts";
import type { UploadBody } from "../../schema/event.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { type UploadServer, uploadServer } from "../support/upload_server.ts";

/** Files with these names, each with its name as content. */
function named(...names: readonly string[]): File[] {
  return names.map((name) => new File([name], name));
}

/** What became of files, in short: `a.txt: complete`. */
async function outcomes(
  server: UploadServer,
  files: FileInputs,
  options?: SendFilesOptions,
): Promise<string[]> {
  const results = await sendFiles(server.session, "tk_1", files, options);
  return results.map(({ filepath, action, error }) =>
    `${filepath}: ${error ?? action}`
  );
}

/** A stream that says whether it was cancelled, and why. */
function watched(name: string): {
  readonly input: FileInput;
  readonly reason: () => unknown;
} {
  let cancelled: unknown = "never";
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new Uint8Array(5_000)),
    cancel(reason): void {
      cancelled = reason;
    },
  });
  return { input: { name, stream }, reason: () => cancelled };
}

Deno.test("each file is one object, with its name, size, type and content", async () => {
  await using server = await uploadServer();
  assertEquals(
    await outcomes(server, [
      new File(["a,b"], "a.csv"),
      [new File(["{}"], "b.json"), { owner: "Ada" }],
      { name: "c", stream: () => new Blob(["text"]).stream(), size: 4 },
      new File([], "empty.txt"),
    ], { concurrency: 1 }),
    [
      "a.csv: complete",
      "b.json: complete",
      "c: complete",
      "empty.txt: complete",
    ],
  );
  const seen = server.objects.map(({ object, mimeType, text }) => {
    const { objectId, ...rest } = object;
    assert(objectId);
    return [rest, mimeType, text];
  });
  assertEquals(seen, [
    [{ name: "a.csv", size: 3 }, "text/csv", "a,b"],
    [{ name: "b.json", owner: "Ada", size: 2 }, "application/json", "{}"],
    [{ name: "c", size: 4 }, "application/octet-stream", "text"],
    // A declared size of 0 makes engines skip the object.
    [{ name: "empty.txt", size: 1 }, "text/plain", ""],
  ]);
  assertEquals(new Set(server.objects.map((it) => it.object.objectId)).size, 4);
});

Deno.test("results are in the order of the files, whoever is done first", async () => {
  const gates = new Map<string, PromiseWithResolvers<undefined>>();
  await using server = await uploadServer((step, name) => {
    if (step !== "close") return undefined;
    const gate = Promise.withResolvers<undefined>();
    gates.set(name, gate);
    return gate.promise;
  });
  const sending = outcomes(server, named("a", "b", "c"));
  await drainMicrotasks();
  for (const name of ["c", "a", "b"]) {
    gates.get(name)?.resolve(undefined);
    await drainMicrotasks();
  }
  assertEquals(await sending, ["a: complete", "b: complete", "c: complete"]);
});

const LIMITS:
  readonly (readonly [SendFilesOptions, number | null | undefined, number])[] =
    [
      [{}, undefined, 16],
      [{}, null, 16],
      [{ concurrency: 1 }, undefined, 1],
      [{ concurrency: 7 }, undefined, 7],
      [{ concurrency: 7 }, 3, 6],
      [{}, 2, 4],
      [{}, 64, 16],
    ];

for (const [options, threads, expected] of LIMITS) {
  Deno.test(`${options.concurrency ?? "the default"} at once, with ${threads ?? "unknown"} slots, means ${expected}`, async () => {
    const gate = Promise.withResolvers<undefined>();
    await using server = await uploadServer((step) =>
      step === "write" ? gate.promise : undefined
    );
    const files = Array.from({ length: 20 }, (_, i) => new File(["x"], `${i}`));
    // Untyped callers have `null` where nothing is known.
    const task = { token: "tk_1", threads: threads as undefined };
    const sending = sendFiles(server.session, task, files, options);
    for (let i = 0; i < 20; i++) await drainMicrotasks();
    assertEquals(server.open, expected);
    gate.resolve(undefined);
    await sending;
    assertEquals(server.objects.length, 20);
  });
}

Deno.test("an iterable without end is read only as fast as files are sent", async () => {
  let given = 0;
  function* forever(): Generator<File> {
    for (;;) yield new File(["x"], `${given++}`);
  }
  await using server = await uploadServer((step) =>
    step === "close" ? new Promise<undefined>(() => {}) : undefined
  );
  const stop = new AbortController();
  const reason = new Error("enough");
  const sending = sendFiles(server.session, "tk_1", forever(), {
    signal: stop.signal,
    concurrency: 3,
  });
  await drainMicrotasks();
  assertEquals(given, 3);
  stop.abort(reason);
  assertStrictEquals(await sending.catch((error) => error), reason);
});

Deno.test("no files are no requests", async () => {
  await using server = await uploadServer();
  assertEquals(await outcomes(server, []), []);
  assertEquals(server.requests.length, 0);
});

for (
  const [what, size, expected] of [
    [
      "fewer bytes than were declared",
      3_000_000,
      "ended after 1000 of 3000000 bytes",
    ],
    ["more bytes than were declared", 999, "has more than 999 bytes"],
    ["bytes where none were declared", 0, "has more than 0 bytes"],
  ] as const
) {
  Deno.test(`${what} are an error of that file`, async () => {
    await using server = await uploadServer();
    const text = "x".repeat(1_000);
    const stream = () => new Blob([text]).stream();
    const wholeFile = new File([text], "whole");
    const results = await sendFiles(server.session, "tk_1", [
      { name: "a.bin", stream, size },
      { name: "b.txt", stream: () => strings(text), size },
      { name: "c.bin", stream, objinfo: { size } },
      { file: new File([text], "d.txt"), objinfo: { size } },
      [new File([text], "e.bin"), { size }],
      { name: "f.bin", stream, size: 1_000 },
      {
        name: "g.html",
        stream: () => strings(text),
        size: 1_000,
        mimeType: "text/html; charset=latin1",
      },
      wholeFile,
    ]);
    assertEquals(
      results.map(({ filepath, error }) => `${filepath}: ${error ?? "whole"}`),
      [
        ...["a.bin", "b.txt", "c.bin", "d.txt", "e.bin"]
          .map((name) =>
            `${name}: Cannot send the file: it ${expected}. ` +
            "It changed while it was sent, or its declared size is wrong."
          ),
        "f.bin: whole",
        "g.html: whole",
        "whole: whole",
      ],
    );
    assert(isDAPException(results[0]!.cause, "file-not-readable"));
    assertEquals(server.open, 0);
    // Nothing beyond the size has reached the engine.
    const most = Math.max(
      ...server.objects.slice(0, -3).map(
        ({ text }) => text.length,
      ),
    );
    assert(most <= size, `${most} bytes`);
  });
}

async function* strings(text: string): AsyncGenerator<string> {
  yield text.slice(0, 10);
  yield text.slice(10);
}

Deno.test("characters of text count as UTF-8, however they are cut", async () => {
  await using server = await uploadServer();
  const text = "aß€😀".repeat(50);
  const size = new TextEncoder().encode(text).length;
  async function* units(): AsyncGenerator<string> {
    for (let i = 0; i < text.length; i++) yield text.charAt(i);
  }
  const files = [{ name: "a.txt", stream: units, size }];
  assertEquals(await outcomes(server, files), ["a.txt: complete"]);
  assertEquals(server.objects[0]?.text, text);
});

Deno.test("a file that gets shorter while it is sent is an error, one that grows is sent as it is", async () => {
  await using temp = await tempFolder();
  await using server = await uploadServer();
  const path = `${temp.path}/a.bin`;
  for (
    const [change, expected] of [
      [() => Deno.truncateSync(path, 1_000), "error 1000 of 3000000"],
      [
        () =>
          Deno.writeFileSync(path, new Uint8Array(500_000), { append: true }),
        "complete 3500000 of 3500000",
      ],
    ] as const
  ) {
    await Deno.writeFile(path, new Uint8Array(3_000_000));
    const ratios: number[] = [];
    const [result] = await sendFiles(server.session, "tk_1", [path], {
      onProgress({ action, bytes_sent, file_size }): void {
        if (action === "open") change();
        ratios.push(bytes_sent / file_size);
      },
    });
    const { action, bytes_sent, file_size } = result!;
    const sent = action === "error" ? 1_000 : bytes_sent;
    assertEquals(`${action} ${sent} of ${file_size}`, expected);
    assertEquals(Math.max(...ratios) <= 1, true, String(ratios));
  }
});

for (
  const [charset, content] of [
    ["iso-8859-1", Uint8Array.from({ length: 1_000 }, () => 0xe9)],
    ["utf-16le", new Uint8Array(new Uint16Array(600_000).fill(0x20ac).buffer)],
    ["utf-16le", new Uint8Array([0xff, 0xfe])],
    [
      "shift_jis",
      Uint8Array.from({ length: 900_000 }, (_, i) => i % 2 ? 0xa0 : 0x82),
    ],
  ] as const
) {
  Deno.test(`progress counts bytes of the file, ${content.length} in ${charset}`, async () => {
    await using server = await uploadServer();
    const mimeType = `text/plain; charset=${charset}`;
    const told: UploadBody[] = [];
    const file = new File([content], "a.txt");
    const [result] = await sendFiles(
      server.session,
      "tk_1",
      [[file, undefined, mimeType]],
      { frameBytes: 64 * 1024, onProgress: (body) => told.push(body) },
    );
    assertEquals(result?.action, "complete", result?.error);
    assertEquals(result?.bytes_sent, content.length);
    assertEquals(
      server.objects[0]?.text,
      new TextDecoder(charset).decode(content),
    );
    let last = 0;
    for (const { bytes_sent, file_size } of told) {
      assertEquals(file_size, content.length);
      assert(bytes_sent >= last && bytes_sent <= file_size, `${bytes_sent}`);
      last = bytes_sent;
    }
  });
}

Deno.test("a file that fails at any step fails alone, and its pipe is closed", async () => {
  await using server = await uploadServer((step, name) => {
    if (name === `bad ${step}`) throw new Error(`No ${step}`);
    return undefined;
  });
  assertEquals(
    await outcomes(
      server,
      named("a", "bad open", "bad write", "bad close", "b"),
    ),
    [
      "a: complete",
      "bad open: No open",
      "bad write: No write",
      "bad close: No close",
      "b: complete",
    ],
  );
  await drainMicrotasks();
  assertEquals(server.open, 0);
});

Deno.test("a failed file has what was thrown as its cause", async () => {
  await using server = await uploadServer((step) => {
    if (step === "write") throw new Error("No");
    return undefined;
  });
  const [result] = await sendFiles(server.session, "tk_1", named("a"));
  assertInstanceOf(result?.cause, PipeException);
  assertEquals(result.cause.phase, "write");
  assertEquals([result.bytes_sent, result.file_size], [0, 1]);
});

Deno.test("a source that fails fails alone", async () => {
  await using server = await uploadServer();
  async function* broken(): AsyncGenerator<string> {
    yield "half";
    await undefined;
    throw new Error("Disk is on fire");
  }
  assertEquals(
    await outcomes(server, [{ name: "a", stream: broken }, ...named("b")]),
    ["a: Disk is on fire", "b: complete"],
  );
  await drainMicrotasks();
  assertEquals(server.open, 0);
});

Deno.test("42 an object that failed in the pipeline is a failed upload, with its result", async () => {
  const result = { objectId: "o", error: { message: "Node exploded" } };
  await using server = await uploadServer((step) =>
    step === "close" ? result : undefined
  );
  const [failed] = await sendFiles(server.session, "tk_1", named("a"));
  assertEquals([failed?.action, failed?.error], ["error", "Node exploded"]);
  assertEquals(failed?.result, result);
  assertInstanceOf(failed?.cause, ExecutionException);
  const [returned] = await sendFiles(server.session, "tk_1", named("a"), {
    onPipelineError: "return",
  });
  assertEquals([returned?.action, returned?.error], ["complete", undefined]);
  assertEquals(returned?.result, result);
});

const BAD: readonly (readonly [string, unknown, SendFilesOptions, string])[] = [
  ["a single path", "a.txt", {}, "TypeError"],
  ["a single File", new File([], "a"), {}, "TypeError"],
  ["no files at all", undefined, {}, "TypeError"],
  ["something that is no file", [...named("a"), 7], {}, "TypeError"],
  ["concurrency 0", named("a"), { concurrency: 0 }, "RangeError"],
  ["concurrency 1.5", named("a"), { concurrency: 1.5 }, "RangeError"],
  ["retries below 0", named("a"), { retries: -1 }, "RangeError"],
  ["endless retries", named("a"), { retries: Infinity }, "RangeError"],
  ["frames of 1 byte", named("a"), { frameBytes: 1 }, "RangeError"],
  ["a timeout of 0", named("a"), { timeout: 0 }, "RangeError"],
  ["a missing file", [...named("a"), "/no/such"], {}, "ValidationException"],
  [
    "a missing file by URL",
    new Set([new URL("file:///no/such")]),
    {},
    "ValidationException",
  ],
  ["a folder", [["/"]], {}, "ValidationException"],
  [
    "an address of another kind",
    [new URL("ftp://a")],
    {},
    "ValidationException",
  ],
];

for (const [name, files, options, expected] of BAD) {
  Deno.test(`${name} is refused before anything is sent`, async () => {
    await using server = await uploadServer();
    const error = await assertRejects(
      () => sendFiles(server.session, "tk_1", files as FileInputs, options),
      Error,
    );
    assertEquals(error.name, expected);
    assertEquals(server.requests.length, 0);
  });
}

Deno.test("what is no file is told with its number", async () => {
  await using server = await uploadServer();
  await assertRejects(
    () => sendFiles(server.session, "tk_1", [...named("a", "b"), 7 as never]),
    TypeError,
    "(file 2)",
  );
});

Deno.test("what an iterable gives wrongly is an error of that file alone", async () => {
  await using server = await uploadServer();
  function* some(): Generator<FileInput> {
    yield* named("a");
    yield "/no/such";
    yield 7 as never;
    yield* named("b");
  }
  assertEquals(await outcomes(server, some(), { concurrency: 1 }), [
    "a: complete",
    '/no/such: Cannot read "/no/such": there is no such file',
    ": Cannot upload a value of type number: expected a file",
    "b: complete",
  ]);
});

Deno.test("what an iterable throws rejects when the begun files are done with", async () => {
  const failure = new Error("No more files");
  async function* some(): AsyncGenerator<File> {
    yield* named("a");
    await undefined;
    throw failure;
  }
  await using server = await uploadServer();
  const sending = sendFiles(server.session, "tk_1", some());
  assertStrictEquals(await sending.catch((error) => error), failure);
  assertEquals(server.objects.map(({ closed }) => closed), [true]);
});

Deno.test("an abort before the call sends nothing", async () => {
  await using server = await uploadServer();
  const signal = AbortSignal.abort("enough");
  const sending = sendFiles(server.session, "tk_1", named("a"), { signal });
  assertEquals(await sending.catch((error) => error), "enough");
  assertEquals(server.requests.length, 0);
});

Deno.test("an abort frees every slot, cancels every source, and takes no more", async () => {
  await using server = await uploadServer();
  const sources = [watched("a"), watched("b"), watched("c")];
  const stop = new AbortController();
  const reason = new Error("enough");
  const told: string[] = [];
  const sending = sendFiles(
    server.session,
    "tk_1",
    sources.map(({ input }) => input),
    {
      signal: stop.signal,
      concurrency: 2,
      onProgress: ({ action, filepath }) => told.push(`${filepath} ${action}`),
    },
  );
  await drainMicrotasks();
  assertEquals(server.open, 2);
  stop.abort(reason);
  assertStrictEquals(await sending.catch((error) => error), reason);
  await drainMicrotasks();
  assertEquals(server.open, 0);
  assertEquals(sources.map((it) => it.reason()), [reason, reason, "never"]);
  assertEquals(told.filter((text) => text.endsWith("error")), [
    "a error",
    "b error",
  ]);
});

Deno.test("a signal of one file gives up that file alone", async () => {
  await using server = await uploadServer();
  const stop = new AbortController();
  const reason = new Error("Not this one");
  const { input, reason: cancelled } = watched("a");
  const sending = sendFiles(server.session, "tk_1", [
    {
      ...input as { name: string; stream: ReadableStream },
      signal: stop.signal,
    },
    ...named("b"),
    { file: named("c")[0]!, signal: AbortSignal.abort("never begun") },
  ]);
  await drainMicrotasks();
  stop.abort(reason);
  const results = await sending;
  assertEquals(results.map(({ action }) => action), [
    "error",
    "complete",
    "error",
  ]);
  assertStrictEquals(results[0]?.cause, reason);
  assertEquals(results[0]?.error, "Not this one");
  assertEquals(results[2]?.error, "never begun");
  await drainMicrotasks();
  assertEquals(server.open, 0);
  assertStrictEquals(cancelled(), reason);
  assertEquals(server.objects.length, 2);
});

Deno.test("no signal is listened to when everything is done", async () => {
  await using server = await uploadServer();
  const all = countingSignal();
  const one = countingSignal();
  const [file] = named("a");
  await sendFiles(
    server.session,
    "tk_1",
    [{ file: file!, signal: one.signal }],
    {
      signal: all.signal,
    },
  );
  assertEquals([all.listeners, one.listeners], [0, 0]);
});

Deno.test("a stream that is made too late is cancelled", async () => {
  await using server = await uploadServer();
  const making = Promise.withResolvers<ReadableStream>();
  const stop = new AbortController();
  const sending = sendFiles(server.session, "tk_1", [
    { name: "a", stream: () => making.promise, signal: stop.signal },
  ]);
  await drainMicrotasks();
  stop.abort("enough");
  assertEquals((await sending)[0]?.error, "enough");
  let cancelled: unknown;
  making.resolve(
    new ReadableStream({
      cancel(reason): void {
        cancelled = reason;
      },
    }),
  );
  await drainMicrotasks();
  assertEquals(cancelled, "enough");
});

Deno.test("of a list every file gets a result when the line drops", async () => {
  await using server = await uploadServer((step) =>
    step === "close" ? new Promise<undefined>(() => {}) : undefined
  );
  let opened = false;
  function stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    opened = true;
    return new Blob(["c"]).stream();
  }
  const files = [...named("a", "b"), { name: "c", stream }];
  const sending = sendFiles(server.session, "tk_1", files, { concurrency: 2 });
  await drainMicrotasks();
  server.line.close(1006);
  const results = await sending;
  assertEquals(opened, false, "nothing is opened in vain");
  assertEquals(results.map(({ action }) => action), [
    "error",
    "error",
    "error",
  ]);
  for (const { cause } of results) assertInstanceOf(cause, ConnectionException);
});

Deno.test("of an iterable nothing more is taken when the line drops", async () => {
  let given = 0;
  async function* some(): AsyncGenerator<File> {
    yield* named("a", "b");
    given = 2;
    await new Promise(() => {}); // as a folder that is watched
  }
  await using server = await uploadServer();
  const sending = sendFiles(server.session, "tk_1", some());
  await drainMicrotasks();
  assertEquals(given, 2);
  server.line.close(1006);
  assertInstanceOf(
    await sending.catch((error) => error),
    ConnectionException,
  );
});

/**
 * Let the first attempts at some files fail as if the line had dropped, and
 * the session were dialling again.
 */
function dropping(server: UploadServer, times: number, retryable = true): void {
  const core = coreOf(server.session);
  const request = core.request.bind(core);
  let left = times;
  core.request = (message, options) => {
    const { subcommand } = message.arguments ?? {};
    if (subcommand !== "write" || left-- <= 0) return request(message, options);
    return Promise.reject(
      new ConnectionException("Connection was lost", { sent: true, retryable }),
    );
  };
}

const RETRIES:
  readonly (readonly [string, number, boolean, FileInput, string])[] = [
    ["none is asked for", 0, true, named("a")[0]!, "Connection was lost"],
    ["there are enough", 2, true, named("a")[0]!, "complete"],
    ["there are too few", 1, true, named("a")[0]!, "Connection was lost"],
    ["it is of no use", 2, false, named("a")[0]!, "Connection was lost"],
    [
      "a stream is gone",
      2,
      true,
      { name: "a", stream: new Blob(["a"]).stream() },
      "Connection was lost",
    ],
    [
      "a stream can be made anew",
      2,
      true,
      { name: "a", stream: () => new Blob(["a"]).stream() },
      "complete",
    ],
  ];

for (const [name, retries, retryable, input, expected] of RETRIES) {
  Deno.test(`a file is sent anew after its line was lost, when ${name}: ${expected}`, async () => {
    await using server = await uploadServer();
    dropping(server, 2, retryable);
    const [outcome] = await outcomes(server, [input], { retries });
    assert(outcome?.startsWith(`a: ${expected}`), outcome);
    // One object, however often it was sent.
    const ids = server.objects.map(({ object }) => object.objectId);
    assertEquals(new Set(ids).size, 1);
    await drainMicrotasks();
    assertEquals(server.open, 0);
  });
}

Deno.test("a refusal is not tried again", async () => {
  await using server = await uploadServer((step) => {
    if (step === "write") throw new Error("No");
    return undefined;
  });
  assertEquals(await outcomes(server, named("a"), { retries: 5 }), ["a: No"]);
  assertEquals(server.objects.length, 1);
});

Deno.test("progress is told to the caller and to who listens to the session", async () => {
  const events: EventMessage[] = [];
  await using server = await uploadServer((step, name) => {
    if (name === "b" && step === "open") throw new Error("No");
    return undefined;
  }, { onEvent: (event) => events.push(event) });
  const told: [UploadBody, number][] = [];
  const results = await sendFiles(server.session, "tk_1", named("a", "b"), {
    concurrency: 1,
    onProgress: (body, index) => told.push([body, index]),
  });
  assertEquals(told.map(([{ action }, index]) => `${index} ${action}`), [
    "0 open",
    "0 write",
    "0 close",
    "0 complete",
    "1 error",
  ]);
  assertEquals<unknown>(told[3]?.[0], results[0]);
  assertEquals(
    events,
    told.map(([body]) => ({
      type: "event",
      seq: 0,
      event: "apaevt_status_upload",
      body,
    })),
  );
});

Deno.test("what observers throw harms nobody", async () => {
  await using server = await uploadServer(undefined, {
    onEvent(): never {
      throw new Error("Broken listener");
    },
  });
  const onProgress = (): Promise<never> => Promise.reject(new Error("Late"));
  assertEquals(await outcomes(server, named("a"), { onProgress }), [
    "a: complete",
  ]);
  const thrower = (): never => {
    throw new Error("At once");
  };
  assertEquals(await outcomes(server, named("a"), { onProgress: thrower }), [
    "a: complete",
  ]);
});

Deno.test("a path in a list is looked at first, and opened in its turn", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const paths = ["a.txt", "b.csv"].map((name) => `${folder}/${name}`);
  await using server = await uploadServer(async (step, name) => {
    // Gone between the look and its turn: an error of its own.
    if (step === "open" && name === "a.txt") await Deno.remove(paths[1]!);
    return undefined;
  });
  for (const path of paths) await Deno.writeTextFile(path, path);
  const results = await sendFiles(server.session, "tk_1", paths, {
    concurrency: 1,
  });
  assertEquals(results[0]?.result?.text, [paths[0]!]);
  assertInstanceOf(results[1]?.cause, ValidationException);
  assertEquals(results[1].cause.code, "file-not-found");
});

for (const retries of [0, 1]) {
  Deno.test(`a session that reconnects sends files anew, ${retries} times`, async () => {
    let hangs = true;
    await using server = await uploadServer(
      (step) =>
        step === "close" && hangs
          ? new Promise<undefined>(() => {})
          : undefined,
      { persist: true },
    );
    const files = named("a", "b", "c");
    const sending = sendFiles(server.session, "tk_1", files, {
      retries,
      concurrency: 2,
    });
    await drainMicrotasks();
    server.line.close(1006, "Line dropped");
    hangs = false;
    await server.clock.advance(20_000);
    const results = await sending;
    const expected = retries > 0 ? "complete" : "error";
    assertEquals(results.map(({ action }) => action), [
      expected,
      expected,
      "complete",
    ]);
    // Counted anew at every attempt.
    assertEquals(results.map(({ bytes_sent }) => bytes_sent), [1, 1, 1]);
    // Before the line goes: this session would dial again.
    await close(server.session);
  });
}
