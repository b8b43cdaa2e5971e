// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Hours of a program's life, on any of the runtimes: sessions that do a little
 * of everything while their connections are cut and fall silent. Prints a
 * {@linkcode Minute} a line, as JSON. Its arguments are the minutes, the
 * engine's port, and the port of a way to it that can fail.
 *
 * @module
 */
import {
  close,
  connect,
  ConnectionException,
  DAPException,
  isConnected,
  type Session,
} from "@rocketride/streams";
import { remove } from "@rocketride/streams/store";
import { Durations, must } from "./figures.ts";
import { MIXED, type SharedTasks, startShared } from "./mixed.ts";
import {
  countTimers,
  type ProcessCounts,
  processCounts,
} from "./process_counts.ts";
import type { EngineCounts } from "./stage.ts";

/** What a minute was like. */
export interface Minute {
  /** Its number, from 1. */
  readonly minute: number;
  /** Pieces of work that were done. */
  readonly done: number;
  /** Pieces of work that a lost connection has ended. */
  readonly interrupted: number;
  /** How often a session was connected again, from the beginning. */
  readonly reconnects: number;
  /** Milliseconds that a `send` took. */
  readonly p50: number;
  readonly p99: number;
  /** What the client has once it rests. */
  readonly client: ProcessCounts;
  /** What the engine has then. */
  readonly engine: EngineCounts;
}

const SESSIONS = 20;
/** How long a session rests after each piece of work. */
const REST_MS = 20;
const MINUTE_MS = 60_000;
/**
 * Connections are spoilt that often, and not in the last part of a minute: not
 * while those that fell silent are replaced. Deno 2.9.6 keeps the descriptor of
 * a connection that is reset in the middle of its upgrade to a WebSocket.
 */
const SPOIL_MS = 13_000;
const CALM_MS = 10_000;
/** What may settle within that time: timers that sweep, tasks that end. */
const SETTLE_MS = 2_000;
const MOST_SETTLING_MS = 60_000;
/** A silence is noticed before the next one begins. */
const HEARTBEAT = { interval: 3_000, timeout: 5_000 };

const { process } = globalThis as unknown as {
  process: { readonly argv: readonly string[] };
};
const [minutes, port, failingPort] = process.argv.slice(-3).map(Number);
const kinds = Object.keys(MIXED);
let interrupted = 0;
let reconnects = 0;
let done = 0;
let sends = new Durations();
/** Settles when no work may begin any more; a new one for each minute. */
let resting = Promise.withResolvers<void>();
let isResting = false;

countTimers();
const options = {
  uri: `ws://127.0.0.1:${failingPort}`,
  auth: "soak",
  env: {},
  persist: true,
  heartbeat: HEARTBEAT,
  onConnected: () => void reconnects++,
};
// Sockets that have not logged in are few on an engine.
const sessions: Session[] = [];
for (let at = 0; at < SESSIONS; at++) sessions.push(await connect(options));
reconnects = 0;
const calm = await connect({
  uri: `ws://127.0.0.1:${port}`,
  auth: "soak",
  env: {},
});
const tasks = await startShared(calm);
const steps = sessions.map(() => 0);
for (let minute = 1; minute <= minutes!; minute++) {
  console.log(JSON.stringify(await live(minute)));
}
await Promise.all([...sessions, calm].map((session) => close(session)));

async function live(minute: number): Promise<Minute> {
  const end = performance.now() + MINUTE_MS;
  const before = { done, interrupted };
  sends = new Durations();
  isResting = false;
  resting = Promise.withResolvers();
  const working = sessions.map((session, at) => work(session, at, tasks));
  for (let spoilt = 0; end - performance.now() > CALM_MS; spoilt++) {
    await rest(Math.min(SPOIL_MS, end - performance.now() - CALM_MS));
    await ask(spoilt % 2 === 0 ? "silence" : "reset");
  }
  // Of what fell silent the engine learns only now.
  await ask("reset");
  await rest(end - performance.now());
  isResting = true;
  resting.resolve();
  await Promise.all(working);
  await settled();
  // Pieces of work that were cut off have left their files.
  await remove(calm, "load", { recursive: true });
  const { client, engine } = await settled();
  return {
    minute,
    done: done - before.done,
    interrupted: interrupted - before.interrupted,
    reconnects,
    p50: sends.at(0.5),
    p99: sends.at(0.99),
    client,
    engine,
  };
}

async function work(
  session: Session,
  at: number,
  tasks: SharedTasks,
): Promise<void> {
  while (!isResting) {
    const step = steps[at]!++;
    const kind = kinds[(at + step) % kinds.length]!;
    const start = performance.now();
    try {
      await MIXED[kind]!(session, tasks, `${at}-${step}`);
      done++;
      if (kind === "send") sends.add(performance.now() - start);
    } catch (error) {
      if (!isInterruption(error)) throw error;
      interrupted++;
    }
    await Promise.race([rest(REST_MS), resting.promise]);
  }
}

/** Whether a failure says that the connection was lost. */
function isInterruption(error: unknown): boolean {
  return error instanceof ConnectionException ||
    error instanceof DAPException && error.retryable;
}

/** Wait until everything rests, and count. */
async function settled(): Promise<{
  readonly client: ProcessCounts;
  readonly engine: EngineCounts;
}> {
  const most = performance.now() + MOST_SETTLING_MS;
  for (;;) {
    await rest(SETTLE_MS);
    const engine: EngineCounts = await (await ask("counts")).json();
    const { pipes, tasks } = engine;
    const isCalm = sessions.every(isConnected) && pipes === 0 && tasks === 3 &&
      engine.connections === SESSIONS + 1;
    if (isCalm) return { engine, client: await processCounts() };
    must(
      performance.now() < most,
      `It does not come to rest: ${JSON.stringify(engine)}`,
    );
  }
}

function ask(what: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/${what}`);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
