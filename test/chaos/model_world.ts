import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { FileStore } from "../../lib/engine/store/file_store.ts";
import { memoryStore } from "../../lib/engine/store/memory_store.ts";
import type { DataPipe } from "../../lib/pipe/data_pipe.ts";
import { call } from "../../lib/session/call.ts";
import { connect } from "../../lib/session/connect.ts";
import { close, isConnected } from "../../lib/session/connection.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";
import {
  type CountingSignal,
  countingSignal,
} from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../support/faithful_peer/seeded_random.ts";
import type { SessionModel } from "./model.ts";
import type {
  Group,
  Operation,
  OperationKind,
  Outcome,
} from "./model_operation.ts";
import { type JumpingClock, jumpingClock } from "./model_clock.ts";
import { type Ledger, ledger } from "./model_ledger.ts";
import { type Line, lineOf } from "./model_line.ts";

/** A pipe of the session, and how it is written to. */
export interface WorldPipe {
  readonly writer: WritableStreamDefaultWriter;
  readonly group: Group;
  readonly object: string;
  readonly task: number;
}

/** How far time goes in a step: a heartbeat, and a look at the tasks. */
export const STEP_MS = 15_000;

/** Time to close an engine's pipes in, on the slowest machine. */
const PATIENCE_MS = 20_000;

/** The real thing: a session, its engine, and all that is under way. */
export class World {
  readonly model: SessionModel;
  readonly clock: JumpingClock = jumpingClock();
  readonly engineClock: JumpingClock = jumpingClock();
  readonly ledger: Ledger = ledger();
  readonly #pipes: Set<WorldPipe> = new Set();
  readonly signals: Map<Group, CountingSignal> = new Map();
  readonly readers: Map<Operation, ReadableStreamDefaultReader> = new Map();
  readonly line: Line;
  readonly #settled: Map<Operation, Promise<void>> = new Map();
  #store: FileStore = memoryStore();
  #session: Session | undefined;
  #engine: Engine | undefined;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();
  #isFinishing = false;
  /** How many connections the session has lost. */
  #drops = 0;
  /** What is waited for; part of the report of a hang. */
  phase = "";

  readonly #random: SeededRandom;

  private constructor(model: SessionModel, line: Line, seed: string) {
    this.model = model;
    this.line = line;
    this.#random = seededRandom(seed);
    this.start(true);
  }

  static async make(model: SessionModel, seed: string): Promise<World> {
    return new World(model, await lineOf(model.setup.peer, seed), seed);
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  get session(): Session {
    return this.#session!;
  }

  get engine(): Engine {
    return this.#engine!;
  }

  /** Let an engine run; with what was stored in the one before, or without. */
  start(keepsStore: boolean): void {
    if (!keepsStore) this.#store = memoryStore();
    this.#engine = createEngine({
      nodes: [this.ledger.node],
      store: this.#store,
      clock: this.engineClock,
      ...this.line.engineOptions,
    });
    this.line.start(this.#engine);
  }

  signalOf(group: Group): CountingSignal {
    const found = this.signals.get(group) ?? countingSignal();
    this.signals.set(group, found);
    return found;
  }

  /** Connect, and wait until that has worked or not. */
  async connect(signal?: AbortSignal): Promise<void> {
    const { persist, heartbeat } = this.model.setup;
    const changed = (): void => this.#change();
    const options: ConnectOptions = {
      ...this.line.options,
      auth: "key",
      env: {},
      persist,
      clock: this.clock,
      random: () => this.#random.next(),
      reconnect: { firstDelay: 1, maxDelay: 8 },
      onConnected: changed,
      onDisconnected: () => {
        this.#drops++;
        this.#change();
      },
      signal,
      ...(!heartbeat && { heartbeat: false as const }),
    };
    const session = await connect(options);
    session.closed.then(changed);
    this.#session = session;
  }

