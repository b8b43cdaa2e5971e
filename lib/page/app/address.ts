/// <reference lib="dom" />
import type { ConnectOptions } from "@rocketride/streams";

/** What a session connects to, and the key that it shows there. */
export interface Address {
  readonly uri: string;
  readonly auth: string;
}

/** Engines without keys take any. */
const NO_KEY = "page";

/** The engine that the page came from. */
export function addressFor(key: string | undefined): Address {
  const { protocol, hostname, port } = location;
  // The client has a port of its own where none is named.
  const named = port || (protocol === "https:" ? 443 : 80);
  return { uri: `${protocol}//${hostname}:${named}`, auth: key || NO_KEY };
}

/** Whether what is sent to where the page came from could be read on its way. */
export function isExposed(): boolean {
  const { protocol, hostname } = location;
  return protocol === "http:" &&
    !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** How the page's sessions connect. */
export function connectOptions(address: Address): ConnectOptions {
  return {
    ...address,
    env: {},
    persist: true,
    // The page came the same way; where the key is asked for, it says so.
    insecure: true,
    module: "rocketride-page",
  };
}
