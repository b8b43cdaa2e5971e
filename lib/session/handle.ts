import type { ConnectResult } from "../../schema/account.ts";
import { makeDisposable } from "../async.ts";
import type { Session as Public, SessionEnd } from "./session.ts";

/**
 * What the caller holds: the public members of a session and nothing else.
 * The credential can be reached neither by its properties nor by inspection,
 * cloning or serialisation. Named as it is to be shown.
 */
class Session implements Public {
  readonly #inside: Public;

  constructor(inside: Public) {
    this.#inside = inside;
    makeDisposable(this, () => inside[Symbol.asyncDispose]());
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  get uri(): string {
    return this.#inside.uri;
  }

  get identity(): ConnectResult | undefined {
    return this.#inside.identity;
  }

  get signal(): AbortSignal {
    return this.#inside.signal;
  }

  get closed(): Promise<SessionEnd> {
    return this.#inside.closed;
  }

  static insideOf(value: unknown): unknown {
    return typeof value === "object" && value !== null && #inside in value
      ? value.#inside
      : value;
  }
}

/** Make the handle of a session. */
export function handleOf(inside: Public): Public {
  return new Session(inside);
}

/** What a handle was made for; any other value as it is. */
export function insideOf(value: unknown): unknown {
  return Session.insideOf(value);
}
