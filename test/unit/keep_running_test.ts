import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ExecutionException,
  PipeException,
  TimeoutException,
} from "../../lib/errors.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import { close } from "../../lib/session/connection.ts";
import { restart } from "../../lib/task/restart.ts";
import { type Task, terminate } from "../../lib/task/task.ts";
import { use, type UseOptions } from "../../lib/task/use.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  type Gate,
  gate,
  type PipeServer,
  pipeServer,
  refusing,
  RESULT,
} from "../support/pipe_server.ts";
import type { Script } from "../support/scripted_server.ts";

const pipeline: Pipeline = {
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** A kept task on an engine that loses it when the test says so. */
interface Kept extends AsyncDisposable {
  readonly server: PipeServer;
  readonly task: Task;
  /** Holds all starts but the first. */
  readonly starts: Gate;
  /** Whether the engine has the task. */
  alive: boolean;
  /** Answer the start that waits. */
  start(token?: string): Promise<void>;
}

async function kept(
  script: Script = {},
  options: UseOptions = {},
): Promise<Kept> {
  const starts = gate();
  let first = true;
  let alive = "tk_1";
  const lost = refusing("Your pipeline is not running");
  const server = await pipeServer({
    execute: (...args) => {
      if (!first) return starts.handler(...args);
      first = false;
      return { token: "tk_1" };
    },
    terminate: (...args) => {
      return args[0].arguments?.token === alive ? undefined : lost(...args);
    },
    rrext_get_task_status: (...args) => {
      if (args[0].arguments?.token !== alive) return lost(...args);
      return { state: 3, completed: false };
    },
    open: (...args) => {
      if (args[0].arguments?.token !== alive) return lost(...args);
      return { pipe_id: 0 };
    },
    ...script,
  });
  const { session } = server;
  const all = { pipeline, keepRunning: true, ...options };
  const task = await use(session, all);
  return {
    server,
    task,
    starts,
    get alive() {
      return alive !== "";
    },
    set alive(is: boolean) {
      alive = is ? task.token : "";
    },
    start(token = "tk_2"): Promise<void> {
      alive = token;
      return starts.answer({ token });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** How often each command was sent. */
function count({ server }: Kept, name: string): number {
  return server.log().filter((it) => it === name).length;
}

/** End a task that is being started again; its late start ends, too. */
async function terminatedAsItStarts(it: Kept): Promise<void> {
  const { session } = it.server;
  it.alive = false;
  const sending = assertRejects(
    () => send(session, it.task, "a"),
    PipeException,
    "Task was terminated",
  );
  await it.server.received("execute", 1);
  await terminate(session, it.task);
  await sending;
  await it.start("tk_late");
  const ends = it.server.requests.filter((it) => it.command === "terminate");
  assertEquals(ends.map((it) => it.token), ["tk_1", "tk_late"]);
}

Deno.test("a kept task has the token and the answer of its latest start, hidden as ever", async () => {
  await using it = await kept({}, { threads: 2 });
  const { task, server } = it;
  assertEquals([task.token, task.started.token], ["tk_1", "tk_1"]);
  it.alive = false;
  const sending = send(server.session, task, "a");
  await server.received("execute", 1);
  await it.start();
  assertEquals(await sending, RESULT);
  assertEquals([task.token, task.started.token], ["tk_2", "tk_2"]);
  assertEquals([task.owned, task.threads], [true, 2]);
  assert(!JSON.stringify(task).includes("tk_"));
  assertEquals(
    server.requests.map(({ command, token }) => [command, token]).slice(-3),
    [1, 2, 3].map(() => ["rrext_process", "tk_2"]),
  );
  assertEquals(
    server.requests.filter((it) => it.command === "execute")
      .map((it) => it.arguments),
    [1, 2].map(() => ({ pipeline, threads: 2 })),
  );
});

Deno.test("an open that is refused while the task runs is refused, and nothing is started", async () => {
  await using it = await kept({ open: refusing("Invalid lane nowhere") });
  await assertRejects(
    () => send(it.server.session, it.task, "a"),
    PipeException,
    "Invalid lane nowhere",
  );
  assertEquals(count(it, "execute"), 1);
  assertEquals(count(it, "rrext_get_task_status"), 1);
});

Deno.test("a task that is stopping or over counts as lost, whatever the refusal says", async () => {
  for (
    const status of [
      { state: 4, completed: false },
      { state: 5, completed: true },
      { state: 0, completed: false },
    ]
  ) {
    let over = true;
    await using it = await kept({
      open: () => {
        if (over) throw new Error("Killed");
        return { pipe_id: 0 };
      },
      rrext_get_task_status: () => status,
    });
    const sending = send(it.server.session, it.task, "a");
    await it.server.received("execute", 1);
    over = false;
    await it.start();
    assertEquals(await sending, RESULT);
  }
});

Deno.test("a caller that aborts leaves the start to the others", async () => {
  await using it = await kept();
  const { session } = it.server;
  it.alive = false;
  const controller = new AbortController();
  const { signal } = controller;
  const left = send(session, it.task, "a", { signal });
  const other = send(session, it.task, "b");
  await it.server.received("execute", 1);
  // One that comes while the task is started waits, too.
  const late = send(session, it.task, "c");
  const early = AbortSignal.abort(new Error("Never"));
  const never = await assertRejects(() =>
    send(session, it.task, "d", { signal: early })
  );
  assertStrictEquals(never, early.reason);
  const reason = new Error("Enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => left), reason);
  await it.start();
  assertEquals(await Promise.all([other, late]), [RESULT, RESULT]);
  assertEquals(count(it, "execute"), 2);
  assertEquals(count(it, "terminate"), 0);
});

Deno.test("a start that fails rejects all that wait for it, and the next call tries again", async () => {
  await using it = await kept();
  const { session } = it.server;
  it.alive = false;
  const sending = ["a", "b"].map((text) =>
    assertRejects(
      () => send(session, it.task, text),
      ExecutionException,
      "The service x was not found",
    )
  );
  await it.server.received("execute", 1);
  await it.starts.refuse("The service x was not found");
  await Promise.all(sending);
  assertEquals(it.task.token, "tk_1");
  const again = send(session, it.task, "c");
  await it.server.received("execute", 2);
  await it.start();
  assertEquals(await again, RESULT);
});

Deno.test("a start whose answer was lost is joined", async () => {
  await using it = await kept({}, { ttl: 60 });
  it.alive = false;
  const sending = send(it.server.session, it.task, "a");
  await it.server.received("execute", 1);
  await it.starts.refuse("Pipeline is already running.");
  await it.server.received("execute", 2);
  await it.start();
  assertEquals(await sending, RESULT);
  assertEquals(
    it.server.requests.filter((it) => it.command === "execute")
      .map((it) => it.arguments?.useExisting),
    [undefined, undefined, true],
  );
  assert(it.task.owned);
});

Deno.test("terminate() ends a task that is being started again: its late start is terminated", async () => {
  await using it = await kept();
  await terminatedAsItStarts(it);
  await assertRejects(
    () => send(it.server.session, it.task, "b"),
    PipeException,
  );
  assertEquals(count(it, "execute"), 2);
});

Deno.test("terminate() by the token of an earlier start ends the task as it runs now", async () => {
  await using it = await kept();
  const { session } = it.server;
  it.alive = false;
  const sending = send(session, "tk_1", "a");
  await it.server.received("execute", 1);
  await it.start();
  await sending;
  await terminate(session, "tk_1");
  assertEquals(it.server.requests.at(-1)?.token, "tk_2");
  it.alive = false;
  await assertRejects(() => send(session, it.task, "b"), PipeException);
  assertEquals(count(it, "execute"), 2);
});

Deno.test("a joined task that is disposed of is kept no longer, and not terminated", async () => {
  await using it = await kept({}, { useExisting: true });
  await it.task[Symbol.asyncDispose]();
  it.alive = false;
  await assertRejects(
    () => send(it.server.session, it.task, "a"),
    PipeException,
  );
  assertEquals([count(it, "execute"), count(it, "terminate")], [1, 0]);
});

Deno.test("close() while a task is started again terminates the late start", async () => {
  await using it = await kept();
  const { session } = it.server;
  it.alive = false;
  const sending = assertRejects(() => send(session, it.task, "a"));
  await it.server.received("execute", 1);
  const closing = close(session);
  await sending;
  await it.start("tk_late");
  await closing;
  assertEquals(it.server.requests.at(-1)?.command, "terminate");
  assertEquals(it.server.requests.at(-1)?.token, "tk_late");
});

Deno.test("restart() gives the pipeline that is started from then on, and a handle that follows", async () => {
  await using it = await kept({ restart: () => ({ token: "tk_1" }) });
  const { session } = it.server;
  const other = { components: [{ id: "in", provider: "chat", config: {} }] };
  const again = await restart(session, it.task, { pipeline: other });
  it.alive = false;
  const sending = send(session, again, "a");
  await it.server.received("execute", 1);
  await it.start();
  await sending;
  assertEquals([again.token, it.task.token], ["tk_2", "tk_2"]);
  assertEquals(
    it.server.requests.filter((it) => it.command === "execute")
      .map((it) => it.arguments?.pipeline),
    [pipeline, other],
  );
});

for (const step of ["write", "close"] as const) {
  Deno.test(`a pipe whose task is lost at its ${step} fails retryably, and the task is started again`, async () => {
    await using it = await kept({ [step]: refusing("Killed") });
    const target = await pipe(it.server.session, it.task);
    it.alive = false;
    const writer = target.getWriter();
    writer.closed.catch(() => {});
    writer.write("a").catch(() => {});
    writer.close().catch(() => {});
    const error = await assertRejects(
      () => target.result,
      PipeException,
      "Killed",
    );
    assertEquals([error.retryable, error.phase], [true, step]);
    await it.server.received("execute", 1);
    await it.start();
    assertEquals(it.task.token, "tk_2");
  });
}

Deno.test("a pipe that fails while its task runs fails as ever", async () => {
  await using it = await kept({ write: refusing("Bad data") });
  const error = await assertRejects(
    () => send(it.server.session, it.task, "a"),
    PipeException,
    "Bad data",
  );
  assertEquals(error.retryable, false);
  assertEquals(count(it, "execute"), 1);
});

Deno.test("a pipe that waits for an answer that cannot come fails retryably", async () => {
  const closes = gate();
  await using it = await kept({ close: closes.handler });
  const { server, task } = it;
  const sending = send(server.session, task, "a");
  await server.received("close");
  it.alive = false;
  const failed = assertRejects(() => sending, PipeException);
  for (let time = 0; time < 8; time++) {
    await server.clock.advance(5_000);
    await drainMicrotasks();
  }
  assert((await failed).retryable);
  await server.received("execute", 1);
  await it.start();
  assertEquals(task.token, "tk_2");
});

Deno.test("callers whose refusals come after the start use it, with one token for all starts, too", async () => {
  for (const token of ["tk_1", "tk_2"]) {
    const opens = gate();
    let held = false;
    let lost = false;
    await using it = await kept({
      open: (...args) => {
        if (held) return opens.handler(...args);
        if (lost) throw new Error("Your pipeline is not running");
        return { pipe_id: 0 };
      },
    });
    const { session } = it.server;
    held = true;
    const late = send(session, it.task, "late");
    await it.server.received("open");
    held = false;
    lost = true;
    it.alive = false;
    const sending = send(session, it.task, "a");
    await it.server.received("execute", 1);
    lost = false;
    await it.start(token);
    assertEquals(await sending, RESULT);
    await opens.refuse("Your pipeline is not running");
    assertEquals(await late, RESULT);
    assertEquals(count(it, "execute"), 2);
  }
});

Deno.test("a task that is joined and disposed of is still kept by the handle that keeps it", async () => {
  await using it = await kept();
  const { session } = it.server;
  for (const keepRunning of [false, true]) {
    it.alive = true;
    const joining = use(session, { pipeline, useExisting: true, keepRunning });
    await it.server.received("execute", keepRunning ? 3 : 1);
    await it.start(it.task.token);
    await (await joining)[Symbol.asyncDispose]();
    it.alive = false;
    const sending = send(session, it.task, "a");
    sending.catch(() => {});
    await it.server.received("execute", keepRunning ? 4 : 2);
    await it.start();
    assertEquals(await sending, RESULT);
  }
  assertEquals(count(it, "terminate"), 0);
});

Deno.test("a task that two handles keep has ended for both once it is terminated", async () => {
  for (const which of [0, 1]) {
    await using it = await kept();
    const { session } = it.server;
    const joining = use(session, {
      pipeline,
      useExisting: true,
      keepRunning: true,
    });
    await it.server.received("execute", 1);
    await it.start("tk_1");
    const tasks = [it.task, await joining];
    await terminate(session, tasks[which]!);
    it.alive = false;
    await it.server.clock.advance(1);
    for (const task of tasks) {
      await assertRejects(() => send(session, task, "a"), PipeException);
    }
    assertEquals([count(it, "execute"), count(it, "terminate")], [2, 1]);
  }
});

Deno.test("a task that two handles keep is started again once for both", async () => {
  await using it = await kept();
  const { session } = it.server;
  const joining = use(session, {
    pipeline,
    useExisting: true,
    keepRunning: true,
  });
  await it.server.received("execute", 1);
  await it.start("tk_1");
  const joined = await joining;
  it.alive = false;
  const sending = [send(session, it.task, "a"), send(session, joined, "b")];
  await it.server.received("execute", 2);
  await it.start();
  assertEquals(await Promise.all(sending), [RESULT, RESULT]);
  assertEquals([it.task.token, joined.token], ["tk_2", "tk_2"]);
  assertEquals(count(it, "execute"), 3);
});

Deno.test("terminate() ends a joined task that is being started again", async () => {
  await using it = await kept({}, { useExisting: true });
  await terminatedAsItStarts(it);
});

Deno.test("the timeout of a call holds for its wait for a start, and leaves the start to the others", async () => {
  await using it = await kept();
  const { session, clock } = it.server;
  it.alive = false;
  const other = send(session, it.task, "other");
  const first = assertRejects(
    () => send(session, it.task, "a", { timeout: 1_000 }),
    TimeoutException,
    "started again within 1000 ms",
  );
  await it.server.received("execute", 1);
  const late = assertRejects(
    () => send(session, it.task, "b", { timeout: 1_000 }),
    TimeoutException,
  );
  await clock.advance(1_100);
  await Promise.all([first, late]);
  await it.start();
  assertEquals(await other, RESULT);
  assertEquals([count(it, "execute"), count(it, "terminate")], [2, 0]);
});
