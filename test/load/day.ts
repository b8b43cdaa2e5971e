import {
  close,
  connect,
  type ConnectOptions,
  events,
  pipe,
  send,
  type Session,
  type Task,
  texts,
  use,
} from "@rocketride/streams";
import { listConnections } from "@rocketride/streams/admin";
import { createEngine, type Engine } from "@rocketride/streams/engine";
import {
  drainMicrotasks,
  type FakeClock,
  fakeClock,
} from "../support/fake_clock.ts";
import { type FailingNetwork, failingNetwork } from "./failing_network.ts";
import { exactly, type Figure, must } from "./figures.ts";
import { textPipeline } from "./nodes.ts";

const HOURS = 24;
const MINUTE = 60_000;
/** The engine is another one after so many hours. */
const RESTART_HOURS = 6;
const RESTARTS = HOURS / RESTART_HOURS - 1;
/** Seconds without data after which the short task ends. */
const TTL = 15 * 60;
/** Heartbeats in an hour after a login that was not on the hour. */
const BEATS = 239;

/** What a session tells about its connection. */
interface Told {
  connected: number;
  disconnected: number;
  silent: number;
}

/**
 * 24 hours on a fake clock: the network is cut every hour, one line falls
 * silent every hour, the engine is replaced every six, a task ends for want of
 * data twice an hour and is started again, tokens expire. All of it is counted.
 */
export async function day(): Promise<Figure[]> {
  const clock = fakeClock();
  const newEngine = (): Engine => createEngine({ clock });
  // Each session has a network of its own, before the same engine.
  const networks = ["idle", "worker", "minted", "muted"].map(() =>
    failingNetwork(newEngine(), clock)
  ) as [FailingNetwork, FailingNetwork, FailingNetwork, FailingNetwork];
  const [idleNet, workerNet, mintedNet, mutedNet] = networks;
  let engine = newEngine();
  await replace(networks, engine);

  let minted = 0;
  const idle = await connected(clock, idleNet, { auth: "key" });
  const worker = await connected(clock, workerNet, { auth: "key" });
  const other = await connected(clock, mintedNet, {
    auth: () => `minted-${++minted}`,
  });
  const muted = await connected(clock, mutedNet, { auth: "key" });
  const sessions = { idle, worker, minted: other, muted };

  const short = await kept(worker.session, "short", TTL);
  const long = await kept(worker.session, "long", 0);
  const counts = { ends: 0, gaps: 0, sent: 0, lostPipes: 0 };
  const watching = watch(worker.session, "short", counts);
  const timers = new Set<number>();
  let restarts = 0;

  for (let hour = 1; hour <= HOURS; hour++) {
    await clock.advance(10 * MINUTE);
    mutedNet.mute();
    await clock.advance(20 * MINUTE);
    for (const task of [short, long]) {
      await said(clock, worker.session, task, `${hour}`);
      counts.sent++;
    }
    await clock.advance(28 * MINUTE);
    timers.add(clock.timers);
    exactly("connections", await connectionsOf(worker.session), 4);
    await clock.advance(2 * MINUTE - 1_000);
    const open = await pipe(worker.session, long);
    await clock.advance(1_000);
    if (hour % RESTART_HOURS === 0 && hour < HOURS) {
      restarts++;
      const before = engine;
      engine = newEngine();
      await replace(networks, engine);
      await before.close();
    } else for (const network of networks) network.cut();
    await open.result.then(
      () => must(false, "A pipe outlived its connection"),
      () => counts.lostPipes++,
    );
    await drainMicrotasks();
  }
  // The last reconnects.
  await clock.advance(5_000);
  const beats = idleNet.requests("rrext_ping");
  for (const { session } of Object.values(sessions)) {
    must(!session.signal.aborted, "A session has ended by itself");
    await finished(clock, close(session));
  }
  await watching;
  await engine.close();
  await drainMicrotasks();

  return [
    count("heartbeats of the idle session", beats, BEATS * HOURS + 1),
    ...Object.entries(sessions).flatMap(([name, { told }]) => {
      const silent = name === "muted" ? HOURS : 0;
      return [
        count(`logins of ${name}`, told.connected, 1 + HOURS + silent),
        count(`losses of ${name}`, told.disconnected, 1 + HOURS + silent),
        count(`silent losses of ${name}`, told.silent, silent),
      ];
    }),
    count("credentials asked for", minted, 1 + HOURS),
    count("credentials presented", idleNet.requests("auth"), 1 + 2 * HOURS),
    count("tokens that had expired", idleNet.refused, HOURS),
    count("objects sent", counts.sent, 2 * HOURS),
    count("pipes lost with a connection", counts.lostPipes, HOURS),
    count("gaps in the events", counts.gaps, HOURS),
    count("ends of the short task", counts.ends, 2 * HOURS),
    count("starts", workerNet.requests("execute"), 2 + 2 * HOURS + RESTARTS),
    count("engines replaced", restarts, RESTARTS),
    count("numbers of timers, hour by hour", timers.size, 1),
    count("timers left", clock.timers, 0),
  ];
}

function count(what: string, value: number, expected: number): Figure {
  return { what, value, unit: "", least: expected, most: expected };
}

async function replace(
  networks: readonly FailingNetwork[],
  engine: Engine,
): Promise<void> {
  for (const network of networks) network.engine = engine;
  await drainMicrotasks();
}

interface Connected {
  readonly session: Session;
  readonly told: Told;
}

async function connected(
  clock: FakeClock,
  network: FailingNetwork,
  options: ConnectOptions,
): Promise<Connected> {
  const told: Told = { connected: 0, disconnected: 0, silent: 0 };
  const session = await connect({
    ...options,
    transport: network.transport(),
    clock,
    env: {},
    persist: true,
    random: () => 0.5,
    onConnected: () => void told.connected++,
    onDisconnected(reason): void {
      told.disconnected++;
      if (reason.startsWith("No sign of life")) told.silent++;
    },
  });
  return { session, told };
}

async function kept(
  session: Session,
  name: string,
  ttl: number,
): Promise<Task> {
  const pipeline = textPipeline(name);
  return await use(session, { pipeline, ttl, keepRunning: true });
}

/** Wait for something that takes time on the fake clock. */
async function finished<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => isDone = true);
  while (!isDone) {
    await drainMicrotasks();
    if (!isDone) await clock.advance(10);
  }
  return await done;
}

async function said(
  clock: FakeClock,
  session: Session,
  task: Task,
  text: string,
): Promise<void> {
  const result = await finished(clock, send(session, task, text));
  const [answer] = texts(result);
  must(answer === `${text}\n\n`, `Sent ${text}, but got ${answer}`);
}

async function connectionsOf(session: Session): Promise<number> {
  let connections = 0;
  for await (const _ of listConnections(session)) connections++;
  return connections;
}

async function watch(
  session: Session,
  projectId: string,
  counts: { ends: number; gaps: number },
): Promise<void> {
  const stream = await events(session, { projectId, source: "in" }, {
    types: ["apaevt_task"],
  });
  for await (const event of stream) {
    if (event.type === "gap") {
      counts.gaps++;
      continue;
    }
    const { action } = event.body as { readonly action?: string };
    if (action === "end") counts.ends++;
  }
}
