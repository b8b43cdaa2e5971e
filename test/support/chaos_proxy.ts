// deno-lint-ignore no-external-import -- only Node has a way to reset a connection
import { connect, createServer, type Socket } from "node:net";
import { deferred, delay, systemClock } from "../../lib/async.ts";
import { concat } from "../../lib/bytes.ts";
import { seededRandom } from "./faithful_peer/seeded_random.ts";

/** `up` is from the client to the engine, `down` the way back. */
export type Direction = "up" | "down";

/**
 * How connections end: by a clean FIN to both sides, by an RST to both, or by
 * silence, where the sockets stay open and nothing passes any more.
 */
export type Ending = "end" | "reset" | "silence";

/** A fault that strikes once, at one byte. */
export interface Fault {
  /** The direction whose bytes are counted. */
  readonly direction: Direction;
  /**
   * How many bytes pass in that direction, from the moment at which the fault
   * is armed and over all connections together; it strikes at the next one,
   * which does not pass.
   */
  readonly after: number;
  /** How the connection of that byte ends; a number is XORed with the byte. */
  readonly how: Ending | number;
  /**
   * Count the bytes of connections alone that are accepted from now on.
   *
   * @default {false}
   */
  readonly fresh?: boolean;
}

/** How bytes travel; none of it changes or loses any. */
export interface Conditions {
  /** Milliseconds that every byte takes. */
  readonly delay?: number;
  /** Up to how many milliseconds more, by chance; bytes keep their order. */
  readonly jitter?: number;
  /** Bytes per second, in each direction of each connection. */
  readonly bandwidth?: number;
  /** At most so many bytes a segment, or as many as possible in one. */
  readonly segments?: number | "merged";
  /** Milliseconds before an accepted connection is looked at. */
  readonly acceptDelay?: number;
}

/** What passes bytes between clients and a port, and can do it badly. */
export interface ChaosProxy extends AsyncDisposable {
  /** Where clients connect, on the loopback interface; it never changes. */
  readonly port: number;
  /** Connections that were ever accepted. */
  readonly accepted: number;
  /** Bytes that have passed, over all connections. */
  readonly passed: Readonly<Record<Direction, number>>;
  /**
   * Arm a fault in place of the one before. Resolves when it has struck, and
   * never if it does not.
   */
  arm(fault: Fault): Promise<void>;
  /** Take the fault away that has not struck yet. */
  disarm(): void;
  /** Change how bytes travel that arrive from now on. */
  travel(conditions: Conditions): void;
  /** End every connection that there is. */
  strike(how: Ending): void;
  /** Listen no more, so that clients are refused; connections stay. */
  refuse(): void;
  /** Listen again, on the same port. */
  listen(): Promise<void>;
  /** Connect to another port from now on, as after a restart of the engine. */
  redirect(port: number): void;
}

/** Where a direction of a connection stops reading, in bytes. */
const HELD_BYTES = 256 * 1024;
/** How long merged segments wait for more, in milliseconds. */
const MERGE_MS = 3;
/** How long a piece takes where the bandwidth is limited, in seconds. */
const PIECE_S = 0.02;
const HOST = "127.0.0.1";
const CLOCK = systemClock();

/**
 * Put a TCP proxy before a loopback port: a network with faults, for WebSocket
 * and HTTP alike.
 *
 * Bytes pass at once and unchanged until a fault is armed or the conditions
 * change. A fault strikes at an exact byte, which makes an exchange repeatable:
 * record how many bytes it passes in each direction, then repeat it with a
 * fault after 0, 1, 2, … of them. At any moment, `strike` ends all connections.
 *
 * A FIN is passed on as FIN, in each direction by itself, and an RST, or a refusal
 * of the engine, as RST. Each direction stops reading at 256 KiB that wait. Disposing of the
 * proxy ends its connections, its timers and its listener.
 *
 * @param target The port that the engine listens on.
 * @param seed Where jitter comes from.
 *
 * @example A login that is cut in the middle of its answer
 * ```ts ignore
 * await using proxy = await chaosProxy(port);
 * const struck = proxy.arm({ direction: "down", after: 200, how: "reset" });
 * await assertRejects(
 *   () => connect({ uri: `ws://127.0.0.1:${proxy.port}`, auth: "key" }),
 *   ConnectionException,
 * );
 * await struck;
 * ```
 */
