import { isDAPException, type PipeException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import { getTaskStatus } from "../task/get_task_status.ts";
import { taskEnded } from "../task/task_failures.ts";
import { type Patient, TaskHealth } from "./_task_health.ts";

const TICK_MS = 5_000;
/** Held-back text goes after this much quiet (design D8). */
const QUIET_MS = 20_000;
/** The engine drops a pipe that is idle for 60 s (protocol §5.4). */
const KEEP_ALIVE_MS = 40_000;
/** From when on a request in flight is a reason to look after the task. */
const SUSPECT_MS = 15_000;

/** What a {@linkcode Liveness} looks after. */
export interface Watched extends Patient {
  /** The task's token. */
  readonly token: string;
  /** Whether a request waits for its answer. */
  readonly waiting: boolean;
  /** The producer has paused: send what is held back. */
  onQuiet(): void;
  /** The engine is about to forget the pipe: touch it. */
  onIdle(): void;
  /** The task is gone, and with it the answer that is waited for. */
  onDead(error: PipeException): void;
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
  #sentAt: number;
  #polledAt: number;
  #active = false;
  #quiet = false;
  #polling = false;
  #cancel: (() => void) | undefined;

  constructor(core: SessionCore, watched: Watched) {
    this.#core = core;
    this.#watched = watched;
    this.#health = new TaskHealth(watched);
    const now = core.settings.clock.now();
    this.#wroteAt = this.#sentAt = this.#polledAt = now;
    this.#schedule();
  }

  /** The producer wrote something. */
  wrote(): void {
    // Once a chunk; asking for the time would cost more than the rest.
    this.#active = true;
  }

  /** A request left. */
  sent(): void {
    this.#sentAt = this.#polledAt = this.#core.settings.clock.now();
    this.#health.answered();
  }

  /** The pipe is over. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    const { clock } = this.#core.settings;
    this.#cancel = clock.after(TICK_MS, () => this.#tick(), { ref: false });
  }

  #tick(): void {
    this.#schedule();
    const now = this.#core.settings.clock.now();
    if (this.#active) {
      this.#active = this.#quiet = false;
      this.#wroteAt = now;
    }
    if (this.#watched.waiting) {
      if (now - this.#polledAt >= SUSPECT_MS) this.#poll(now);
      return;
    }
    if (!this.#quiet && now - this.#wroteAt >= QUIET_MS) {
      this.#quiet = true;
      this.#watched.onQuiet();
    } else if (now - this.#sentAt >= KEEP_ALIVE_MS) {
      this.#watched.onIdle();
    }
  }

  async #poll(now: number): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    this.#polledAt = now;
    const dead = await this.#taskDied();
    this.#polling = false;
    if (dead && this.#watched.waiting && this.#cancel) {
      this.#watched.onDead(dead);
    }
  }

  async #taskDied(): Promise<PipeException | undefined> {
    try {
      const status = await getTaskStatus(this.#core, this.#watched.token);
      return this.#health.look(status);
    } catch (error) {
      // Only the engine's word counts; a lost line has its own way to tell.
      if (isDAPException(error, "task-not-running")) {
        return taskEnded(error.message);
      }
      return undefined;
    }
  }
}
