import type { Clock } from "../_clock.ts";
import { ConnectionException } from "../errors.ts";
import { backoff, STABLE_MS } from "./backoff.ts";
import type { ConnectionInfo } from "./get_connection_info.ts";
import type { LifecycleEvent } from "./lifecycle_event.ts";
import type { SessionEnd } from "./session.ts";

/** What has happened to the line of a session, and who is told. */
export class LineHistory {
  /** Who wants to know. */
  readonly observers: Set<(event: LifecycleEvent) => void> = new Set();
  readonly #clock: Clock;
  #up = false;
  #upSince = 0;
  /** Failures since the line was last well. */
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connected(info: ConnectionInfo): void {
    this.#up = true;
    this.#upSince = this.#clock.now();
    this.#tell({ type: "connected", info });
  }

  /** Told only of a line that was connected. */
  disconnected(reason: string, hasError: boolean): void {
    if (!this.#up) return;
    this.#up = false;
    const lasted = this.#clock.now() - this.#upSince;
    if (lasted >= STABLE_MS) this.#failures = 0;
    this.#tell({ type: "disconnected", reason, hasError });
  }

  failed(error: unknown, final: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#tell({ type: "connect-error", message, error, final });
  }

  /** How many attempts have failed, and lines were lost, since it was well. */
  get failures(): number {
    return this.#failures;
  }

  /** Another attempt will be made; returns after how many milliseconds. */
  retry(reason: unknown, random: number, most: number): number {
    const { closeCode } = reason instanceof ConnectionException ? reason : {};
    const asked = backoff(this.#failures, random, closeCode);
    // Who has no such time tries all the same.
    const delay = asked < most ? asked : backoff(this.#failures, random);
    const delayMs = Math.max(0, Math.min(delay, most));
    this.#failures++;
    this.#tell({ type: "reconnecting", delayMs, attempt: this.#failures });
    return delayMs;
  }

  ended(end: SessionEnd): void {
    this.#tell({ type: "ended", end });
    this.observers.clear();
  }

  #tell(event: LifecycleEvent): void {
    for (const observer of this.observers) observer(event);
  }
}
