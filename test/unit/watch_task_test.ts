import { assertEquals, assertRejects } from "@std/assert";
import { RocketRideException } from "../../lib/errors.ts";
import { watchTask } from "../../lib/events/watch_task.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { close } from "../../lib/session/connection.ts";
import type { TaskStatus } from "../../schema/task.ts";
import { eventServer, ONE, statusOf } from "../support/event_server.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import type { PipeServer } from "../support/pipe_server.ts";
import { stateOf } from "../support/state_of.ts";

/** A token of the same project, source and first characters as another's. */
const TWIN = `${ONE.slice(0, 11)}zzzz`;

/** The states that a watch tells, while they are read as they come. */
function watch(it: PipeServer): { states: number[]; over: Promise<unknown> } {
  const states: number[] = [];
  async function read(): Promise<void> {
    for await (const { state } of watchTask(it.session, ONE)) {
      states.push(state);
    }
  }
  const over = read();
  over.catch(() => {});
  return { states, over };
}

function status(token: string, state: number, startTime: number): TaskStatus {
  return { ...statusOf(token, state), startTime } as unknown as TaskStatus;
}

Deno.test("the end of a task whose token begins alike does not end the watch of another", async () => {
  let own = status(ONE, 3, 100);
  await using it = await eventServer({
    rrext_get_task_status: () => ({ ...own }),
  });
  const { states, over } = watch(it);
  await drainMicrotasks();
  for (const startTime of [100, 200, 0]) {
    const { project_id, source, __id } = statusOf(ONE);
    const body = { ...status(TWIN, 5, startTime), project_id, source, __id };
    it.line.event("apaevt_status_update", { ...body });
    await drainMicrotasks();
  }
  assertEquals(await stateOf(over), "pending");
  own = status(ONE, 5, 100);
  it.line.event("apaevt_status_update", { ...own });
  await over;
  assertEquals(states.at(-1), 5);
  assertEquals(states.filter((state) => state === 5).length, 1);
});

Deno.test("the status of a run that began at another time is asked for by token", async () => {
  let own = status(ONE, 3, 100);
  await using it = await eventServer({
    rrext_get_task_status: () => ({ ...own }),
  });
  const { states } = watch(it);
  await drainMicrotasks();
  // Another task's: nothing has changed here.
  it.line.event("apaevt_status_update", { ...status(ONE, 2, 300) });
  await drainMicrotasks();
  assertEquals(states, [3]);
  // This one was started anew.
  own = status(ONE, 2, 400);
  it.line.event("apaevt_status_update", { ...own });
  await drainMicrotasks();
  it.line.event("apaevt_status_update", { ...status(ONE, 3, 400) });
  await drainMicrotasks();
  assertEquals(states, [3, 2, 3]);
});

Deno.test("an end of a task that the server has forgotten since ends the watch", async () => {
  let forgotten = false;
  await using it = await eventServer({
    rrext_get_task_status(): Record<string, unknown> {
      if (forgotten) throw new Error("Your pipeline is not running");
      return statusOf(ONE);
    },
  });
  const { states, over } = watch(it);
  await drainMicrotasks();
  forgotten = true;
  it.line.event("apaevt_status_update", statusOf(ONE, 6));
  await over;
  assertEquals(states, [3, 6]);
});

Deno.test("a watch that gets no events asks for the status, and tells what has changed", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: () => statusOf(ONE, state),
  });
  const { states, over } = watch(it);
  await it.clock.advance(60_000);
  assertEquals(states, [3]);
  state = 2;
  await it.clock.advance(2_000);
  assertEquals(states, [3, 2]);
  state = 6;
  await it.clock.advance(2_000);
  await over;
  assertEquals(states, [3, 2, 6]);
});

Deno.test("a watch that gets events asks rarely, and notices an end that no event tells", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: () => statusOf(ONE, state),
  });
  const { states, over } = watch(it);
  await drainMicrotasks();
  for (let second = 0; second < 60; second++) {
    it.line.event("apaevt_status_update", statusOf(ONE));
    await it.clock.advance(1_000);
  }
  const asked = it.log().filter((name) => name === "rrext_get_task_status");
  assertEquals(asked.length, 2);
  state = 6;
  await it.clock.advance(15_000);
  await over;
  assertEquals(states.at(-1), 6);
});

Deno.test("a watch that may not subscribe asks for the status alone", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: () => statusOf(ONE, state),
    rrext_monitor(): never {
      throw new Error("Permission 'task.monitor' denied");
    },
  });
  const { states, over } = watch(it);
  await it.clock.advance(10_000);
  // Once for the project, and then every two seconds.
  const asked = it.requests.filter(({ command }) =>
    command === "rrext_get_task_status"
  );
  assertEquals(asked.length, 7);
  state = 5;
  await it.clock.advance(2_000);
  await over;
  assertEquals(states, [3, 5]);
});

Deno.test("a watch that may not subscribe asks for the status also while files are sent", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: () => statusOf(ONE, state),
    rrext_monitor(): never {
      throw new Error("Permission 'task.monitor' denied");
    },
  });
  const { states } = watch(it);
  await drainMicrotasks();
  state = 2;
  for (let i = 0; i < 10; i++) {
    await sendFiles(it.session, ONE, [new File(["x"], "x")]);
    await it.clock.advance(1_000);
  }
  assertEquals(states, [3, 2]);
});

for (const subscribes of [true, false]) {
  Deno.test(`a watch that asks, ${subscribes ? "with" : "without"} a subscription, ends with its session and leaves no timer`, async () => {
    await using it = await eventServer({
      rrext_monitor(): void {
        if (!subscribes) throw new Error("Permission 'task.monitor' denied");
      },
    });
    const { timers } = it.clock;
    const { states, over } = watch(it);
    await it.clock.advance(3_000);
    const closing = close(it.session);
    await it.clock.advance(1_000);
    await closing;
    await over;
    // The deadlines of requests are left to run out.
    await it.clock.advance(30_000);
    assertEquals([states, it.clock.timers], [[3], timers]);
  });

  Deno.test(`a watch that asks, ${subscribes ? "with" : "without"} a subscription, errors when its session is lost`, async () => {
    await using it = await eventServer({
      rrext_monitor(): void {
        if (!subscribes) throw new Error("Permission 'task.monitor' denied");
      },
    });
    const { over } = watch(it);
    await it.clock.advance(3_000);
    it.line.close(4_000, "gone");
    await assertRejects(() => over, RocketRideException, "gone");
  });
}

Deno.test("a watch that asks is given up by cancelling it, and by its signal", async () => {
  await using it = await eventServer();
  const stream = watchTask(it.session, ONE);
  const reader = stream.getReader();
  await reader.read();
  const next = reader.read();
  await it.clock.advance(3_000);
  await reader.cancel();
  assertEquals((await next).done, true);
  const stop = new AbortController();
  const other = watchTask(it.session, ONE, { signal: stop.signal }).getReader();
  await other.read();
  const rejected = other.read();
  rejected.catch(() => {});
  await it.clock.advance(3_000);
  stop.abort("enough");
  assertEquals(await rejected.catch((reason) => reason), "enough");
  const asked = it.log().length;
  await it.clock.advance(30_000);
  assertEquals(it.log().length, asked);
});
