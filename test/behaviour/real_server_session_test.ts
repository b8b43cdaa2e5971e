/** What real servers do to sessions, pipes and watches that the engine does not. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  close,
  connect,
  type ConnectOptions,
  getTaskStatus,
  isDAPException,
  ping,
  pipe,
  restart,
  send,
  sendFiles,
  type Session,
  setConnectionParams,
  type Task,
  terminate,
  use,
  watchTask,
} from "@rocketride/streams";
import { ignore } from "../../lib/async.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";
import { forRealServer } from "../support/for_real_server.ts";
import { TEXT, through, valve } from "../support/pipelines.ts";

/** More often than an address has places. */
const MORE_THAN_PLACES = 12;

/** The only slot of a task is free, or becomes so: else the test hangs. */
async function slotIsFree(options: ConnectOptions, task: Task): Promise<void> {
  await using session = await connect(options);
  assertEquals((await send(session, task.token, "free")).text, ["free\n\n"]);
}

/**
 * Let seconds of a session pass until something is settled, each of them for as
 * long as the server takes to answer.
 */
async function settled<T>(
  promise: Promise<T>,
  session: Session,
  clock: FakeClock,
): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  while (!isSettled) {
    await clock.advance(1_000);
    await ping(session);
  }
  return await promise;
}

const locked = valve();
forRealServer(
  "sessions that close with requests that are never answered do not lock their address out",
  async (options, peer) => {
    await using owner = await connect(options);
    for (let time = 0; time < MORE_THAN_PLACES; time++) {
      locked.shut();
      // The close of a pipe that comes late must not find one of the next task.
      const token = `tk_round_${time}`;
      const task = await use(owner, { pipeline: through("valve"), token });
      const session = await connect(options);
      const sending = assertRejects(() => send(session, task.token, "a"));
      await locked.reached();
      await terminate(owner, task);
      await close(session, { grace: 20 });
      await sending;
    }
    assertEquals(peer.placesTaken, 0);
    await close(await connect(options));
  },
  { nodes: [locked.node] },
);

forRealServer(
  "sessions that close with opens in flight leave no slot taken",
  async (options) => {
    await using owner = await connect(options);
    await using task = await use(owner, { pipeline: TEXT, threads: 1 });
    for (let time = 0; time < 5; time++) {
      const session = await connect(options);
      const sending = [1, 2, 3].map((part) =>
        send(session, task.token, `${part}`).catch(ignore)
      );
      const files = [1, 2, 3].map((at) => new File(["a"], `${at}.txt`));
      const uploads = sendFiles(session, task.token, files).catch(ignore);
      if (time > 0) await ping(session);
      await close(session);
      await Promise.all([...sending, uploads]);
    }
    await slotIsFree(options, task);
  },
);

forRealServer(
  "a session that connects anew frees the slots of its pipes first",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT, threads: 1 });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    target.result.catch(ignore);
    await setConnectionParams(session, {});
    assertEquals((await send(session, task, "free")).text, ["free\n\n"]);
    await assertRejects(() => target.result);
  },
);

const restarted = valve();
forRealServer(
  "a send that is under way when its task restarts fails, and its slot is not used",
  async (options) => {
    restarted.shut();
    const clock = fakeClock();
    await using session = await connect({ ...options, clock });
    const pipeline = through("valve");
    await using task = await use(session, { pipeline, threads: 1 });
    const sending = send(session, task, "a").catch((error) => error);
    await restarted.reached();
    await restart(session, task, { pipeline });
    const error = await settled(sending, session, clock);
    assert(isDAPException(error), String(error));
    assert(error.message !== "");
    restarted.open();
    assertEquals((await send(session, task, "b")).text, ["b\n\n"]);
  },
  { nodes: [restarted.node] },
);

const ended = valve();
forRealServer(
  "a send that is under way when somebody else terminates its task fails",
  async (options) => {
    ended.shut();
    const clock = fakeClock();
    await using owner = await connect(options);
    await using session = await connect({ ...options, clock });
    const task = await use(owner, { pipeline: through("valve") });
    const sending = send(session, task.token, "a").catch((error) => error);
    await ended.reached();
    await terminate(owner, task);
    const error = await settled(sending, session, clock);
    assert(isDAPException(error, "task-ended"), String(error));
  },
  { nodes: [ended.node] },
);

forRealServer(
  "a pipe whose connection dropped is not closed by its number, which may be another's by then",
  async (options, peer) => {
    await using other = await connect(options);
    await using task = await use(other, { pipeline: TEXT, threads: 2 });
    const session = await connect(options);
    const target = await pipe(session, task.token, { mimeType: "text/plain" });
    await target.getWriter().write("half");
    peer.drop();
    const error = await assertRejects(() => target.result);
    assert(isDAPException(error, "connection-lost"), String(error));
    assert(error.message.includes("90 s") || error.hint?.includes("90 s"));
    await session.closed;
    await using again = await connect(options);
    // The slot of the lost pipe is taken, and the other one free.
    assertEquals((await send(again, task.token, "a")).text, ["a\n\n"]);
  },
);

forRealServer(
  "a watch outlives a task whose token begins alike",
  async (options) => {
    await using session = await connect(options);
    const tokens = ["tk_01234567a", "tk_01234567b"];
    const tasks: Task[] = [];
    for (const token of tokens) {
      tasks.push(await use(session, { pipeline: TEXT, token }));
    }
    const [watched, other] = tasks;
    const reader = watchTask(session, watched!).getReader();
    assertEquals((await reader.read()).value?.completed, false);
    await terminate(session, other!);
    // What is told of the other task has arrived by now.
    await ping(session);
    await send(session, watched!, "a");
    const next = await reader.read();
    assertEquals([next.done, next.value?.completed], [false, false]);
    await terminate(session, watched!);
    let last = next.value;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      last = value;
    }
    assertEquals(last?.completed, true);
  },
);

forRealServer(
  "a watch by a task's public key, which gets no events, ends with the task",
  async (options) => {
    const clock = fakeClock();
    await using owner = await connect(options);
    const task = await use(owner, { pipeline: TEXT });
    const { publicToken } = task.started;
    assert(typeof publicToken === "string");
    await using guest = await connect({ ...options, auth: publicToken, clock });
    const reader = watchTask(guest, task.token).getReader();
    assertEquals((await reader.read()).value?.completed, false);
    await terminate(owner, task);
    let status: { readonly completed: boolean } | undefined;
    const watching = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        status = value;
      }
    })();
    await settled(watching, guest, clock);
    assertEquals(status?.completed, true);
  },
);

forRealServer(
  "the token of a project whose task has ended is not handed out",
  async (options) => {
    await using session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    await terminate(session, task);
    assertEquals((await getTaskStatus(session, task)).completed, true);
    await using again = await use(session, { pipeline: TEXT });
    assertEquals((await send(session, again, "a")).text, ["a\n\n"]);
  },
);
