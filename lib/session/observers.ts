import { messageOf } from "./failures.ts";
import type { ReconnectPolicy } from "./reconnect.ts";
import type { ConnectionInfo, LifecycleEvent, SessionEnd } from "./session.ts";

/**
 * The observers of a session's lifecycle. Emits each event to all of them,
 * `disconnected` only after `connected`, and keeps the reconnect policy
 * informed.
 */
export class Observers extends Set<(event: LifecycleEvent) => void> {
  readonly #policy: ReconnectPolicy;
  #isUp = false;

  constructor(policy: ReconnectPolicy) {
    super();
    this.#policy = policy;
  }

  /** The session is connected. */
  connected(info: ConnectionInfo): void {
    this.#isUp = true;
    this.#policy.connected();
    this.#emit({ type: "connected", info });
  }

  /** The session is not connected any more, if it was. */
  disconnected(reason: string, hasError: boolean): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#policy.disconnected();
    this.#emit({ type: "disconnected", reason, hasError });
  }

  /** An attempt to connect has failed. */
  failed(error: unknown, final: boolean): void {
    const message = messageOf(error);
    this.#emit({ type: "connect-error", message, error, final });
  }

  /** Another attempt follows. */
  reconnecting(delay: number): void {
    const attempt = this.#policy.failures;
    this.#emit({ type: "reconnecting", delay, attempt });
  }

  /** The session has ended. */
  ended(end: SessionEnd): void {
    this.#emit({ type: "ended", end });
    this.clear();
  }

  #emit(event: LifecycleEvent): void {
    for (const observer of this) observer(event);
  }
}
