import type { Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { ConnectionException } from "../../lib/errors.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Connection, Transport } from "../../lib/transport/transport.ts";
import { webSocketTransport } from "../../lib/transport/web_socket.ts";
import {
  type FaithfulPeer,
  faithfulPeer,
} from "../support/faithful_peer/faithful_peer.ts";
import { chaosProxy } from "../support/chaos_proxy.ts";
import { trackedSockets } from "../support/tracked_sockets.ts";

/** What a session is tried against. */
export type PeerKind = "memory" | "socket" | "1.0" | "1.1";

/** All of them. */
export const PEER_KINDS: readonly PeerKind[] = [
  "memory",
  "socket",
  "1.0",
  "1.1",
];

/**
 * How a line is cut: with a close of WebSockets, without one, by an RST, or by
 * silence.
 */
export type Manner = "clean" | "end" | "reset" | "silence";

/** What is between a session and its engine. */
export interface Line extends AsyncDisposable {
  /** What `connect` needs to use it. */
  readonly options: ConnectOptions;
  /** What the engine needs to be reached over it. */
  readonly engineOptions: Pick<EngineOptions, "upgrade">;
  /** Let connections lead to an engine. */
  start(engine: Engine): void;
  /** End the engine, and refuse connections. */
  stop(): Promise<void>;
  /** Cut the connections that there are. */
  cut(manner: Manner): void;
}

/** The code that servers close with when they go. */
const GOING_AWAY = 1001;

/** Make a line of a kind; `seed` is what a faithful peer's chances come from. */
export async function lineOf(kind: PeerKind, seed: string): Promise<Line> {
  switch (kind) {
    case "memory":
      return memoryLine();
    case "socket":
      return await socketLine();
    default:
      return await faithfulLine(kind, seed);
  }
}

/** A connection in process, as far as it can be cut. */
interface MemoryEnd {
  silent: boolean;
  close(code: number): void;
}

function memoryLine(): Line {
  const ends = new Set<MemoryEnd>();
  let engine: Engine | undefined;
  const transport: Transport = {
    name: "memory",
    resolve: () => new URL("memory://localhost/task/service"),
    async dial(url, handlers, options): Promise<Connection> {
      if (!engine) {
        await null;
        options.signal?.throwIfAborted();
        throw new ConnectionException("The engine is down", {
          code: "connection-failed",
          retryable: true,
        });
      }
      let isOurs = false;
      const end: MemoryEnd = {
        silent: false,
        close: (code) => void inner.close(code, ""),
      };
      const inner = await engine.transport().dial(url, {
        onMessage: (message) => {
          if (!end.silent) handlers.onMessage(message);
        },
        onClose: (info) => {
          ends.delete(end);
          // What is silent does not say that it has ended.
          if (!end.silent || isOurs) handlers.onClose(info);
        },
      }, options);
      ends.add(end);
      return {
        uri: inner.uri,
        send(message, payload): void {
          if (!end.silent) inner.send(message, payload);
        },
        async close(code, reason): Promise<void> {
          isOurs = true;
          if (end.silent && !ends.has(end)) {
            return handlers.onClose({ code: 1006, reason: "" });
          }
          await inner.close(code, reason);
        },
      };
    },
  };
  return {
    options: { transport },
    engineOptions: {},
    start(next): void {
      engine = next;
    },
    async stop(): Promise<void> {
      const old = engine;
      engine = undefined;
      await old?.close();
    },
    cut(manner): void {
      for (const end of [...ends]) {
        if (manner === "silence") end.silent = true;
        else end.close(manner === "clean" ? GOING_AWAY : 1006);
      }
    },
    [Symbol.asyncDispose]: async () => await engine?.close(),
  };
}

async function socketLine(): Promise<Line> {
  const tracked = trackedSockets();
  const accepted = new Set<WebSocket>();
  let engine: Engine | undefined;
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen(): void {},
    },
    (request, info) =>
      engine?.fetch(request, info) ?? new Response(null, { status: 503 }),
  );
  const proxy = await chaosProxy(server.addr.port);

  return {
    options: {
      uri: `ws://127.0.0.1:${proxy.port}`,
      transport: webSocketTransport({ WebSocket: tracked.WebSocket }),
    },
    engineOptions: {
      upgrade(request): ReturnType<NonNullable<EngineOptions["upgrade"]>> {
        const upgraded = Deno.upgradeWebSocket(request);
        const { socket } = upgraded;
        accepted.add(socket);
        socket.addEventListener("close", () => accepted.delete(socket));
        return upgraded;
      },
    },
    start(next): void {
      engine = next;
    },
    async stop(): Promise<void> {
      const old = engine;
      engine = undefined;
      await old?.close();
    },
    cut(manner): void {
      if (manner !== "clean") return proxy.strike(manner);
      for (const socket of accepted) {
        if (socket.readyState === WebSocket.OPEN) socket.close(GOING_AWAY);
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await engine?.close();
      await proxy[Symbol.asyncDispose]();
      await tracked.closed();
      await server.shutdown();
    },
  };
}

async function faithfulLine(
  generation: "1.0" | "1.1",
  seed: string,
): Promise<Line> {
  const tracked = trackedSockets();
  let peer: FaithfulPeer | undefined;
  let peers = 0;
  const proxy = await chaosProxy(0);
  return {
    options: {
      uri: `ws://127.0.0.1:${proxy.port}`,
      transport: webSocketTransport({ WebSocket: tracked.WebSocket }),
    },
    engineOptions: {},
    start(engine): void {
      peer = faithfulPeer(engine, { seed: `${seed}/${peers++}`, generation });
      proxy.redirect(Number(new URL(peer.origin).port));
    },
    stop: async () => await peer?.close(),
    cut(manner): void {
      if (manner !== "clean") return proxy.strike(manner);
      peer?.drop();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await proxy[Symbol.asyncDispose]();
      await tracked.closed();
      await peer?.close();
    },
  };
}