export async function chaosProxy(
  target: number,
  seed = "1",
): Promise<ChaosProxy> {
  const random = seededRandom(seed);
  const links = new Set<Link>();
  const passed = { up: 0, down: 0 };
  const closing = new AbortController();
  let conditions: Conditions = {};
  let armed: Armed | undefined;
  let accepted = 0;
  let port = 0;

  const pause = (ms: number): Promise<void> => delay(CLOCK, ms, closing.signal);

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const link: Link = { number: ++accepted, sockets: [], lost: false };
    links.add(link);
    own(link, near);
    join(link, near).catch(() => lose(link, "reset"));
  });

  function own(link: Link, socket: Socket): void {
    link.sockets.push(socket);
    // What is written is meant to leave at once, and as it is.
    socket.setNoDelay(true);
    // A side that resets, or refuses, does that to the other.
    socket.on("error", () => link.lost || lose(link, "reset"));
    socket.on("close", () => {
      if (link.sockets.every((it) => it.destroyed)) links.delete(link);
    });
  }

  async function join(link: Link, near: Socket): Promise<void> {
    if (conditions.acceptDelay) await pause(conditions.acceptDelay);
    if (link.lost) return;
    const far = connect({ port: target, host: HOST, allowHalfOpen: true });
    own(link, far);
    await Promise.all([
      carry(link, "up", near, far),
      carry(link, "down", far, near),
    ]);
  }

  /** Pass on what one side sends until it ends. */
  async function carry(
    link: Link,
    direction: Direction,
    from: Socket,
    to: Socket,
  ): Promise<void> {
    const queue: { readonly bytes: Uint8Array; readonly due: number }[] = [];
    let held = 0;
    let due = 0;
    let ended = false;
    let wake = (): void => {};

    from.on("data", (bytes: Uint8Array) => {
      if (link.lost) return;
      const { delay = 0, jitter = 0 } = conditions;
      // Bytes with less delay than those before them wait for them.
      due = Math.max(due, CLOCK.now() + delay + random.next() * jitter);
      queue.push({ bytes: bytes.slice(), due });
      held += bytes.length;
      if (held >= HELD_BYTES) from.pause();
      wake();
    });
    const end = (): void => {
      ended = true;
      wake();
    };
    from.on("end", end).on("close", end);

    for (;;) {
      while (queue.length === 0 && !ended) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      const merges = conditions.segments === "merged";
      if (merges && !ended) await pause(MERGE_MS);
      const [first] = queue;
      if (!first) break;
      const wait = first.due - CLOCK.now();
      if (wait > 0) await pause(wait);
      const taken = queue.splice(0, merges ? queue.length : 1);
      const bytes = concat(taken.map(({ bytes }) => bytes));
      await pass(link, direction, bytes, to);
      held -= bytes.length;
      if (held < HELD_BYTES) from.resume();
    }
    if (!link.lost) to.end();
  }

  /** Write bytes, piece by piece where the conditions want that. */
  async function pass(
    link: Link,
    direction: Direction,
    bytes: Uint8Array,
    to: Socket,
  ): Promise<void> {
    const { segments, bandwidth } = conditions;
    const isSplit = typeof segments === "number";
    const most = isSplit
      ? segments
      : bandwidth
      ? Math.ceil(bandwidth * PIECE_S)
      : bytes.length;
    for (let at = 0; at < bytes.length && !link.lost; at += most) {
      const { whole, how } = inspect(
        link,
        direction,
        bytes.subarray(at, at + most),
      );
      passed[direction] += whole.length;
      if (bandwidth) await pause((whole.length / bandwidth) * 1_000);
      if (whole.length > 0) await write(to, whole);
      if (how) return lose(link, how);
      // A timer lets the other side read what it has.
      if (isSplit) await pause(0);
    }
  }

  /** What passes of bytes, and how the connection ends behind them. */
  function inspect(
    link: Link,
    direction: Direction,
    bytes: Uint8Array,
  ): { readonly whole: Uint8Array; readonly how?: Ending } {
    if (armed?.direction !== direction || link.number <= armed.since) {
      return { whole: bytes };
    }
    const { left, how, struck } = armed;
    if (left >= bytes.length) {
      armed.left -= bytes.length;
      return { whole: bytes };
    }
    armed = undefined;
    struck();
    if (typeof how !== "number") return { whole: bytes.subarray(0, left), how };
    bytes[left]! ^= how;
    return { whole: bytes };
  }

  function lose(link: Link, how: Ending): void {
    link.lost = true;
    for (const socket of link.sockets) {
      if (how === "reset") socket.resetAndDestroy();
      else if (how === "end") socket.end();
      // What still arrives is dropped, and so seen when the side closes.
      socket.resume();
    }
  }

  async function listen(): Promise<void> {
    if (server.listening) return;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, HOST, () => {
        server.off("error", reject);
        resolve();
      });
    });
    ({ port } = server.address() as { port: number });
  }

  await listen();
  return {
    port,
    get accepted(): number {
      return accepted;
    },
    get passed(): Readonly<Record<Direction, number>> {
      return { ...passed };
    },
    arm({ direction, after, how, fresh = false }): Promise<void> {
      const { promise, resolve } = deferred<void>();
      const since = fresh ? accepted : 0;
      armed = { direction, left: after, how, since, struck: resolve };
      return promise;
    },
    disarm(): void {
      armed = undefined;
    },
    travel(given): void {
      conditions = given;
    },
    strike(how): void {
      for (const link of links) lose(link, how);
    },
    refuse(): void {
      // Its callback would wait for the connections.
      server.close();
    },
    listen,
    redirect(port): void {
      target = port;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closing.abort();
      const closed = [...links].flatMap(({ sockets }) => sockets)
        .filter((socket) => !socket.closed)
        .map((socket) => new Promise((resolve) => socket.on("close", resolve)));
      server.close();
      for (const link of links) lose(link, "reset");
      await Promise.all(closed);
    },
  };
}

/** A connection of a client, and the one to the engine that belongs to it. */
interface Link {
  readonly number: number;
  readonly sockets: Socket[];
  /** Whether nothing passes any more. */
  lost: boolean;
}

/** A fault that has not struck yet. */
interface Armed {
  readonly direction: Direction;
  readonly how: Ending | number;
  /** The number of the last connection that does not count. */
  readonly since: number;
  readonly struck: () => void;
  left: number;
}

/** Wait until a socket takes more; a closed one takes anything. */
function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}
