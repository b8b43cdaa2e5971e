import { EVENT_BITS } from "../../../schema/event.ts";
import { withoutKey } from "../access/without_key.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { TaskEvents } from "./task_events.ts";

/** The task that an event is about. */
export interface TaskTopic {
  /** The task's token. */
  readonly token: string;
  /** The task's public key. */
  readonly publicToken: string;
  /** The id shown to watchers. */
  readonly displayId: string;
  /** The task's project. */
  readonly projectId: string;
  /** The task's source component. */
  readonly source: string;
}

/** A connection, as far as events are concerned. */
export interface Watcher {
  /** What it subscribed to. */
  readonly subscriptions: Subscriptions;
  /** Whether it may see events about this task at this moment. */
  mayWatch(permission: "task.data" | "task.monitor", token: string): boolean;
  /** Deliver an event. Must not wait. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void;
}

/**
 * Everybody who watches the tasks of an engine.
 *
 * An event reaches a connection at most once, however many of its
 * subscriptions match. What a connection may see is decided at delivery, so a
 * subscription alone gives nothing away.
 */
export class Monitors {
  readonly #watchers: Set<Watcher> = new Set();

  /** Let a connection take part. */
  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Forget a connection. */
  delete(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** The way for one task to tell its watchers. */
  eventsOf(task: TaskTopic): TaskEvents {
    return {
      wanted: (bit) => this.#audience(task, bit).next().done === false,
      publish: (bit, event, makeBody, pipeId) => {
        let body: Readonly<Record<string, unknown>> | undefined;
        try {
          for (const watcher of this.#audience(task, bit, pipeId)) {
            body ??= { ...makeBody(), __id: task.displayId };
            const isTold = !("notes" in body) ||
              watcher.mayWatch("task.data", task.token);
            const shown = isTold ? body : withoutKey(body, task.publicToken);
            watcher.sendEvent(event, shown);
          }
        } catch {
          // A node may say what JSON cannot carry. That it is watched must not
          // fail it.
        }
      },
    };
  }

  *#audience(
    task: TaskTopic,
    bit: number,
    pipeId?: number,
  ): Generator<Watcher, void> {
    const { token, projectId, source } = task;
    const permission = bit === EVENT_BITS.SSE ? "task.data" : "task.monitor";
    for (const watcher of this.#watchers) {
      const mask = watcher.subscriptions.maskFor({ projectId, source, pipeId });
      if ((mask & bit) === 0) continue;
      if (watcher.mayWatch(permission, token)) yield watcher;
    }
  }
}
