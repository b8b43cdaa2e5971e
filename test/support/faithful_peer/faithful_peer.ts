import type { Engine } from "../../../lib/engine/engine.ts";
import {
  type ClientConnection,
  clientConnection,
} from "./client_connection.ts";
import { inTime } from "../in_time.ts";
import type { Front } from "./front.ts";
import type { Generation } from "./generation.ts";
import { serveHttp } from "./http_front.ts";
import { seededPace } from "./pace.ts";
import { unauthenticatedPlaces } from "./places.ts";
import { seededRandom } from "./seeded_random.ts";
import { taskRegistry } from "./task_registry.ts";

/** How long sockets may take to close. */
const CLOSE_MS = 500;

/** How a peer is made. */
export interface PeerOptions {
  /** Where everything that is left to chance comes from. */
  readonly seed: string;
  /**
   * Which servers it behaves like.
   *
   * @default {"1.1"}
   */
  readonly generation?: Generation;
}

/** An engine behind a front that behaves like a real server. */
export interface FaithfulPeer extends AsyncDisposable {
  /** The address of its HTTP server, without a path. */
  readonly origin: string;
  /** Sockets that have not logged in, and those that keep a place for ever. */
  readonly placesTaken: number;
  /** End all connections; new ones are taken. */
  drop(): void;
  /** End all connections, and the engine. Repeating it is harmless. */
  close(): Promise<void>;
}

/**
 * Serve an engine on a loopback port as a real server would.
 *
 * The embedded engine is kinder than servers are: it handles the requests of
 * a connection in order, says what went wrong, answers everything, and takes
 * back what a client that has gone held. This does none of that. What it does,
 * and how, stands with its parts.
 *
 * Pipes that nobody uses are taken back after a minute by the clock that the
 * engine was made with.
 */
export function faithfulPeer(
  engine: Engine,
  { seed, generation = "1.1" }: PeerOptions,
): FaithfulPeer {
  const random = seededRandom(seed);
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {
    // Only those who wait mind.
  });
  const front: Front = {
    engine,
    generation,
    random,
    pace: seededPace(random),
    places: unauthenticatedPlaces(),
    tasks: taskRegistry(() => front),
    never: ended.promise,
  };
  const connections = new Set<ClientConnection>();
  let closing: Promise<void> | undefined;

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, async (request, info) => {
    const isSocket =
      request.headers.get("upgrade")?.toLowerCase() === "websocket";
    if (isSocket && new URL(request.url).pathname === "/task/service") {
      return accept(request);
    }
    // What waits for ever must not outlive the peer.
    return await Promise.race([serveHttp(front, request, info), front.never])
      .catch(() => new Response(null, { status: 503 }));
  });

  function accept(request: Request): Response {
    const giveBack = front.places.take("loopback");
    if (!giveBack || closing) return new Response(null, { status: 403 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    const connection = clientConnection(front, socket, "loopback", giveBack);
    connections.add(connection);
    Promise.all([connection.finished, connection.closed])
      .then(() => connections.delete(connection));
    return response;
  }

  function drop(): void {
    for (const connection of connections) connection.close();
  }

  async function end(): Promise<void> {
    front.pace.stop();
    ended.reject(new Error("The peer is closed"));
    drop();
    // A client that is silent closes nothing.
    const closed = Promise.all([...connections].map((it) => it.closed));
    await inTime(closed, CLOSE_MS);
    front.tasks.close();
    await engine.close();
    await server.shutdown();
  }

  const close = (): Promise<void> => closing ??= end();
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    get placesTaken(): number {
      return front.places.taken("loopback");
    },
    drop,
    close,
    [Symbol.asyncDispose]: close,
  };
}
