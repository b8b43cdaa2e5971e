import { type ConnectOptions, webSocketTransport } from "../../../mod.ts";
import type { Transport } from "../../../lib/transport/mod.ts";
import type { Places } from "../case.ts";

/** Ask the faults for something. */
async function ask(
  { faults }: Places,
  path: string,
  query: Record<string, string> = {},
  method = "POST",
): Promise<Record<string, unknown>> {
  const address = `${faults}${path}?${new URLSearchParams(query)}`;
  const response = await fetch(address, { method });
  return await response.json();
}

/**
 * Options that lead to an engine which misbehaves as its address says, such
 * as `/silent` or `/?auth=drop`, and as it is told in commands.
 */
export async function toFaultyEngine(
  places: Places,
  path = "/",
): Promise<ConnectOptions> {
  const { raw } = await ask(places, "/places", {}, "GET");
  return { transport: straightTo(`${raw}${path}`), auth: "a-key", env: {} };
}

/** How often something that refuses was asked without a handshake. */
export async function askedOf(places: Places, name: string): Promise<number> {
  const { asked } = await ask(places, "/asked", { name }, "GET");
  return Number(asked);
}

/** Options that lead to where nobody listens. */
export async function toNobody(places: Places): Promise<ConnectOptions> {
  const { closed } = await ask(places, "/places", {}, "GET");
  return { uri: String(closed), auth: "a-key", env: {} };
}

/** Addresses have no path of their own; this one needs it. */
function straightTo(address: string): Transport {
  return { ...webSocketTransport(), resolve: () => new URL(address) };
}

/** A relay between a case and the engine. */
export interface Relay {
  /** Where clients dial. */
  readonly uri: string;
  /**
   * Cut the line at the next request of a command, or at its answer: by a
   * close, or by resetting the connection.
   */
  cut(
    command: string,
    moment: "request" | "answer",
    manner?: "close" | "reset",
  ): Promise<void>;
  /** Cut the line now. */
  cutAll(): Promise<void>;
  /** Refuse the next dial. */
  refuse(): Promise<void>;
  /** How often somebody has dialled. */
  dials(): Promise<number>;
}

/** Get a relay that is nobody else's. */
export async function relayOf(places: Places): Promise<Relay> {
  const made = await ask(places, "/relay");
  const id = String(made.id);
  return {
    uri: String(made.uri),
    async cut(command, moment, manner = "close"): Promise<void> {
      await ask(places, "/relay/cut", { id, command, moment, manner });
    },
    async cutAll(): Promise<void> {
      await ask(places, "/relay/cut-all", { id });
    },
    async refuse(): Promise<void> {
      await ask(places, "/relay/refuse", { id });
    },
    async dials(): Promise<number> {
      const { dials } = await ask(places, "/relay/dials", { id }, "GET");
      return Number(dials);
    },
  };
}

/** A gate of the engine's, where objects wait. */
export interface Gate {
  /** What pipelines call it. */
  readonly name: string;
  /** Settles when somebody has reached it. */
  reached(): Promise<void>;
  /** Let through who waits and who comes. */
  open(): Promise<void>;
}

/** Get a gate that is nobody else's. */
export function gateOf(places: Places): Gate {
  const name = crypto.randomUUID();
  return {
    name,
    async reached(): Promise<void> {
      await ask(places, "/gate/reached", { name }, "GET");
    },
    async open(): Promise<void> {
      await ask(places, "/gate/open", { name });
    },
  };
}
