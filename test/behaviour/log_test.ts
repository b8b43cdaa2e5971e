import { assert, assertEquals } from "@std/assert";
import { close, connect, send, terminate, use } from "@rocketride/streams";
import {
  getLogChapters,
  getLogState,
  readLog,
  readTrace,
  toSpans,
} from "@rocketride/streams/admin";
import { createEngine } from "@rocketride/streams/engine";
import { TEXT } from "../support/pipelines.ts";

const LOG = { projectId: "reports", source: "in" };
const PIPELINE = {
  ...TEXT,
  project_id: LOG.projectId,
};

Deno.test("what an engine has recorded is read as it went on, and what goes on after it", async () => {
  await using engine = createEngine();
  const session = await connect({ transport: engine.transport(), auth: "key" });
  const task = await use(session, {
    pipeline: PIPELINE,
    pipelineTraceLevel: "summary",
  });
  await send(session, task, "Hello", { objinfo: { name: "greeting" } });
  const types = ["flow", "task"] as const;
  const reader = readLog(session, { ...LOG, types, live: true }).getReader();
  const steps: string[] = [];
  const seqs: unknown[] = [];
  for (;;) {
    const { value } = await reader.read();
    assert(value?.type === "event");
    const { op, action, logSeq } = value.body as Record<string, string>;
    steps.push(op ?? action!);
    seqs.push(logSeq);
    if (op === "end") await terminate(session, task);
    if (action === "end") break;
  }
  await reader.cancel();
  const [begin, ...others] = steps.filter((it) => !it.startsWith("run-"));
  assertEquals([begin, others.at(-1)], ["begin", "end"]);
  assertEquals(others.filter((it) => it === "end").length, 2);
  assertEquals(seqs, [...seqs].sort((a, b) => Number(a) - Number(b)));

  const { chapters, completed } = await getLogChapters(session, LOG);
  assertEquals([chapters.length, completed], [1, true]);
  const { closed, status } = await getLogState(session, LOG);
  assertEquals(status?.completed, true);
  const [trace] = closed;
  assertEquals(trace?.doc, "greeting");
  const beginSeq = trace!.beginSeq!;
  const flow = await Array.fromAsync(readTrace(session, { ...LOG, beginSeq }));
  assertEquals(flow.at(-1)?.body.op, "end");
  const past = readLog(session, { ...LOG, types });
  const spans = await Array.fromAsync(past.pipeThrough(toSpans()));
  assert(spans.some(({ name }) => name === "greeting"));
  await close(session);
});
