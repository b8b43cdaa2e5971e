import type { Clock } from "../../../async.ts";

/** What asking an API needs from whoever asks. */
export interface ApiContext {
  /** HTTP; injected by whoever made the engine. */
  readonly fetch: typeof fetch;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Aborts the request, or the wait for the next try. */
  readonly signal: AbortSignal;
  /** Told before each further try. */
  warn(message: string): void;
}
