import type { Clock } from "../../_clock.ts";
import { ConnectionException } from "../../errors.ts";
import type { Task } from "./task.ts";

const RETENTION_MS = 300_000;
/** What the pipelines of ended tasks may have, as JSON, but for the last one. */
const ENDED_CHARACTERS = 64 * 1024 * 1024;

/** What is kept about a task that has ended. */
interface Ended {
  /** Cancels the timer that forgets it. */
  readonly cancel: () => void;
  /** The characters of its pipeline. */
  readonly size: number;
}

/**
 * The tasks of an engine, by token. Ended ones stay for five minutes, so that
 * their last status can be read (protocol §1.2).
 */
export class TaskTable {
  readonly #clock: Clock;
  readonly #tasks: Map<string, Task> = new Map();
  /** Those that have ended, oldest first. */
  readonly #ended: Map<string, Ended> = new Map();
  readonly #maxEnded: number;
  #endedSize = 0;
  readonly #onForget: (task: Task) => void;
  #isClosed = false;

  /**
   * Make an empty table that takes its time from `clock` and remembers so many
   * tasks that have ended; `onForget` is told about each task that is
   * remembered no more.
   */
  constructor(
    clock: Clock,
    { maxEndedTasks }: { readonly maxEndedTasks: number },
    onForget: (task: Task) => void,
  ) {
    this.#clock = clock;
    this.#maxEnded = maxEndedTasks;
    this.#onForget = onForget;
  }

  /**
   * Enter a task; an ended one of the same token makes room for it.
   *
   * @throws {ConnectionException} The table is closed: whoever waited for
   * another task to end comes too late.
   */
  add(task: Task): void {
    if (this.#isClosed) throw new ConnectionException("Engine is closed");
    const { token } = task.spec;
    this.#forget(token);
    this.#tasks.set(token, task);
  }

  /** Keep an ended task for a while, unless there are too many of them. */
  retire(token: string): void {
    const forget = (): void => this.#forget(token);
    const cancel = this.#clock.after(RETENTION_MS, forget, { ref: false });
    const size = sizeOf(this.#tasks.get(token));
    this.#ended.set(token, { cancel, size });
    this.#endedSize += size;
    for (const oldest of this.#ended.keys()) {
      const fits = this.#ended.size <= this.#maxEnded &&
        this.#endedSize <= ENDED_CHARACTERS;
      if (fits || oldest === token) break;
      this.#forget(oldest);
    }
  }

  /** The task of a token, running or ended. */
  get(token: string): Task | undefined {
    return this.#tasks.get(token);
  }

  /** All tasks that are remembered, oldest first. */
  all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  /** The tasks that have not ended, oldest first. */
  active(): readonly Task[] {
    return this.all().filter((task) => task.active);
  }

  /** The running task of a public key. */
  findPublic(publicToken: string): Task | undefined {
    return this.active().find(({ spec }) => spec.publicToken === publicToken);
  }

  /** The tasks of a source, active ones first; `*` for any source. */
  ofSource(projectId: string, source: string): readonly Task[] {
    const found = this.all().filter(({ spec }) =>
      spec.projectId === projectId &&
      (source === "*" || spec.source === source)
    );
    return [
      ...found.filter((task) => task.active),
      ...found.filter((task) => !task.active),
    ];
  }

  /** Stop everything and forget it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.active().map((task) => task.stop()));
    for (const token of [...this.#tasks.keys()]) this.#forget(token);
  }

  #forget(token: string): void {
    const ended = this.#ended.get(token);
    ended?.cancel();
    this.#ended.delete(token);
    this.#endedSize -= ended?.size ?? 0;
    const task = this.#tasks.get(token);
    if (task && this.#tasks.delete(token)) this.#onForget(task);
  }
}

function sizeOf(task: Task | undefined): number {
  try {
    return JSON.stringify(task?.pipeline ?? null).length;
  } catch {
    // In process it may be what JSON cannot carry.
    return 0;
  }
}
