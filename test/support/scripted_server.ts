import { memoryTransport } from "../../lib/transport/memory.ts";
import type { Transport } from "../../lib/transport/transport.ts";
import { webSocketTransport } from "../../lib/transport/web_socket.ts";
import type { Message, RequestMessage } from "../../schema/envelope.ts";
import {
  argumentsOf,
  type Body,
  type Handler,
  Line,
  type Script,
  type ScriptedLine,
  SILENCE,
  type Wire,
} from "./scripted_line.ts";
import { listen, type Listening } from "./scripted_socket.ts";

export {
  type Answer,
  type Handler,
  type Script,
  type ScriptedLine,
  SILENCE,
} from "./scripted_line.ts";

/**
 * An engine made of a script, for everything that a real one does wrong.
 *
 * ```ts ignore
 * await using server = scriptedServer({
 *   rrext_process: ({ arguments: args }) => {
 *     if (args?.subcommand === "open") return { pipe_id: 0 };
 *     throw new Error("Write pipe with id 0 not found"); // becomes a refusal
 *   },
 *   "rrext_process close": silent, // never answered; wins over the line above
 * });
 * const session = await connect(server.target("socket"));
 * const request = await server.received("rrext_process close");
 * (await server.line()).reply(request, { objectId: "late" });
 * await close(session);
 * ```
 *
 * - The same script serves in memory and over a real socket: write
 *   `for (const way of WAYS) Deno.test(...)` and `server.target(way)`.
 * - `auth`, `deauth` and `rrext_ping` are answered well unless the script has
 *   them; what it does not have is refused as engines do.
 * - Frames are read and written by code of the tests, not by the library's.
 * - Disposal ends every line and every listener, so the sanitizers are content.
 */
export interface ScriptedServer extends AsyncDisposable {
  /** Every request that has arrived on any line, in order. */
  readonly requests: readonly RequestMessage[];
  /** Every line that was ever accepted, in order. */
  readonly lines: readonly ScriptedLine[];
  /** Options for `connect`: address or transport, credential, empty `env`. */
  target(way: Way): Target;
  /** The transport of the memory way. */
  transport(): Transport;
  /** The address of the socket way; listens on first use. */
  uri(): string;
  /** The line of that number; waits until it was accepted. */
  line(index?: number): Promise<ScriptedLine>;
  /**
   * The request of that number among those of a command (or `"command
   * subcommand"`); waits until it has arrived.
   */
  received(command: string, index?: number): Promise<RequestMessage>;
  /** End all lines and stop listening. */
  close(): Promise<void>;
}

/** How a test reaches a scripted server. */
export type Way = "memory" | "socket";

/** Both ways, to run a test over each. */
export const WAYS: readonly Way[] = ["memory", "socket"];

/** The options of `connect` that lead to a scripted server. */
export interface Target {
  readonly transport: Transport;
  readonly uri: string | undefined;
  readonly auth: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How the server behaves beside its script. */
export interface ScriptedServerOptions {
  /** Called when a line was accepted, before anything arrives on it. */
  readonly onLine?: (line: ScriptedLine) => void;
  /** Answers the HTTP upgrade in the socket's place, for example with 403. */
  readonly upgrade?: (request: Request) => Response | undefined;
}

/** A handler that never answers. */
export function silent(): typeof SILENCE {
  return SILENCE;
}

/** A handler that answers twice. */
export function twice(body: Body): Handler {
  return (request, line) => {
    line.reply(request, body);
    return body;
  };
}

/** A handler that ends the line instead of answering. */
export function hangUp(code = 1000, reason = ""): Handler {
  return (_, line) => {
    line.close(code, reason);
    return SILENCE;
  };
}

/** A login that is refused: the answer, then an end with code 1000. */
export function refuseLogin(message = "Invalid API key"): Handler {
  return (request, line) => {
    line.refuse(request, message);
    line.close(1000);
    return SILENCE;
  };
}

const DEFAULTS: Script = {
  auth: () => ({ userId: "local", displayName: "Ada" }),
  deauth: () => ({}),
  rrext_ping: () => ({ pong: true }),
};

/** Make an engine that does what a script says; see {@linkcode ScriptedServer}. */
export function scriptedServer(
  script: Script = {},
  options: ScriptedServerOptions = {},
): ScriptedServer {
  const requests: RequestMessage[] = [];
  const lines: Line[] = [];
  const changed = new Set<() => void>();
  let listening: Listening | undefined;

  function accept(wire: Wire): Line {
    const line = new Line(wire, { ...DEFAULTS, ...script }, (request) => {
      requests.push(request);
      for (const check of [...changed]) check();
    });
    lines.push(line);
    options.onLine?.(line);
    for (const check of [...changed]) check();
    return line;
  }

  function until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      function check(): void {
        const found = find();
        if (found === undefined) return;
        changed.delete(check);
        resolve(found);
      }
      changed.add(check);
      check();
    });
  }

  const server: ScriptedServer = {
    requests,
    lines,
    transport: () =>
      memoryTransport((peer) => {
        const line = accept({
          send: ({ message, payload }) => peer.send(message, payload),
          close: (code, reason) => peer.close(code, reason),
        });
        return {
          onMessage: (message) => line.receive(plainCopy(message)),
          onClose: (info) => line.ended(info),
        };
      }),
    uri(): string {
      listening ??= listen(accept, options.upgrade);
      return listening.uri;
    },
    target(way): Target {
      const base = { auth: "a-key", env: {} };
      return way === "memory"
        ? { ...base, transport: server.transport(), uri: undefined }
        : { ...base, transport: webSocketTransport(), uri: server.uri() };
    },
    line: (index = 0) => until(() => lines[index]),
    received: (command, index = 0) =>
      until(() => requests.filter((it) => named(it, command))[index]),
    async close(): Promise<void> {
      for (const line of lines) line.close(1000);
      await listening?.close();
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
  return server;
}

function named(request: RequestMessage, name: string): boolean {
  const { subcommand } = argumentsOf(request);
  return request.command === name ||
    `${request.command} ${subcommand}` === name;
}

/** A message from memory as it would have come from a socket. */
function plainCopy(message: Message): Message {
  const { data } = argumentsOf(message);
  if (!(data instanceof Uint8Array)) {
    return JSON.parse(JSON.stringify(message));
  }
  const { data: _, ...rest } = argumentsOf(message);
  const copy = JSON.parse(JSON.stringify({ ...message, arguments: rest }));
  return { ...copy, arguments: { ...copy.arguments, data } };
}
