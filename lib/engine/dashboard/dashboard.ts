import { EVENT_BITS } from "../../../schema/event.ts";
import type { Clock } from "../../async.ts";
import { type Identity, isAllowed } from "../access/identity.ts";
import type { MonitorKey } from "../monitor/subscriptions.ts";
import type { Task } from "../run/task.ts";
import { monitorName } from "./monitor_name.ts";
import type { ClientInfo, Visitor } from "./visitor.ts";

/** The HTTP status for a credential that is refused. */
const UNAUTHORIZED = 401;

/** Whatever has the subscriptions of a connection. */
type Owner = Pick<Visitor, "subscriptions">;

/** Whether somebody may learn what happened. */
type Audience = (identity: Identity) => boolean;

/**
 * Who is connected to an engine, and the events about them and about tasks.
 * Everybody learns what concerns their own user; who came
 * with a task's key, what concerns that task.
 */
export class Dashboard {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #visitors: Set<Visitor> = new Set();
  #count = 0;

  /** Begin with nobody connected; `uptime` is counted from here. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** For how long the engine has run, in seconds. */
  get uptime(): number {
    return (this.#clock.now() - this.#startedAt) / 1_000;
  }

  /** Who is connected, oldest first. */
  get visitors(): readonly Visitor[] {
    return [...this.#visitors];
  }

  /** An id that no connection had before. */
  nextId(): string {
    return String(++this.#count);
  }

  /** A connection has come. */
  add(visitor: Visitor): void {
    this.#visitors.add(visitor);
  }

  /** A connection is gone. */
  delete(visitor: Visitor): void {
    this.#visitors.delete(visitor);
  }

  /** A connection has logged in; `identity` is who it is. */
  connectionAdded({ id, client }: Visitor, identity: Identity): void {
    const { userId: clientId } = identity;
    const body = { connectionId: id, ...namesOf(client), clientId };
    this.#tell("connection_added", body, nextTo(identity));
  }

  /** A connection is logged in no more; `identity` is who it was. */
  connectionRemoved({ id, client }: Visitor, identity: Identity): void {
    const body = { connectionId: id, ...namesOf(client) };
    this.#tell("connection_removed", body, nextTo(identity));
  }

  /** A credential that came over a connection was refused. */
  authFailed(from: Owner, reason: string): void {
    const connectionId = this.#visitorOf(from)?.id;
    if (connectionId === undefined) return;
    const body = { connectionId, reason, code: UNAUTHORIZED };
    this.#tell("auth_failed", body, ({ task }) => task === undefined);
  }

  /** A connection has chosen what it watches; it is not told so itself. */
  monitorChanged(from: Owner, target: MonitorKey, mask: number): void {
    const visitor = this.#visitorOf(from);
    if (!visitor?.identity) return;
    const { id, client, identity } = visitor;
    this.#tell(
      "monitor_changed",
      {
        connectionId: id,
        ...namesOf(client),
        key: monitorName(target),
        change: mask === 0 ? "unsubscribed" : "subscribed",
      },
      nextTo(identity),
      visitor,
    );
  }

  /** A task is remembered no more. */
  taskRemoved({ spec }: Task): void {
    const body = { taskId: spec.displayId };
    this.#tell("task_removed", body, ownerOf(spec));
  }

  /** A task has ended badly. */
  taskFailed({ spec, record }: Task): void {
    const { exitCode, exitMessage } = record.read();
    const body = { taskId: spec.displayId, exitCode, exitMessage };
    this.#tell("task_error", body, ownerOf(spec));
  }

  /** Not everything that sends commands is a connection. */
  #visitorOf({ subscriptions }: Owner): Visitor | undefined {
    return this.visitors.find((it) => it.subscriptions === subscriptions);
  }

  #tell(
    action: string,
    body: Readonly<Record<string, unknown>>,
    maySee: Audience,
    except?: Visitor,
  ): void {
    const timestamp = Date.now() / 1_000;
    for (const visitor of this.#visitors) {
      const { identity } = visitor;
      if (visitor === except || !watches(visitor)) continue;
      if (!identity?.permissions.has("task.monitor")) continue;
      if (!maySee(identity)) continue;
      const event = { action, timestamp, ...body, __id: "" };
      visitor.sendEvent("apaevt_dashboard", event);
    }
  }
}

/** Only whoever watches everything is told about the engine itself. */
function watches({ subscriptions }: Visitor): boolean {
  return subscriptions.entries.some(({ key, mask }) =>
    key.kind === "all" && (mask & EVENT_BITS.DASHBOARD) !== 0
  );
}

/** Whoever is the same user, and not bound to another task. */
export function nextTo({ userId, task }: Identity): Audience {
  return (other) =>
    other.userId === userId &&
    (other.task === undefined || other.task === task);
}

/** Whoever may watch a task that is the user's own. */
export function ownerOf(
  { token, userId }: { readonly token: string; readonly userId: string },
): Audience {
  return (identity) =>
    identity.userId === userId && isAllowed(identity, "task.monitor", token);
}

function namesOf(
  { name, version }: ClientInfo,
): { readonly clientName?: string; readonly clientVersion?: string } {
  return {
    ...(name !== undefined && { clientName: name }),
    ...(version !== undefined && { clientVersion: version }),
  };
}
