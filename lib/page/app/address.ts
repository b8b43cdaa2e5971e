/// <reference lib="dom" />
import type { ConnectOptions } from "@rocketride/streams";

/** What a session connects to, and its key. */
export interface Address {
  readonly uri: string;
  readonly auth: string;
}

/** Engines without keys accept any key. */
const NO_KEY = "page";

/** The address of the engine that served the page. */
export function addressFor(key: string | undefined): Address {
  const { protocol, hostname, port } = location;
  // The client has a port of its own where none is named.
  const named = port || (protocol === "https:" ? 443 : 80);
  return { uri: `${protocol}//${hostname}:${named}`, auth: key || NO_KEY };
}

/** Whether the page came from another machine without encryption. */
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
    // The page was loaded in the same way; the form for the key warns of it.
    insecure: true,
    module: "rocketride-page",
  };
}
