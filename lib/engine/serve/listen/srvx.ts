/**
 * The part of `srvx` that is used here. Its own types bring those of every
 * platform along, which web-only code must not see.
 *
 * @module
 */
import type { NodeServer } from "./node_upgrades.ts";

/** A request, and what only its platform knows. */
export interface ServerRequest extends Request {
  /** Where it came from. */
  readonly ip?: string;
  /** What the platform hands over besides. */
  readonly runtime?: {
    readonly bun?: { readonly server: unknown };
  };
}

/** A server of any platform. */
export interface PlatformServer {
  /** Which platform it is for, such as `node`. */
  readonly runtime: string;
  /** Where it listens. */
  readonly url?: string;
  /** Node's own server, on Node. */
  readonly node?: { readonly server?: NodeServer };
  /** Begin to listen. */
  serve(): Promise<unknown>;
  /** Stop; when `all`, connections are ended as well. */
  close(all?: boolean): Promise<void>;
}

/** Options of {@linkcode serve}. */
export interface PlatformServerOptions {
  /** The port; 0 for a free one. */
  readonly port: number;
  /** The address. */
  readonly hostname: string;
  /** Whether to wait for `serve()`. */
  readonly manual: true;
  /** Whether to print nothing. */
  readonly silent: true;
  /** Whether to end at a signal. */
  readonly gracefulShutdown: false;
  /** For `Bun.serve`. */
  readonly bun: object;
  /** For `Deno.serve`. */
  readonly deno: object;
  /** For `http.createServer`. */
  readonly node: object;
  /** Answers requests. */
  fetch(request: ServerRequest): Response | Promise<Response>;
}

/** Make a server with what the platform has for it. */
export declare function serve(options: PlatformServerOptions): PlatformServer;
