import { EVENT_BITS } from "../../../schema/event.ts";
import { withoutKey } from "../access/keys.ts";
import type { Subscriptions } from "./subscriptions.ts";

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

/** Publishes the events of one task. */
export interface TaskEvents {
  /** Whether a watcher would receive events of this kind at this moment. */
  wanted(bit: number): boolean;
  /**
   * Send an event to all who subscribed to its kind.
   *
   * @param bit The kind, as a bit of `EVENT_BITS`.
   * @param event The event's name.
   * @param body Makes the body; not called when there is no watcher.
   * @param pipeId The pipe that the event is about, if it is about one.
   */
  publish(
    bit: number,
    event: string,
    body: () => Readonly<Record<string, unknown>>,
    pipeId?: number,
  ): void;
}

/**
 * The watchers of an engine's tasks.
 *
 * An event reaches a connection at most once, however many of its
 * subscriptions match. What a connection may see is decided at delivery, so a
 * subscription alone reveals nothing.
 */
export class Monitors {
  readonly #watchers: Set<Watcher> = new Set();

  /** Add a connection. */
  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Remove a connection. */
  delete(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** The publisher of one task. */
  eventsOf(task: TaskTopic): TaskEvents {
    return {
      wanted: (bit) => this.#audience(task, bit).next().done === false,
      publish: (bit, event, makeBody, pipeId) => {
        let body: Readonly<Record<string, unknown>> | undefined;
        try {
          for (const watcher of this.#audience(task, bit, pipeId)) {
            body ??= { ...makeBody(), __id: task.displayId };
            const maySend = !("notes" in body) ||
              watcher.mayWatch("task.data", task.token);
            const shown = maySend ? body : withoutKey(body, task.publicToken);
            watcher.sendEvent(event, shown);
          }
        } catch {
          // A node may report what JSON cannot carry. Watching a task must not
          // fail it.
        }
      },
    };
  }

  *#audience(
    { token, projectId, source }: TaskTopic,
    bit: number,
    pipeId?: number,
  ): Generator<Watcher, void> {
    const permission = bit === EVENT_BITS.SSE ? "task.data" : "task.monitor";
    for (const watcher of this.#watchers) {
      const mask = watcher.subscriptions.maskFor({ projectId, source, pipeId });
      if ((mask & bit) === 0) continue;
      if (watcher.mayWatch(permission, token)) yield watcher;
    }
  }
}
