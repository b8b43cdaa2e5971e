import type { Clock } from "../../async.ts";
import type { Permission } from "../access/permissions.ts";
import { ownRights, type TaskKeys } from "../access/keys.ts";
import { ConnectionException } from "../../errors.ts";
import type { EngineLimits } from "../limits.ts";
import type { Task } from "./task.ts";

/** How many ended tasks are kept, and for how long. */
type EndedLimits = Pick<
  Required<EngineLimits>,
  "maxEndedTasks" | "maxEndedSize" | "endedTaskTime"
>;

/**
 * The tasks of an engine, by token. Ended ones stay for a while, so that their
 * last status can be read.
 */
export class TaskTable {
  /** The tasks by their own tokens; most requests name one of these. */
  readonly byToken: ReadonlyMap<string, Task>;
  readonly #clock: Clock;
  readonly #tasks: Map<string, Task> = new Map();
  readonly #ended: Map<string, { cancel: () => void; size: number }> =
    new Map();
  readonly #limits: EndedLimits;
  #endedSize = 0;
  readonly #onForget: (task: Task) => void;
  readonly #keys: TaskKeys;
  #isClosed = false;

  /** `onForget` is called for each task that is evicted. */
  constructor(
    clock: Clock,
    limits: EndedLimits,
    keys: TaskKeys,
    onForget: (task: Task) => void,
  ) {
    this.byToken = this.#tasks;
    this.#clock = clock;
    this.#keys = keys;
    this.#limits = limits;
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
    const { maxEndedTasks, maxEndedSize, endedTaskTime } = this.#limits;
    const forget = (): void => this.#forget(token);
    const options = { ref: false };
    const cancel = this.#clock.after(endedTaskTime, forget, options);
    const size = sizeOf(this.#tasks.get(token));
    this.#ended.set(token, { cancel, size });
    this.#endedSize += size;
    for (const oldest of this.#ended.keys()) {
      const fits = this.#ended.size <= maxEndedTasks &&
        this.#endedSize <= maxEndedSize;
      if (fits || oldest === token) break;
      this.#forget(oldest);
    }
  }

  /** The task of a token, running or ended, whatever the token carries. */
  get(token: string): Task | undefined {
    return this.#tasks.get(token) ??
      this.#tasks.get(this.#keys.find(token)?.token ?? "");
  }

  all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  /** The tasks that have not ended, oldest first. */
  active(): readonly Task[] {
    return this.all().filter((task) => task.active);
  }

  /** The running task that a key is for, and what the key carries. */
  findByKey(
    key: string,
  ): { task: Task; rights: ReadonlySet<Permission> } | undefined {
    const lesser = this.#keys.find(key);
    const isPrivate = key.startsWith("tk_");
    const task = lesser || isPrivate
      ? this.get(key)
      : this.active().find(({ spec }) => spec.publicToken === key);
    if (!task?.active) return undefined;
    const rights = task.spec.token !== key && lesser?.rights;
    return {
      task,
      rights: rights || ownRights(isPrivate ? "tk" : "pk", task.spec),
    };
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
    this.#keys.forget(token);
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
