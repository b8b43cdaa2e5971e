import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
} from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  getTaskStatus,
  isDAPException,
  lifecycle,
  listTasks,
  pipe,
  PipeException,
  send,
  sendFiles,
  type Session,
  terminate,
  texts,
  use,
  type UseOptions,
  watchTask,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { httpTransport, type Transport } from "@rocketride/streams/transport";
import { TEXT } from "../support/pipelines.ts";

/** An engine that can be killed and started anew at the same address. */
interface Restartable {
  /** What `connect` needs. */
  readonly options: ConnectOptions;
  /** The commands that the client has sent. */
  readonly sent: string[];
  /** Wait until that many tasks were started in all. */
  started(count: number): Promise<void>;
  /**
   * Kill the engine with all its tasks, and start another one. Resolves when
   * the sessions have lost their connections.
   */
  restart(...sessions: Session[]): Promise<void>;
}

type Way = "in memory" | "over a socket" | "over HTTP";

const SOCKETS: readonly Way[] = ["in memory", "over a socket"];
const EVERY_WAY: readonly Way[] = [...SOCKETS, "over HTTP"];

function register(
  ways: readonly Way[],
  name: string,
  test: (restartable: Restartable) => Promise<void>,
): void {
  for (const way of ways) {
    Deno.test(`${name} (${way})`, () => withEngine(way, test));
  }
}

async function withEngine(
  way: Way,
  test: (restartable: Restartable) => Promise<void>,
): Promise<void> {
  let engine = createEngine();
  let server = way === "in memory" ? undefined : serve(0);
  const port = server?.addr.port ?? 0;

  function serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const hostname = "127.0.0.1";
    return Deno.serve(
      { hostname, port, onListen(): void {} },
      (request) => engine.fetch(request),
    );
  }

  const inner = engine.transport();
  const inProcess: Transport = {
    ...inner,
    dial: (...args) => engine.transport().dial(...args),
  };
  const places = {
    "in memory": { transport: inProcess },
    "over a socket": { uri: `ws://127.0.0.1:${port}` },
    "over HTTP": {
      uri: `http://127.0.0.1:${port}`,
      transport: httpTransport(),
    },
  };
  const sent: string[] = [];
  let count = 0;
  let onStart: (count: number) => unknown = () => {};
  try {
    await test({
      sent,
      options: {
        ...places[way],
        auth: "key",
        env: {},
        persist: true,
        random: () => 0,
        onTrace(record): void {
          if (record.kind !== "sent" && record.kind !== "received") return;
          const { message } = record;
          if (message.type === "request") sent.push(message.command);
          if (message.type !== "response") return;
          if (message.command === "execute") onStart(++count);
        },
      },
      async started(wanted): Promise<void> {
        if (count >= wanted) return;
        await new Promise<void>((resolve) => {
          onStart = (now) => now >= wanted && resolve();
        });
      },
      async restart(...sessions): Promise<void> {
        const lost = sessions.map(disconnected);
        await engine.close();
        await server?.shutdown();
        engine = createEngine();
        if (server) server = serve(port);
        await Promise.all(lost);
      },
    });
  } finally {
    await engine.close();
    await server?.shutdown();
  }
}

const KEPT: UseOptions = { pipeline: TEXT, keepRunning: true };

async function said(
  session: Session,
  task: Parameters<typeof send>[1],
  text: string,
): Promise<void> {
  assertEquals(texts(await send(session, task, text)), [`${text}\n\n`]);
}

function starts(sent: readonly string[]): number {
  return sent.filter((it) => it === "execute").length;
}

/** Wait until the session has noticed that its connection is lost. */
async function disconnected(session: Session): Promise<void> {
  for await (const { type } of lifecycle(session)) {
    if (type === "disconnected") return;
  }
}

/** Wait until a task has ended by itself. */
async function ended(session: Session, token: string): Promise<void> {
  for await (const { completed } of watchTask(session, token)) {
    if (completed) return;
  }
}

register(
  SOCKETS,
  "a kept task outlives a restart of the engine",
  async (it) => {
    const session = await connect(it.options);
    const task = await use(session, KEPT);
    const { started, token } = task;
    await said(session, task, "before");
    await it.restart(session);
    await said(session, task, "after");
    assertNotStrictEquals(task.started, started);
    assertEquals(task.started.token, task.token);
    assertEquals((await getTaskStatus(session, task)).completedCount, 1);
    assertEquals(starts(it.sent), 2);
    // The token of the first start leads there, too.
    await said(session, token, "by the old token");
    await terminate(session, task);
    await close(session);
  },
);

register(
  SOCKETS,
  "a kept task is there again after a restart of the engine, without a send",
  async (it) => {
    const session = await connect(it.options);
    const task = await use(session, KEPT);
    await it.restart(session);
    await it.started(2);
    assertEquals((await getTaskStatus(session, task)).completed, false);
    await close(session);
    assertEquals(starts(it.sent), 2);
  },
);

