import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { ChatOptions } from "../../lib/chat/chat.ts";
import { type ChatPart, chatStream } from "../../lib/chat/chat_stream.ts";
import {
  ConnectionException,
  PipeException,
  RocketRideException,
} from "../../lib/errors.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  gate,
  type PipeServer,
  pipeServer,
  refusing,
  RESULT,
} from "../support/pipe_server.ts";
import type { Script } from "../support/scripted_server.ts";

const REASON = new Error("Enough");
const BEGINNING = ["open", "rrext_get_task_status", "rrext_monitor"];

function chatServer(script: Script = {}): Promise<PipeServer> {
  return pipeServer({
    rrext_get_task_status: () => ({ project_id: "p", source: "in" }),
    rrext_monitor: () => {},
    ...script,
  });
}

function ask(
  { session }: PipeServer,
  options?: ChatOptions,
): ReadableStreamDefaultReader<ChatPart> {
  return chatStream(session, "tk_1", "Why?", options).getReader();
}

function say({ line }: PipeServer, message: string, pipe_id = 0): void {
  line.event("apaevt_sse", { pipe_id, type: "thinking", data: { message } });
}

/** What a part says, in short. */
function inShort({ value, done }: ReadableStreamReadResult<ChatPart>): unknown {
  if (done) return "done";
  switch (value.type) {
    case "progress":
      return value.data.message;
    case "gap":
      return value.lost;
    case "result":
      return value.result;
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<ChatPart>,
): Promise<unknown[]> {
  const parts: unknown[] = [];
  do parts.push(inShort(await reader.read())); while (parts.at(-1) !== "done");
  return parts.slice(0, -1);
}

/** What was asked, without the question itself. */
function log(server: PipeServer): string[] {
  return server.log().map((it) => it.startsWith("write:") ? "write" : it);
}

Deno.test("a chat stream asks nothing before it is read", async () => {
  await using server = await chatServer();
  const stream = chatStream(server.session, "tk_1", "Why?");
  await drainMicrotasks();
  assertEquals(server.log(), []);
  await stream.cancel();
  assertEquals(server.log(), []);
});

Deno.test("a chat stream watches first, then asks, and in the end stops to watch", async () => {
  await using server = await chatServer();
  assertEquals(await readAll(ask(server)), [RESULT]);
  await drainMicrotasks();
  assertEquals(log(server), [...BEGINNING, "write", "close", "rrext_monitor"]);
  const kinds = server.requests.filter((it) => it.command === "rrext_monitor")
    .map(({ arguments: args }) => [args?.types, args?.pipeId]);
  assertEquals(kinds, [[["SSE"], 0], [[], 0]]);
});

Deno.test("the question is one JSON document for any source", async () => {
  await using server = await chatServer();
  await readAll(ask(server, { objinfo: { department: "x" } }));
  const [opening, , , write] = server.requests;
  const { mimeType, provider, object } = opening?.arguments ?? {};
  assertEquals([mimeType, provider], [
    "application/rocketride-question",
    undefined,
  ]);
  const { name, department } = object as Record<string, unknown>;
  assertEquals([name, department], ["Question", "x"]);
  const text = new TextDecoder().decode(write?.arguments?.data as Uint8Array);
  assertEquals(JSON.parse(text).questions, [{ text: "Why?" }]);
});

Deno.test("what nodes say comes in order, and before the result, however late it is read", async () => {
  const closing = gate();
  await using server = await chatServer({ close: closing.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("close");
  const said = Array.from({ length: 100 }, (_, at) => `${at}`);
  for (const message of said) say(server, message);
  // The answer comes in the same turn as the last message.
  await closing.answer(RESULT);
  assertEquals([inShort(await first), ...await readAll(reader)], [
    ...said,
    RESULT,
  ]);
});

Deno.test("what another pipe says is none of the stream's", async () => {
  const closing = gate();
  await using server = await chatServer({ close: closing.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("close");
  say(server, "not mine", 1);
  say(server, "mine");
  server.line.event("apaevt_sse", { pipe_id: 0 });
  await closing.answer(RESULT);
  assertEquals(inShort(await first), "mine");
  const { value } = await reader.read();
  assertEquals(value, { type: "progress", kind: "", data: {} });
  assertEquals(await readAll(reader), [RESULT]);
});

Deno.test("a reader that is too slow misses the oldest messages, and learns how many", async () => {
  const closing = gate();
  await using server = await chatServer({ close: closing.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("close");
  for (let at = 0; at < 300; at++) say(server, `${at}`);
  await closing.answer(RESULT);
  const parts = [inShort(await first), ...await readAll(reader)];
  const gap = parts.findIndex((part) => typeof part === "number");
  assertEquals(parts.length - 2 + Number(parts[gap]), 300);
  assertEquals(parts.slice(-2), ["299", RESULT]);
});

Deno.test("the result does not wait for the engine to end the subscription", async () => {
  const watching = gate();
  await using server = await chatServer({ rrext_monitor: watching.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("rrext_monitor");
  await watching.answer();
  assertEquals(inShort(await first), RESULT);
  await server.received("rrext_monitor", 1);
  assertEquals(watching.waiting, 1);
});

Deno.test("what fails errors the stream with the engine's words", async () => {
  const steps: readonly (readonly [string, Script, unknown[]])[] = [
    ["open", { open: refusing("No") }, ["open"]],
    ["watching", { rrext_monitor: refusing("No") }, [...BEGINNING, "close"]],
    ["write", { write: refusing("No") }, [...BEGINNING, "write", "close"]],
    ["close", { close: refusing("No") }, [...BEGINNING, "write", "close"]],
  ];
  for (const [step, script, asked] of steps) {
    await using server = await chatServer(script);
    const reader = ask(server);
    await assertRejects(() => reader.read(), RocketRideException, "No");
    await drainMicrotasks();
    const steps = log(server).filter((it, at) =>
      // Watching ends once where it had begun.
      it !== "rrext_monitor" || at < BEGINNING.length
    );
    assertEquals(steps, asked, step);
    await assertRejects(() => reader.read(), RocketRideException, "No");
  }
});

Deno.test("a task that does not run errors the stream, not the call", async () => {
  await using server = await chatServer({
    open: refusing("Your pipeline is not running"),
  });
  const reader = ask(server);
  const error = await assertRejects(() => reader.read(), PipeException);
  assertEquals(error.code, "task-not-running");
});

Deno.test("leaving the stream ends the subscription and frees the slot", async () => {
  const writing = gate();
  await using server = await chatServer({ write: writing.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("write");
  say(server, "Hm");
  assertEquals(inShort(await first), "Hm");
  const leaving = reader.cancel(REASON);
  await server.received("rrext_monitor", 1);
  await writing.answer();
  await leaving;
  assertEquals(log(server).slice(BEGINNING.length), [
    "write",
    "rrext_monitor",
    "close",
  ]);
});

Deno.test("leaving while a read waits ends the read, and frees the slot", async () => {
  const closing = gate();
  await using server = await chatServer({ close: closing.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("close");
  await reader.cancel(REASON);
  assertEquals((await first).done, true);
  await drainMicrotasks();
  // The close that had left frees the slot; there is no second one.
  assertEquals(log(server).filter((it) => it === "close").length, 1);
});

Deno.test("leaving while the pipe opens closes it as soon as it is open", async () => {
  const opening = gate();
  await using server = await chatServer({ open: opening.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("open");
  await reader.cancel(REASON);
  assertEquals((await first).done, true);
  await opening.answer({ pipe_id: 3 });
  const { arguments: args } = await server.received("close");
  assertEquals(args?.pipe_id, 3);
  assertEquals(log(server), ["open", "close"]);
});

Deno.test("leaving while the subscription is made asks nothing, and frees the slot", async () => {
  const watching = gate();
  await using server = await chatServer({ rrext_monitor: watching.handler });
  const reader = ask(server);
  const first = reader.read();
  await server.received("rrext_monitor");
  const leaving = reader.cancel(REASON);
  await server.received("close");
  await drainMicrotasks();
  while (watching.waiting > 0) await watching.answer();
  await leaving;
  assertEquals((await first).done, true);
  assertEquals(log(server).includes("write"), false);
});

Deno.test("the signal's own reason errors the stream, wherever it is", async () => {
  const steps = ["open", "rrext_monitor", "write", "close"];
  for (const step of steps) {
    const waiting = gate();
    await using server = await chatServer({ [step]: waiting.handler });
    const controller = new AbortController();
    const { signal } = controller;
    const reader = ask(server, { signal });
    const read = reader.read();
    await server.received(step);
    controller.abort(REASON);
    assertStrictEquals(await read.catch((error) => error), REASON, step);
    while (waiting.waiting > 0) await waiting.answer({ pipe_id: 0 });
    if (step !== "close") await server.received("close");
  }
});

Deno.test("a signal that was aborted before asks nothing", async () => {
  await using server = await chatServer();
  const reader = ask(server, { signal: AbortSignal.abort(REASON) });
  assertStrictEquals(await reader.read().catch((error) => error), REASON);
  assertEquals(server.log(), []);
});

Deno.test("no listener stays on the user's signal", async () => {
  const ends:
    readonly ((server: PipeServer, signal: AbortSignal) => unknown)[] = [
      (server, signal) => readAll(ask(server, { signal })),
      async (server, signal) => {
        const reader = ask(server, { signal });
        const read = reader.read();
        await reader.cancel(REASON);
        await read;
      },
      (server, signal) =>
        ask(server, { signal, frameBytes: 1 }).read().catch(() => {}),
    ];
  for (const end of ends) {
    await using server = await chatServer();
    const counting = countingSignal();
    await end(server, counting.signal);
    await drainMicrotasks();
    assertEquals(counting.listeners, 0);
  }
});

Deno.test("a line that drops errors the stream", async () => {
  await using server = await chatServer({ close: gate().handler });
  const reader = ask(server);
  const read = reader.read();
  await server.received("close");
  server.line.close(1011, "Gone");
  await assertRejects(() => read, ConnectionException);
});