  #change(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  /** Do what costs the session its connection, and wait until it notices. */
  async losing(lose: () => Promise<void> | void): Promise<void> {
    this.phase = "the session notices";
    const before = this.#drops;
    await lose();
    while (this.#drops === before) await this.#changed.promise;
  }

  /** Wait until something has come over the line, or the session has ended. */
  async steady(): Promise<boolean> {
    this.phase = "the session is steady";
    while (!this.session.signal.aborted) {
      while (!isConnected(this.session) && !this.session.signal.aborted) {
        await this.#changed.promise;
      }
      const answer = await this.ping();
      if (answer === undefined) return true;
      if (!this.model.setup.persist) break;
    }
    return false;
  }

  async ping(): Promise<unknown> {
    try {
      await call(this.session, "rrext_ping", {}, { timeout: Infinity });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Let time pass on the line that works. */
  async pass(): Promise<void> {
    this.phase = "time passes";
    await this.clock.jump(STEP_MS);
    // The front of a server may be late with what keeps a pipe.
    if (!this.model.isFaithful) await this.engineClock.jump(STEP_MS);
    await this.turn();
    const error = await this.ping();
    if (error) this.model.fault(undefined, `lost as time passed: ${error}`);
  }

  async turn(): Promise<void> {
    await drainMicrotasks();
  }

  /** Begin an operation, and pass its outcome to the model. */
  begin<T>(
    operation: Operation,
    work: (signal: AbortSignal) => Promise<T>,
    then: (value: T) => void = () => {},
    otherwise: () => void = () => {},
  ): void {
    const { signal } = this.signalOf(operation.group);
    const settle = (outcome: Outcome): void => {
      this.model.settle(operation, outcome);
      this.#settled.delete(operation);
    };
    const working = new Promise<T>((resolve) => resolve(work(signal)));
    this.#settled.set(
      operation,
      working.then(
        (value) => {
          settle({ value });
          then(value);
        },
        (error) => {
          settle({ error });
          otherwise();
        },
      ),
    );
  }

  abort(group: Group): void {
    this.signalOf(group).abort(group.reason);
  }

  /** The pipes that take data. */
  get openPipes(): readonly WorldPipe[] {
    return [...this.#pipes];
  }

  /** A pipe was opened: its result is awaited until there is one. */
  opened(pipe: DataPipe, { group, task, objects }: Operation): void {
    const writer = pipe.getWriter();
    writer.closed.catch(() => {});
    const opened: WorldPipe = {
      writer,
      group,
      object: objects[0]!,
      task: task!,
    };
    this.#pipes.add(opened);
    this.model.openPipes++;
    const done = (): void => this.#forget(opened);
    const operation = this.model.begin("pipe-result", { group, task, objects });
    this.begin(operation, () => pipe.result, done, done);
    if (this.#isFinishing) this.closePipe(opened);
  }

  #forget(pipe: WorldPipe): void {
    if (this.#pipes.delete(pipe)) this.model.openPipes--;
  }

  closePipe(pipe: WorldPipe): void {
    const { group, task, writer } = pipe;
    this.#forget(pipe);
    const operation = this.model.begin("pipe-close", { group, task });
    this.begin(operation, () => writer.close());
  }

  /** Wait until a message has crossed the line, if the session is not over. */
  async makeSure(): Promise<void> {
    await this.steady();
    this.model.isUnsure = false;
  }

  /** Close the open pipes, and wait until every operation has ended. */
  async finish(): Promise<void> {
    if (this.model.line === "silent") await this.notice();
    if (this.model.isUnsure) await this.makeSure();
    this.#isFinishing = true;
    for (const pipe of this.#pipes) this.closePipe(pipe);
    await this.settled((kind) => kind !== "stream");
    this.#isFinishing = false;
  }

  /** Close the session; that takes time where nothing answers. */
  async close(): Promise<void> {
    const { model, session } = this;
    model.disturb("end");
    this.phase = "closing";
    const isSlow = model.isHeld || model.needsTime;
    model.session = "none";
    let isOver = false;
    // Time that is put forward may be over before a started task is ended.
    if (isSlow) model.strand();
    const grace = isSlow ? 1_000 : PATIENCE_MS;
    const closing = close(session, { grace }).then(() => {
      isOver = true;
    });
    while (isSlow && !isOver) {
      await this.clock.jump(500);
      await this.turn();
    }
    await closing;
    await session.closed;
    model.isUnsure = false;
    if (model.line === "silent") model.line = "up";
  }

  /** Wait for some of what is under way, over and over until there is none. */
  async settled(kinds: (kind: OperationKind) => boolean): Promise<void> {
    for (;;) {
      const some = [...this.#settled].filter(([{ kind }]) => kinds(kind));
      if (some.length === 0) return;
      this.phase = `settling ${some.map(([it]) => `${it.kind} ${it.id}`)}`;
      if (this.model.line === "silent") {
        await this.notice();
      } else if (this.model.needsTime && this.model.session === "open") {
        this.model.disturb("time");
        await this.steady();
        await this.pass();
      } else {
        await Promise.race(some.map(([, settled]) => settled));
      }
    }
  }

  /** Let time pass until the session has noticed that its line is silent. */
  async notice(): Promise<void> {
    const { model } = this;
    model.disturb("time");
    if (!model.setup.persist) model.disturb("end");
    this.phase = "a silent line is noticed";
    const before = this.#drops;
    while (this.#drops === before) {
      await this.clock.jump(STEP_MS);
      await this.turn();
    }
    if (model.setup.persist) await this.makeSure();
    else model.session = "lost";
    model.line = "up";
  }
}
