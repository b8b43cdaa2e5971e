import type { ConnectResult } from "../../schema/account.ts";
import { makeDisposable } from "../async.ts";
import type { Session as Public, SessionEnd } from "./session.ts";

/** The inside of each handle. */
const insides = new WeakMap<object, Public>();

/**
 * What the caller holds: the public members of a session and nothing else.
 * The credential can be reached neither by its properties nor by inspection,
 * cloning or serialisation. Inspectors show the name of the class.
 */
class Session implements Public {
  constructor(inside: Public) {
    insides.set(this, inside);
    makeDisposable(this, () => inside[Symbol.asyncDispose]());
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  get uri(): string {
    return insides.get(this)!.uri;
  }

  get identity(): ConnectResult | undefined {
    return insides.get(this)!.identity;
  }

  get signal(): AbortSignal {
    return insides.get(this)!.signal;
  }

  get closed(): Promise<SessionEnd> {
    return insides.get(this)!.closed;
  }
}

/** The inside of a handle; any other value is returned as it is. */
export function insideOf<T extends object>(value: T): T | Public {
  return insides.get(value) ?? value;
}

export { Session as Handle };
