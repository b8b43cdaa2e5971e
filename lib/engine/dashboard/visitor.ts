import type { Identity } from "../access/identity.ts";
import type { Subscriptions } from "../monitor/subscriptions.ts";

/** What a client tells about itself when it logs in. */
export interface ClientInfo {
  /** What it calls itself. */
  readonly name?: string;
  /** Its version. */
  readonly version?: string;
}

/** A connection, as the dashboard shows it. */
export interface Visitor {
  /** Unique among the connections of an engine. */
  readonly id: string;
  /** When it came, in Unix seconds. */
  readonly connectedAt: number;
  /** When it last said something, in Unix seconds. */
  readonly lastActivity: number;
  /** How many messages came from it. */
  readonly messagesIn: number;
  /** How many messages went to it. */
  readonly messagesOut: number;
  /** Who it is, once it has logged in. */
  readonly identity: Identity | undefined;
  /** What it told about itself. */
  readonly client: ClientInfo;
  /** What it watches. */
  readonly subscriptions: Subscriptions;
  /** Deliver an event. Must not wait. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void;
}