register(SOCKETS, "a kept task outlives its ttl", async (it) => {
  const session = await connect(it.options);
  const task = await use(session, { ...KEPT, ttl: 0.3 });
  await said(session, task, "before");
  for (let time = 0; time < 2; time++) {
    await ended(session, task.token);
    await said(session, task, "after");
    assertEquals(starts(it.sent), 2 + time);
  }
  await close(session);
});

register(
  EVERY_WAY,
  "a kept task outlives its end by another client",
  async (it) => {
    const session = await connect(it.options);
    const other = await connect(it.options);
    const task = await use(session, KEPT);
    const { token } = task;
    await said(session, task, "before");
    await terminate(other, token);
    try {
      await said(session, task, "after");
    } catch (error) {
      // Over HTTP only the result tells that the task has ended.
      assert(error instanceof PipeException && error.retryable);
      await said(session, task, "after");
    }
    assertEquals(starts(it.sent), 2);
    await terminate(session, task);
    await close(other);
    await close(session);
  },
);

register(SOCKETS, "a task that is not kept stays lost", async (it) => {
  const session = await connect(it.options);
  const task = await use(session, { pipeline: TEXT });
  await it.restart(session);
  const error = await assertRejects(() => send(session, task, "after"));
  assert(isDAPException(error, "task-not-running"));
  assertEquals(error.retryable, false);
  assertEquals(starts(it.sent), 1);
  await close(session);
});

register(
  SOCKETS,
  "callers of a lost task start it once together",
  async (it) => {
    const session = await connect(it.options);
    const other = await connect(it.options);
    const task = await use(session, KEPT);
    await terminate(other, task);
    const words = Array.from({ length: 20 }, (_, at) => `text ${at}`);
    await Promise.all(words.map((text) => said(session, task, text)));
    assertEquals(starts(it.sent), 2);
    assertEquals((await listTasks(session)).map((it) => it.token), [
      task.token,
    ]);
    await close(other);
    await close(session);
  },
);

register(
  SOCKETS,
  "a pipe that is open when the engine restarts fails, and may be sent again",
  async (it) => {
    const session = await connect(it.options);
    const task = await use(session, KEPT);
    const target = await pipe(session, task, { mimeType: "text/plain" });
    const writer = target.getWriter();
    writer.closed.catch(() => {});
    await writer.write("lost");
    const lost = assertRejects(() => target.result, ConnectionException);
    await it.restart(session);
    assert((await lost).retryable);
    await said(session, task, "again");
    await close(session);
  },
);

register(
  SOCKETS,
  "files are sent again to a task that was started again",
  async (it) => {
    const session = await connect(it.options);
    const task = await use(session, KEPT);
    let opened: () => void;
    const first = new Promise<void>((resolve) => opened = resolve);
    const files = Array.from(
      { length: 8 },
      (_, at) => new File([`text ${at}`], `${at}.txt`, { type: "text/plain" }),
    );
    const sending = sendFiles(session, task, files, {
      retries: 2,
      onProgress: () => opened(),
    });
    await first;
    await it.restart(session);
    const results = await sending;
    assertEquals(
      results.map(({ action, result }): unknown => [action, result?.text]),
      files.map((_, at) => ["complete", [`text ${at}\n\n`]]),
    );
    await close(session);
  },
);

register(
  SOCKETS,
  "the events of a kept task are those of all its starts",
  async (it) => {
    const session = await connect(it.options);
    const other = await connect(it.options);
    const task = await use(session, { ...KEPT, events: ["task"] });
    await terminate(other, task);
    await said(session, task, "after");
    const actions: string[] = [];
    for await (const event of task.events!) {
      if (event.type === "gap" || event.event !== "apaevt_task") continue;
      if (event.body.action === "running") continue;
      actions.push(event.body.action);
      if (actions.length === 3) break;
    }
    assertEquals(actions, ["begin", "end", "begin"]);
    await close(other);
    await close(session);
  },
);

register(
  SOCKETS,
  "two clients that join one task start it once",
  async (it) => {
    const options: UseOptions = { ...KEPT, useExisting: true };
    const session = await connect(it.options);
    const other = await connect(it.options);
    const one = await use(session, options);
    const two = await use(other, options);
    assertEquals(one.token, two.token);
    await it.restart(session, other);
    await Promise.all([said(session, one, "a"), said(other, two, "b")]);
    assertEquals(one.token, two.token);
    assertEquals((await listTasks(session)).length, 1);
    await two[Symbol.asyncDispose]();
    await said(session, one, "c");
    await close(other);
    await close(session);
  },
);

register(
  SOCKETS,
  "a kept task ends when it is terminated or disposed of",
  async (it) => {
    const session = await connect(it.options);
    const task = await use(session, KEPT);
    await terminate(session, task);
    await assertRejects(() => send(session, task, "late"), PipeException);
    {
      await using disposed = await use(session, KEPT);
      await said(session, disposed, "in time");
    }
    await it.restart(session);
    const lost = await use(session, KEPT);
    await it.restart(session);
    await terminate(session, lost);
    await assertRejects(() => send(session, lost, "late"), PipeException);
    assertEquals(await listTasks(session), []);
    await close(session);
  },
);
