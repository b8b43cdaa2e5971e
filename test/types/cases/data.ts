import {
  DataPipe,
  pipe,
  type PipeChunk,
  type PipelineInput,
  type PipelineResult,
  restart,
  send,
  sendEach,
  type SendEachOutput,
  sendFiles,
  type Session,
  type Task,
  uploadFiles,
  type UploadResult,
  use,
  validate,
  type ValidationResult,
} from "@rocketride/streams";
import { same } from "./_same.ts";

export async function streams(
  session: Session,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytes: ReadableStream<Uint8Array>,
  texts: ReadableStream<string>,
  records: ReadableStream<{ id: number }>,
): Promise<void> {
  const { token } = await use(session, { filepath: "a.pipe.json" });
  const target = await pipe(session, token, { mimeType: "text/csv" });
  same<typeof target, DataPipe>();
  const stream: WritableStream<PipeChunk> = target;
  void stream;
  await body.pipeTo(target);
  await bytes.pipeTo(target);
  await texts.pipeTo(target, { preventClose: true });
  await body.pipeThrough(new TextDecoderStream()).pipeTo(target);
  // @ts-expect-error: records are no chunks; make text or bytes of them
  await records.pipeTo(target);

  const writer = target.getWriter();
  await writer.write("text");
  await writer.write(new Uint8Array(1));
  await writer.write(new Float64Array(1).buffer);
  // @ts-expect-error: numbers are no chunks
  await writer.write(1);

  same<typeof target.result, Promise<PipelineResult>>();
  same<typeof target.pipeId, number>();
  // @ts-expect-error: pipes are made by pipe() alone
  new DataPipe();
}

/** One shape for pipelines. */
export async function pipelines(
  session: Session,
  given: PipelineInput,
): Promise<void> {
  const task = await use(session, given);
  same<typeof task, Task>();
  const again = await restart(session, task, given);
  same<typeof again, Task>();
  const found = await validate(session, given);
  same<typeof found, ValidationResult>();
  // @ts-expect-error: a pipeline is given by name
  await validate(session, { components: [] });
  // @ts-expect-error: only a start has a limit
  await restart(session, task, { ...given, ttl: 60 });
}

export async function sources(
  session: Session,
  file: File,
  response: Response,
  stream: ReadableStream<Uint8Array>,
  lines: AsyncIterable<string>,
): Promise<PipelineResult> {
  const task = { token: "tk_1" };
  await send(session, task, "text", { objinfo: { name: "a", extra: 1 } });
  await send(session, task, file);
  await send(session, task, response, { framing: "chunk" });
  await send(session, task, stream, { onPipelineError: "return" });
  await send(session, task, lines);
  // @ts-expect-error: a number is no source
  await send(session, task, 1);
  // @ts-expect-error: what does an object look like on the wire?
  await send(session, task, { a: 1 });
  // @ts-expect-error: framing is one of two words
  await send(session, task, "text", { framing: "line" });
  // @ts-expect-error: a size is a number
  await send(session, task, "text", { objinfo: { size: "1" } });
  return await send(session, "tk_1", new ArrayBuffer(1), { signal: null });
}

export async function files(
  session: Session,
  file: File,
  stream: ReadableStream<string>,
): Promise<void> {
  const task = await use(session, { pipeline: { components: [] } });
  const results = await sendFiles(session, task, [
    "a.txt",
    new URL("file:///a.txt"),
    file,
    { file, mimeType: "text/plain" },
    { name: "b.txt", stream },
    { name: "c.txt", stream: () => stream, size: 3 },
    ["d.txt", { department: "legal" }, "text/plain"],
  ]);
  same<(typeof results)[number], UploadResult>();
  for await (const event of uploadFiles(session, task, [file])) {
    same<typeof event.index, number>();
    if (event.action === "complete") same<typeof event.bytes_sent, number>();
    // @ts-expect-error: actions are a closed set
    if (event.action === "finished") return;
  }
  // @ts-expect-error: one file is a list of one
  await sendFiles(session, task, file);
  // @ts-expect-error: what comes from nowhere needs a name
  await sendFiles(session, task, [{ stream }]);
}

export async function tasks(session: Session): Promise<void> {
  const task = await use(session, {
    pipeline: { components: [], source: "in" },
    threads: 4,
    events: ["summary", "apaevt_task"],
  });
  same<typeof task.token, string>();
  await task[Symbol.asyncDispose]();
  // @ts-expect-error: a token is no task of its own making
  task.token = "";
  // @ts-expect-error: levels are a closed set
  await use(session, { pipelineTraceLevel: "all" });
  // @ts-expect-error: kinds of events are a closed set
  await use(session, { events: ["everything"] });
}

export async function each(
  session: Session,
  rows: ReadableStream<string>,
  files: ReadableStream<{ data: Blob; name: string }>,
  records: ReadableStream<{ id: number }>,
): Promise<void> {
  const outputs = rows.pipeThrough(sendEach(session, "tk_1"));
  same<typeof outputs, ReadableStream<SendEachOutput<string>>>();
  for await (const output of outputs) {
    same<typeof output.input, string>();
    if (output.result) same<typeof output.result, PipelineResult>();
    else same<typeof output.error, NonNullable<unknown>>();
  }
  for await (const { input, result, error } of outputs) {
    same<typeof input, string>();
    if (error === undefined) same<typeof result, PipelineResult>();
    else same<typeof result, undefined>();
  }
  const named = files.pipeThrough(sendEach(session, "tk_1"));
  for await (const { input } of named) same<typeof input.name, string>();
  // @ts-expect-error: records are no objects; give { data }
  records.pipeThrough(sendEach(session, "tk_1"));
}
