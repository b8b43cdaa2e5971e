/**
 * What is used here of the platforms' servers. Their own types bring those of
 * every platform along, which web-only code must not see.
 *
 * @module
 */
import type { Clock } from "../../../async.ts";

/** What listening on a port needs. */
export interface ListenOptions {
  readonly port: number;
  readonly hostname: string;
  readonly clock: Clock;
  /** Answers a request; `info` is what the platform knows about it. */
  answer(request: Request, info: unknown): Response | Promise<Response>;
}

/** A port that is listened on. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** Stop listening, and end all connections. */
  close(): Promise<void>;
}

/** Listens on a port, with the server of a platform. */
export type Listen = (options: ListenOptions) => Promise<Listening>;

/** What is used here of the platforms' globals. */
export interface Platform {
  readonly Deno?: { readonly serve?: DenoServe };
  readonly Bun?: { readonly serve?: BunServe };
  readonly WebSocketPair?: unknown;
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** As of Deno. */
export type DenoServe = (
  options: {
    readonly port: number;
    readonly hostname: string;
    readonly signal: AbortSignal;
    onListen(): void;
  },
  handler: ListenOptions["answer"],
) => {
  readonly addr: { readonly hostname: string; readonly port: number };
  readonly finished: Promise<void>;
};

/** As of Bun. */
export type BunServe = (options: object) => {
  readonly hostname: string;
  readonly port: number;
  stop(all: boolean): Promise<void>;
};

/** The part of Node's HTTP server that is used here. */
export interface NodeServer {
  /** Listen to requests for another protocol. */
  on(
    event: "upgrade",
    listener: (
      request: NodeRequest,
      connection: NodeConnection,
      head: Uint8Array,
    ) => void,
  ): void;
}

/** A request of Node. */
export interface NodeRequest {
  readonly url?: string;
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string };
}

/** The TCP connection of a request. */
export interface NodeConnection {
  readonly writable: boolean;
  on(event: "error", listener: () => void): void;
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  off(event: "data", listener: (chunk: Uint8Array) => void): void;
  end(text: string, done: () => void): void;
  destroy(): void;
}

/** Options of `serve` of `srvx`. */
export interface NodeServerOptions {
  readonly port: number;
  readonly hostname: string;
  /** Whether to wait for `serve()`. */
  readonly manual: true;
  readonly silent: true;
  readonly gracefulShutdown: false;
  readonly node: object;
  fetch(
    request: Request & { readonly ip?: string },
  ): Response | Promise<Response>;
}

/** What `srvx` makes a server with. */
export declare function serve(options: NodeServerOptions): {
  readonly url?: string;
  readonly node: { readonly server: NodeServer };
  serve(): Promise<unknown>;
  /** Stop; when `all`, connections are ended as well. */
  close(all?: boolean): Promise<void>;
};
