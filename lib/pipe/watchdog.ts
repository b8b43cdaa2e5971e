import { isRecord } from "../../schema/json.ts";
import {
  TASK_STATE,
  type TaskState,
  type TaskStatus,
} from "../../schema/task.ts";
import { onAbort } from "../async.ts";
import { type DAPException, isDAPException, PipeException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import { getTaskStatus } from "../task/queries.ts";
import { failureOn, taskEnded, taskRestarted } from "../task/task.ts";

const TICK_MS = 5_000;
/** Held-back text goes after this much quiet. */
const QUIET_MS = 20_000;
/** The engine drops a pipe that is idle for 60 s. */
const KEEP_ALIVE_MS = 40_000;
/** From when on a request in flight is a reason to look after the task. */
const SUSPECT_MS = 15_000;

/** What a {@linkcode Liveness} looks after. */
export interface Watched extends Patient {
  /** The task's token. */
  readonly token: string;
  /** Whether a request waits for its answer. */
  readonly waiting: boolean;
  /** When the latest request left; set to the time of the start. */
  sentAt: number;
  /** Whether the producer has written something; reset at each look. */
  wrote: boolean;
  /** The producer has paused: send what is held back. */
  onQuiet(): void;
  /** The engine is about to forget the pipe: touch it. */
  onIdle(): void;
  /** The task is gone, and with it the answer that is waited for. */
  onDead(error: DAPException): void;
}

/**
 * What is looked after in one session. One timer serves all, and stays armed
 * while pipes come and go, since timers are expensive.
 */
class Watch extends Set<Liveness> {
  readonly #core: SessionCore;
  #cancel: (() => void) | undefined;

  constructor(core: SessionCore) {
    super();
    this.#core = core;
    onAbort(core.signal, () => this.#cancel?.());
  }

  override add(liveness: Liveness): this {
    // A session that has ended looks after nothing.
    if (!this.#cancel && !this.#core.signal.aborted) this.#arm();
    return super.add(liveness);
  }

  #arm(): void {
    const { clock } = this.#core.settings;
    this.#cancel = clock.after(TICK_MS, () => this.#tick(), { ref: false });
  }

  #tick(): void {
    this.#cancel = undefined;
    if (this.size === 0) return;
    this.#arm();
    for (const liveness of [...this]) liveness.tick();
  }
}

const watches: WeakMap<SessionCore, Watch> = new WeakMap();

function watchOf(core: SessionCore): Watch {
  const watch = watches.get(core) ?? new Watch(core);
  watches.set(core, watch);
  return watch;
}

/**
 * Looks after one pipe between requests: flushes what is held back, touches
 * an idle pipe before the engine drops it, and notices when the task or the pipe
 * behind a request is gone, since the engine then never answers.
 */
export class Liveness {
  readonly #core: SessionCore;
  readonly #watched: Watched;
  readonly #health: TaskHealth;
  #wroteAt: number;
  #polledAt: number;
  #quiet = false;
  #polling = false;
  readonly #watch: Watch;

  constructor(core: SessionCore, watched: Watched) {
    this.#core = core;
    this.#watched = watched;
    this.#health = new TaskHealth(watched);
    const now = core.settings.clock.now();
    this.#wroteAt = this.#polledAt = watched.sentAt = now;
    this.#watch = watchOf(core);
    this.#watch.add(this);
  }

  /** The pipe is over. */
  stop(): void {
    this.#watch.delete(this);
  }

  /** See what is due; called every five seconds. */
  tick(): void {
    const now = this.#core.settings.clock.now();
    const watched = this.#watched;
    const { sentAt } = watched;
    if (watched.wrote) {
      watched.wrote = this.#quiet = false;
      this.#wroteAt = now;
    }
    if (watched.waiting) {
      const since = Math.max(this.#polledAt, sentAt);
      if (now - since >= SUSPECT_MS) this.#poll(now);
      return;
    }
    if (!this.#quiet && now - this.#wroteAt >= QUIET_MS) {
      this.#quiet = true;
      this.#watched.onQuiet();
    } else if (now - sentAt >= KEEP_ALIVE_MS) {
      this.#watched.onIdle();
    }
  }

  async #poll(now: number): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    const { sentAt, token } = this.#watched;
    // What was missing before the latest request says nothing of it.
    if (sentAt >= this.#polledAt) this.#health.forget();
    this.#polledAt = now;
    const dead = await this.#taskDied();
    const error = dead && await failureOn(this.#core, token, dead);
    this.#polling = false;
    if (error && this.#watched.waiting && this.#watch.has(this)) {
      this.#watched.onDead(error);
    }
  }

  async #taskDied(): Promise<PipeException | undefined> {
    try {
      const status = await getTaskStatus(this.#core, this.#watched.token);
      return this.#health.look(status);
    } catch (error) {
      // Only answers of the engine count; a lost connection is reported elsewhere.
      if (isDAPException(error, "task-not-running")) {
        return taskEnded(error.dapResult.message);
      }
      return undefined;
    }
  }
}

/** In how many statuses in a row a pipe must be missing. */
const MISSING_LIMIT = 2;
/** In how many an open pipe may have no component at work in the end. */
const IDLE_LIMIT = 8;

/** What is known of the request whose task is looked after. */
export interface Patient {
  /** The first state in which the task can be of use. */
  readonly earliest: TaskState;
  /** The number of the pipe; none while it is being opened. */
  readonly pipeId?: number | undefined;
}

/**
 * Decides by the statuses of a task, requested while a request of a pipe waits,
 * whether an answer can still come. Servers never answer what was under way
 * when the task ended, was restarted, or lost its data connection.
 */
class TaskHealth {
  readonly #patient: Patient;
  #first: TaskStatus | undefined;
  #isListed = false;
  #missing = 0;
  #idle = 0;

  constructor(patient: Patient) {
    this.#patient = patient;
  }

  /** Ignore the statuses so far: another request has left. */
  forget(): void {
    this.#missing = this.#idle = 0;
  }

  /** Why no answer will come, if that is certain. */
  look(status: TaskStatus): PipeException | undefined {
    const { completed, exitMessage, state } = status;
    const runs = state >= this.#patient.earliest && state <= TASK_STATE.RUNNING;
    if (!runs || completed) return taskEnded(exitMessage || status.status);
    const first = this.#first ??= status;
    if (isAnotherRun(first, status)) return taskRestarted();
    return this.#isLost(status) ? pipeLost() : undefined;
  }

  /**
   * Servers list each open pipe with the components at work in it; some keep
   * an empty entry of a pipe that is over. One that does not trace lists none.
   */
  #isLost({ exitCode, pipeflow }: TaskStatus): boolean {
    const { pipeId } = this.#patient;
    if (pipeId === undefined || !isRecord(pipeflow)) return false;
    const { byPipe, totalPipes } = pipeflow;
    if (!isRecord(byPipe)) return false;
    const entry: unknown = byPipe[String(pipeId)];
    if (Array.isArray(entry)) {
      this.#missing = 0;
      this.#idle = this.#isListed && entry.length === 0 ? this.#idle + 1 : 0;
      this.#isListed ||= entry.length > 0;
      return this.#idle >= IDLE_LIMIT;
    }
    const lists = this.#isListed || Number(totalPipes) > 0 ||
      Object.keys(byPipe).length > 0 || exitCode === null;
    if (lists) this.#missing++;
    return this.#missing >= MISSING_LIMIT;
  }
}

/** Servers reset the time of the start, or only forget the exit code. */
function isAnotherRun(first: TaskStatus, now: TaskStatus): boolean {
  const started = typeof first.startTime === "number" && first.startTime > 0;
  if (started && now.startTime !== first.startTime) return true;
  return typeof first.exitCode === "number" && now.exitCode === null;
}

function pipeLost(): PipeException {
  return new PipeException("Server has lost the pipe", {
    code: "pipe-closed",
    hint: "What was in the pipe is lost: send it again",
  });
}
