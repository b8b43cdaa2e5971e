import fc from "fast-check";
import { getDashboard, listAllTasks } from "../../lib/admin/mod.ts";
import { events } from "../../lib/events/events.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { connect } from "../../lib/session/connect.ts";
import { close } from "../../lib/session/connection.ts";
import type { Session } from "../../lib/session/session.ts";
import { inTime } from "../support/in_time.ts";
import { SessionModel } from "./model.ts";
import { sequences } from "./model_commands.ts";
import type { Setup } from "./model_operation.ts";
import { prepare } from "./model_task_actions.ts";
import type { PeerKind } from "./model_line.ts";
import { World } from "./model_world.ts";

/** What only ever turns a hang into a failure. */
const GUARD_MS = 30_000;
/** For how long a sequence that fails is made shorter. */
const SHRINK_MS = 60_000;
/** Pipes that nobody uses are taken back after a minute. */
const IDLE_MS = 31_000;

/** How often what ran, and came to which end. */
export interface Tallies {
  cases: number;
  /** By the names of commands. */
  readonly commands: Record<string, number>;
  /** By the kinds of operations and their outcomes. */
  readonly outcomes: Record<string, number>;
}

/** The name of objects that only find out whether slots are free. */
const PROBE = "probe";

/** Which cases are tried. */
export interface ModelRun {
  readonly peer: PeerKind;
  /** How many. */
  readonly cases: number;
  /** The case that failed, as its report says, which is then tried alone. */
  readonly path?: string | undefined;
  /** Its commands, as its report says. */
  readonly replayPath?: string | undefined;
}

/**
 * Try sequences of commands on sessions with one kind of peer.
 *
 * @returns How often what ran, and came to which end.
 * @throws The first sequence that fails, as short as it could be made, with the
 * command that repeats it.
 */
export async function runModel(
  { peer, cases: numRuns, path, replayPath }: ModelRun,
): Promise<Tallies> {
  const tallies: Tallies = { cases: 0, commands: {}, outcomes: {} };
  const setups = fc.record({
    peer: fc.constant(peer),
    persist: fc.boolean(),
    heartbeat: fc.boolean(),
    isPrepared: fc.nat(7).map((it) => it < 7),
    settles: fc.boolean(),
    seed: fc.nat(),
  });
  const commands = sequences(tallies.commands, replayPath);
  let failedAt: number | undefined;
  try {
    await fc.assert(
      fc.asyncProperty(setups, commands, async (setup, commands) => {
        const since = performance.now() - (failedAt ?? Infinity);
        if (since > SHRINK_MS) return;
        try {
          await oneCase(setup, commands, tallies);
        } catch (error) {
          failedAt ??= performance.now();
          throw error;
        }
      }),
      { numRuns, ...(path !== undefined && { path, endOnFailure: true }) },
    );
  } catch (error) {
    throw repeatable(error, peer);
  }
  return tallies;
}

/** The same error with the command that repeats it. */
function repeatable(error: unknown, peer: PeerKind): unknown {
  if (!(error instanceof Error)) return error;
  const [, seed, path] = /seed: (-?\d+), path: "([^"]*)"/.exec(error.message) ??
    [];
  const [, replay] = /replayPath="([^"]*)"/.exec(error.message) ?? [];
  const command = `deno task chaos:model --peer=${peer} --seed=${seed} ` +
    `--path='${path}' --replay='${replay}'`;
  return new Error(`${error.message}\n${command}`, { cause: error.cause });
}

/** How a case is set up, and how it ends. */
interface CaseSetup extends Setup {
  /** Whether there is a session with a task to begin with. */
  readonly isPrepared: boolean;
  /** Whether what is under way comes to its end before the session is closed. */
  readonly settles: boolean;
  readonly seed: number;
}

async function oneCase(
  setup: CaseSetup,
  commands: Iterable<fc.AsyncCommand<SessionModel, World>>,
  tallies: Tallies,
): Promise<void> {
  const model = new SessionModel(setup);
  const world = await World.make(model, String(setup.seed));
  let failure: unknown;
  const setUp = async (): Promise<{ model: SessionModel; real: World }> => {
    if (setup.isPrepared) await prepare(model, world);
    return { model, real: world };
  };
  const working = fc.asyncModelRun(setUp, commands)
    .then(() => end(world, setup))
    .catch((error) => failure ??= error);
  if (!await inTime(working, GUARD_MS)) {
    failure = new Error(`Hangs: ${world.phase}\n${whatIsLeft(world)}`);
  }
  tallies.cases++;
  for (const [outcome, count] of model.counts) {
    tallies.outcomes[outcome] = (tallies.outcomes[outcome] ?? 0) + count;
  }
  if (failure) {
    await abandon(world);
    throw failure;
  }
}

