import { type Signal, signal } from "@preact/signals";
import {
  close,
  connect,
  isDAPException,
  type Session,
} from "@rocketride/streams";
import { type Address, addressFor, connectOptions } from "./address.ts";
import { reasonOf } from "./format.ts";

/** How the page and the engine are connected. */
export type Link =
  | { readonly state: "connecting" | "open" }
  | { readonly state: "lost"; readonly reason: string }
  /** A key is required; with a reason if one was rejected. */
  | { readonly state: "key"; readonly reason?: string };

/** The state of the connection. */
export const link: Signal<Link> = signal({ state: "connecting" });

/** A session, and the address for another one to the same engine. */
export interface Access {
  readonly session: Session;
  readonly address: Address;
}

/** The session, once it is open. It reconnects by itself. */
export const access: Signal<Access | undefined> = signal(undefined);

/**
 * Connect to the engine that served the page. Never rejects: failures are in
 * {@linkcode link}.
 *
 * @param key What the user typed. It is kept in memory only, to reconnect.
 */
export async function open(key?: string): Promise<void> {
  link.value = { state: "connecting" };
  try {
    const address = addressFor(key);
    const opened = await connect({
      ...connectOptions(address),
      onConnected: () => void (link.value = { state: "open" }),
      onDisconnected: (reason) => void (link.value = { state: "lost", reason }),
      onConnectError: (reason, error) => {
        if (!isRefusal(error)) link.value = { state: "lost", reason };
      },
    });
    access.value = { session: opened, address };
    const { clean } = await opened.closed;
    access.value = undefined;
    if (clean) link.value = { state: "key" };
    else askForKey(opened.signal.reason, key);
  } catch (error) {
    askForKey(error, key);
  }
}

/** Close the session, and ask for another key. */
export async function leave(): Promise<void> {
  if (access.value) await close(access.value.session, { grace: 0 });
}

function askForKey(error: unknown, key: string | undefined): void {
  const isFirst = key === undefined && isRefusal(error);
  link.value = isFirst
    ? { state: "key" }
    : { state: "key", reason: reasonOf(error) };
}

function isRefusal(error: unknown): boolean {
  return isDAPException(error, "authentication-refused");
}
