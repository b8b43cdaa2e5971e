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
  /** A key is wanted; with a reason when one was refused. */
  | { readonly state: "key"; readonly reason?: string };

/** The state of the connection. */
export const link: Signal<Link> = signal({ state: "connecting" });

/** A session, and what another one needs to connect to the same. */
export interface Access {
  readonly session: Session;
  readonly address: Address;
}

/** The session, once there is one. It outlives lost connections. */
export const access: Signal<Access | undefined> = signal(undefined);

/**
 * Connect to the engine that the page came from. Never rejects: what becomes
 * of it is in {@linkcode link}.
 *
 * @param key What the user typed. It is kept in memory alone, for reconnecting.
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
    else wantKey(opened.signal.reason, key);
  } catch (error) {
    wantKey(error, key);
  }
}

/** Forget the key, and ask for another one. */
export async function leave(): Promise<void> {
  if (access.value) await close(access.value.session, { grace: 0 });
}

function wantKey(error: unknown, key: string | undefined): void {
  const isFirst = key === undefined && isRefusal(error);
  link.value = isFirst
    ? { state: "key" }
    : { state: "key", reason: reasonOf(error) };
}

function isRefusal(error: unknown): boolean {
  return isDAPException(error, "authentication-refused");
}