/** What is under way, and how far its objects are at the engine. */
function whatIsLeft({ model, ledger }: World): string {
  const stateOf = (name: string): string =>
    ledger.delivered.find((it) => it.name === name)?.state ?? "not there";
  return [...model.running].map(({ kind, id, disturbed, objects }) => {
    const states = objects.map((it) =>
      `${it} ${model.objects.get(it)?.state}, ${stateOf(it)}`
    );
    return `${kind} ${id} [${[...disturbed]}]: ${states.join("; ")}`;
  }).join("\n");
}

/** End what a failed case has left, before the next one begins. */
async function abandon(world: World): Promise<void> {
  world.ledger.release();
  if (world.hasSession) await inTime(world.close().catch(() => {}), GUARD_MS);
  await inTime(Promise.resolve(world.line[Symbol.asyncDispose]()), GUARD_MS);
  await inTime(world.engine.close(), GUARD_MS);
}

/** End the session; nothing may be left of it. */
async function end(world: World, setup: CaseSetup): Promise<void> {
  const { model, ledger } = world;
  if (setup.settles && model.line !== "down") {
    model.isHeld = false;
    ledger.release();
    await world.finish();
  }
  if (model.session !== "none") await world.close();
  await world.settled(() => true);
  // A socket whose peer is silent stays open as long as the platform likes.
  world.line.cut("reset");
  if (model.isHeld) ledger.release();
  if (model.line === "down") world.start(true);
  await checkEngine(world);
  world.phase = "all is closed";
  await world.line.stop();
  await world.line[Symbol.asyncDispose]();
  model.compare(ledger.delivered.filter(({ name }) => name !== PROBE));
  for (const [what, count] of leftovers(world)) {
    if (count > 0) model.fault(undefined, `${count} ${what} are left`);
  }
  if (model.faults.length > 0) throw new Error(model.faults.join("\n"));
}

function leftovers(world: World): [string, number][] {
  const signals = [...world.signals.values()];
  return [
    ["timers of the session", world.clock.timers],
    ["timers of the engine", world.engineClock.timers],
    ["listeners", signals.reduce((sum, it) => sum + it.listeners, 0)],
    ["operations", world.model.running.size],
  ];
}

/** Ask the engine what is left: no connection, no pipe, no task but ours. */
async function checkEngine(world: World): Promise<void> {
  const { model, engine } = world;
  world.phase = "the engine is asked";
  const observer = await connect({
    transport: engine.transport(),
    env: {},
    heartbeat: false,
  });
  if (!model.isFaithful) await untilAlone(observer);
  // A server keeps the pipes of lost connections until they are idle.
  for (let steps = 0; model.isFaithful && steps < 4; steps++) {
    await world.engineClock.jump(IDLE_MS);
    await world.turn();
  }
  const allowed = new Set(
    model.tasks.filter(({ mayRun }) => mayRun).map(({ project }) => project),
  );
  const active: string[] = [];
  for await (const { projectId, endTime } of listAllTasks(observer)) {
    if (!endTime) active.push(projectId);
  }
  for (const project of active) {
    if (!allowed.has(project)) model.fault(undefined, `${project} still runs`);
  }
  for (const { project, state } of model.tasks) {
    if (state === "running" && !active.includes(project)) {
      model.fault(undefined, `${project} does not run`);
    }
  }
  world.phase = "slots get free";
  for (const { token, threads, state } of model.tasks) {
    if (state !== "running") continue;
    const pipes = await Promise.all(
      Array.from(
        { length: threads },
        () => pipe(observer, token!, { objinfo: { name: PROBE } }),
      ),
    );
    await Promise.all(pipes.map((it) => it.abort()));
  }
  await close(observer);
}

/** Wait until no other connection is there. */
async function untilAlone(observer: Session): Promise<void> {
  const stream = await events(observer, "*", { types: ["DASHBOARD"] });
  const reader = stream.getReader();
  for (;;) {
    const { overview } = await getDashboard(observer);
    if (overview.totalConnections === 1) break;
    await reader.read();
  }
  await reader.cancel();
}
