import { assert, assertEquals, assertRejects } from "@std/assert";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import { PipeException } from "../../lib/errors.ts";
import { restart, type RestartOptions } from "../../lib/task/restart.ts";
import { terminate } from "../../lib/task/task.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, pipeServer } from "../support/pipe_server.ts";
import {
  type Answer,
  type Script,
  silent,
} from "../support/scripted_server.ts";
import { stateOf } from "../support/state_of.ts";

const NEW: RestartOptions = {
  pipeline: { components: [{ id: "in", provider: "webhook" }] },
};
const RESTARTS: Script = { restart: () => ({ token: "tk_1" }) };

async function failsWith(
  promise: Promise<unknown>,
): Promise<readonly [string, string]> {
  const { code, message } = await assertRejects(() => promise, PipeException);
  return [code, message];
}

Deno.test("what is in flight at a restart fails, and no pipe of before is closed", async () => {
  const opens = gate();
  let asked = 0;
  await using server = await pipeServer({
    ...RESTARTS,
    open: (request, line): Answer | Promise<Answer> =>
      ++asked < 3 ? { pipe_id: asked } : opens.handler(request, line),
    write: silent,
  });
  const { session } = server;
  const idle = await pipe(session, "tk_1");
  const failing = [
    idle.result,
    send(session, "tk_1", "written"),
    send(session, "tk_1", "waits for a slot"),
  ].map(failsWith);
  await server.received("write");
  await server.received("open", 2);
  await restart(session, "tk_1", NEW);
  for (const failed of await Promise.all(failing)) {
    assertEquals(failed, [...RESTARTED]);
  }
  await drainMicrotasks();
  assertEquals(server.log().filter((step) => step === "close"), []);
  // Should the slot be granted after all, it is freed.
  await opens.answer({ pipe_id: 9 });
  assertEquals(server.log().at(-1), "close");
  assertEquals(server.requests.at(-1)?.arguments?.pipe_id, 9);
});

Deno.test("a restart leaves the pipes of other tasks alone, and those that are opened after it", async () => {
  const restarts = gate();
  await using server = await pipeServer({ restart: restarts.handler });
  const { session } = server;
  const other = await pipe(session, "tk_2");
  const restarting = restart(session, "tk_1", NEW);
  await server.received("restart");
  const next = await pipe(session, "tk_1");
  await restarts.answer({ token: "tk_1" });
  await restarting;
  assert(other.isOpened && next.isOpened);
  await Promise.all([other.close(), next.close()]);
});

Deno.test("a restart that is refused fails no pipe", async () => {
  await using server = await pipeServer({
    restart(): never {
      throw new Error("Your pipeline is not running");
    },
  });
  const target = await pipe(server.session, "tk_1");
  await assertRejects(() => restart(server.session, "tk_1", NEW));
  assert(target.isOpened);
  await target.close();
});

Deno.test("what is still in flight when a task was terminated fails", async () => {
  await using server = await pipeServer({ terminate: () => {}, write: silent });
  const sending = failsWith(send(server.session, "tk_1", "text"));
  await server.received("write");
  await terminate(server.session, "tk_1");
  assertEquals((await sending)[0], "task-ended");
  assertEquals(server.log(), ["open", "write:text", "terminate"]);
});

/** Statuses, one a poll; the last one stays. */
function statuses(...list: readonly object[]): Script {
  let at = 0;
  return {
    rrext_get_task_status: () => ({
      state: 3,
      completed: false,
      ...list[Math.min(at++, list.length - 1)],
    }),
  };
}

/** The polls that it takes until a write fails, with what; at most 20. */
async function pollsUntilLost(
  script: Script,
): Promise<readonly [number, string, string] | undefined> {
  await using server = await pipeServer({
    open: () => ({ pipe_id: 3 }),
    write: silent,
    ...script,
  });
  const target = await pipe(server.session, "tk_1");
  await target.getWriter().write("a");
  for (let polls = 1; polls <= 20; polls++) {
    await server.clock.advance(15_000);
    if (await stateOf(target.result) === "pending") continue;
    const [code, message] = await failsWith(target.result);
    assertEquals(server.log().filter((step) => step === "close"), []);
    return [polls, code, message];
  }
  return undefined;
}

const RESTARTED = [
  "task-ended",
  "Task was restarted. What was in the pipe is lost: send it again.",
] as const;
const LOST = [
  "pipe-closed",
  "Server has lost the pipe. What was in the pipe is lost: send it again.",
] as const;

/** What servers tell of the pipes of a task that lists the components at work. */
function flow(totalPipes: number, byPipe: object): object {
  return { exitCode: 0, startTime: 5, pipeflow: { totalPipes, byPipe } };
}

Deno.test("a write whose task was restarted by another client fails", async () => {
  const before = { exitCode: 0, startTime: 5 };
  assertEquals(
    await pollsUntilLost(
      statuses(before, before, { ...before, exitCode: null }),
    ),
    [3, ...RESTARTED],
  );
  assertEquals(
    await pollsUntilLost(statuses(before, { ...before, startTime: 9 })),
    [2, ...RESTARTED],
  );
});

Deno.test("a write whose pipe the server does not list any more fails", async () => {
  const listed = flow(4, { 3: ["a.txt", "llm"], 1: ["b.txt"] });
  const gone = flow(4, { 1: ["b.txt"] });
  assertEquals(await pollsUntilLost(statuses(listed, gone)), [3, ...LOST]);
  assertEquals(await pollsUntilLost(statuses(gone)), [2, ...LOST]);
  assertEquals(
    await pollsUntilLost(statuses(listed, flow(0, {}))),
    [3, ...LOST],
  );
  // Some keep an empty entry of a pipe that is over.
  assertEquals(
    await pollsUntilLost(statuses(listed, flow(4, { 3: [] }))),
    [9, ...LOST],
  );
  // A task that was restarted before the first look.
  const restarted = { ...flow(0, {}), exitCode: null };
  assertEquals(await pollsUntilLost(statuses(restarted)), [2, ...LOST]);
});

Deno.test("a write that takes long does not fail while its pipe is listed, or may be", async () => {
  const alive: readonly object[] = [
    flow(1, { 3: ["a.txt", "llm"] }),
    flow(1, { 3: [] }),
    // No trace of any pipe: this server lists none.
    flow(0, {}),
    { exitCode: null, startTime: 5 },
    { exitCode: 0, startTime: 0, pipeflow: null },
    { pipeflow: { totalPipes: "x", byPipe: [] } },
    {},
  ];
  for (const status of alive) {
    assertEquals(await pollsUntilLost(statuses(status)), undefined);
  }
  const listed = flow(2, { 3: ["a.txt"] });
  const blink = [listed, flow(2, {}), listed, flow(2, { 3: [] })];
  const often = Array.from({ length: 20 }, (_, at) => blink[at % 4]!);
  assertEquals(await pollsUntilLost(statuses(...often)), undefined);
});
