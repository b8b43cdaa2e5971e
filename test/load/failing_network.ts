import {
  memoryTransport,
  type Peer,
  type Transport,
} from "@rocketride/streams/transport";
import type { Engine } from "@rocketride/streams/engine";
import type { Clock } from "../../lib/async.ts";
import type { Message } from "../../schema/envelope.ts";

/** How long a login with a token of the server's own works. */
const TOKEN_MS = 30 * 60 * 1000;

/** A network in process that can be cut, and whose server issues tokens. */
export interface FailingNetwork {
  /** Which engine is reached now. */
  engine: Engine;
  /** How many requests with a command have arrived. */
  requests(command: string): number;
  /** How many logins were refused, since their tokens were too old. */
  readonly refused: number;
  /** A way into it, for one session. */
  transport(): Transport;
  /** End every connection, as a network does that fails. */
  cut(): void;
  /** Deliver nothing more on the connections that there are. */
  mute(): void;
}

/** Make a network in front of an engine; time is that of a clock. */
export function failingNetwork(engine: Engine, clock: Clock): FailingNetwork {
  const peers = new Set<Peer>();
  const muted = new Set<Peer>();
  const issued = new Map<unknown, number>();
  const requests = new Map<string, number>();
  let refused = 0;

  /** Issue a token for a login that was accepted. */
  function renewed(message: Message): Message {
    if (message.type !== "response" || message.command !== "auth") {
      return message;
    }
    if (message.success === false) return message;
    const userToken = `token-${issued.size}`;
    issued.set(userToken, clock.now());
    return { ...message, body: { ...message.body, userToken } };
  }

  function isOver(credential: unknown): boolean {
    const since = issued.get(credential);
    return since !== undefined && clock.now() - since > TOKEN_MS;
  }

  const transport = memoryTransport((peer) => {
    peers.add(peer);
    const server = network.engine.accept({
      send(message, payload): void {
        if (!muted.has(peer)) peer.send(renewed(message), payload);
      },
      close(code, reason): void {
        if (!muted.has(peer)) peer.close(code, reason);
      },
    });
    return {
      onMessage(message): void {
        if (muted.has(peer)) return;
        if (message.type === "request") {
          const { command, seq } = message;
          requests.set(command, (requests.get(command) ?? 0) + 1);
          if (command === "auth" && isOver(message.arguments?.auth)) {
            refused++;
            refuse(peer, seq);
            return;
          }
        }
        server.onMessage(message);
      },
      onClose(info): void {
        peers.delete(peer);
        muted.delete(peer);
        server.onClose(info);
      },
    };
  });
  const network: FailingNetwork = {
    engine,
    requests: (command) => requests.get(command) ?? 0,
    get refused(): number {
      return refused;
    },
    transport: () => transport,
    cut(): void {
      for (const peer of peers) peer.close(1006, "cut");
    },
    mute(): void {
      for (const peer of peers) muted.add(peer);
    },
  };
  return network;
}

function refuse(peer: Peer, seq: number): void {
  peer.send({
    type: "response",
    seq: 1,
    request_seq: seq,
    command: "auth",
    success: false,
    message: "Token has expired",
  });
  peer.close(1000);
}
