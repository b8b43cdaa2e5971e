import { assert, assertEquals } from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  DAPException,
  getTaskStatus,
  ping,
  pipe,
  send,
  type Session,
  TimeoutException,
  webSocketTransport,
} from "@rocketride/streams";
import { getDashboard } from "@rocketride/streams/admin";
import { readText } from "@rocketride/streams/store";
import { httpTransport } from "@rocketride/streams/transport";
import { deferred } from "../../lib/async.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import {
  type ChaosProxy,
  chaosProxy,
  type Direction,
} from "../support/chaos_proxy.ts";
import { fakeClock, impatient } from "../support/fake_clock.ts";
import { faithfulPeer } from "../support/faithful_peer/faithful_peer.ts";
import type { Generation } from "../support/faithful_peer/generation.ts";
import { inTime } from "../support/in_time.ts";
import { trackedSockets } from "../support/tracked_sockets.ts";
import {
  type Delivery,
  type Item,
  type Operation,
  prepare,
  recorder,
  type Scene,
  SLOTS,
  WRITTEN,
} from "./operations.ts";
import { type Kind, promised } from "./promises.ts";

/** What the client talks to: the embedded engine, or a faithful peer. */
export type PeerName = "engine" | Generation;

/** One fault in one exchange. */
export interface Case {
  readonly peer: PeerName;
  readonly operation: Operation;
  readonly kind: Kind;
  readonly persist: boolean;
  /** Where the fault strikes, for kinds that strike at a byte. */
  readonly direction: Direction;
  /** After how many bytes of the operation it strikes. */
  readonly after: number;
  /** What a corrupted byte is XORed with. */
  readonly mask: number;
  /** Where the chances of the peer and of the network come from. */
  readonly seed: string;
}

/** How many bytes an operation has passed. */
export type Passed = Readonly<Record<Direction, number>>;

/** Real milliseconds after which something that needs no time has hung. */
const HUNG_MS = 60_000;
/** Real milliseconds in which an answer comes, before time passes. */
const QUIET_MS = 10;
/** How much time passes at once. */
const STEP_MS = 5_000;
/** Longer than any limit: of a login, a heartbeat, a call, a close. */
const MAX_STEPS = 100;
/** The limit of a call where nothing else ends it. */
const REQUEST_MS = 30_000;
/** How much time passes at once while a socket closes. */
const CLOSING_STEP_MS = 250;
/** How long a socket may take to close. */
const CLOSE_MS = 1_000;
/** Longer than an engine keeps a pipe that nobody uses. */
const IDLE_MS = 200_000;

/** The kinds that strike at a byte. */
const AT_BYTE: ReadonlySet<Kind> = new Set([
  "end",
  "reset",
  "silence",
  "corrupt",
]);

/** Whether a kind strikes at a byte. */
export function strikesAtByte(kind: Kind): boolean {
  return AT_BYTE.has(kind);
}

/**
 * Run an operation with a fault, and check everything that is promised.
 *
 * @returns The bytes that the operation passed, to know where to strike next.
 * @throws {AssertionError} A promise was not kept.
 */
export async function runCase(it: Case): Promise<Passed> {
  const deliveries: Delivery[] = [];
  const engineClock = fakeClock();
  const engine = createEngine({
    nodes: [recorder(deliveries)],
    clock: engineClock,
  });
  const token = await prepare({ transport: engine.transport(), env: {} });
  await using server = serve(engine, it);
  await using proxy = await chaosProxy(server.port, it.seed);
  const { items, passed } = await runClient(it, token, proxy);
  await checkEngine(it, engine, token, async () => {
    await engineClock.advance(it.peer === "engine" ? 0 : IDLE_MS);
  });
  if (it.kind !== "corrupt") checkDeliveries(it, items, deliveries);
  await server[Symbol.asyncDispose]();
  assertEquals(engineClock.timers, 0, "timers of the engine");
  return passed;
}

interface Server extends AsyncDisposable {
  readonly port: number;
}

function serve(engine: Engine, { peer, seed }: Case): Server {
  if (peer !== "engine") {
    const it = faithfulPeer(engine, { seed, generation: peer });
    return {
      port: Number(new URL(it.origin).port),
      [Symbol.asyncDispose]: it.close,
    };
  }
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, engine.fetch);
  return {
    port: server.addr.port,
    async [Symbol.asyncDispose](): Promise<void> {
      await engine.close();
      await server.shutdown();
    },
  };
}

interface ClientRun {
  readonly items: readonly Item[];
  readonly passed: Passed;
}

/** The client's part of a case. */
async function runClient(
  it: Case,
  token: string,
  proxy: ChaosProxy,
): Promise<ClientRun> {
  const { kind, operation, persist } = it;
  const isHttp = operation.over === "http";
  const clock = fakeClock();
  const sockets = trackedSockets();
  const client = Deno.createHttpClient({});
  const waits = new AbortController();
  const lost = deferred<void>();
  const failed = deferred<void>();
  let news = 0;
  const noNews = (): void => void news++;

  const options: ConnectOptions = {
    transport: isHttp
      ? httpTransport({
        fetch: (input, init) => {
          const own: RequestInit & { client: Deno.HttpClient } = {
            ...init,
            client,
          };
          return fetch(input, own);
        },
      })
      : webSocketTransport({ WebSocket: sockets.WebSocket }),
    uri: `http://127.0.0.1:${proxy.port}`,
    auth: "key",
    env: {},
    clock: impatient(clock),
    persist,
    random: () => 0,
    onDisconnected(): void {
      noNews();
      lost.resolve();
    },
    onConnectError(): void {
      noNews();
      failed.resolve();
    },
    // Otherwise nothing ends a call whose answer is not recognised.
    ...((kind === "corrupt" || (isHttp && kind === "silence")) &&
      { requestTimeout: REQUEST_MS }),
  };

  /** Wait for something that needs no time. */
  async function settled<T>(what: string, work: Promise<T>): Promise<T> {
    work.catch(() => {});
    const settles = work.then(() => {}, () => {});
    assert(await inTime(settles, HUNG_MS), `${what} has not settled`);
    return await work;
  }

  /** Wait for something; time passes while nothing happens. */
  async function late<T>(what: string, work: Promise<T>): Promise<T> {
    work.catch(() => {});
    const settles = work.then(() => {}, () => {});
    const before = news;
    let closing = 0;
    for (let step = 0; step < MAX_STEPS && closing < CLOSE_MS; step++) {
      if (await inTime(settles, QUIET_MS)) return await work;
      // A new connection must not be timed out for being slow, but the old one
      // takes its time to close.
      const isNews = news !== before && kind === "silence" && !isHttp;
      if (isNews) closing += CLOSING_STEP_MS;
      await clock.advance(isNews ? CLOSING_STEP_MS : STEP_MS);
    }
    // What was subscribed to may have become something that never happens.
    if (kind === "corrupt") {
      const all = MAX_STEPS * STEP_MS;
      waits.abort(new TimeoutException("No event has come", all));
    }
    return await settled(what, work);
  }

  const scene = { options, token, signal: waits.signal } as Scene;
  try {
    if (!operation.connects) {
      scene.session = await settled("connect", connect(options));
    }
    const before = proxy.passed;
    const finish = await applyFault();
    const running = operation.run(scene).catch((error: unknown): Item[] =>
      Object.keys(operation.expected).map((name) => ({ name, error }))
    );
    const items = await finish(running);
    const { up, down } = proxy.passed;
    proxy.disarm();
    proxy.travel({});
    await proxy.listen();
    checkItems(it, items);
    if (scene.session) await checkSession(scene.session);
    // A silent socket is given a second to close.
    if (kind === "silence" || kind === "corrupt") await clock.advance(CLOSE_MS);
    assertEquals(clock.timers, 0, "timers of the client");
    return { items, passed: { up: up - before.up, down: down - before.down } };
  } finally {
    if (scene.session) await close(scene.session);
    await proxy[Symbol.asyncDispose]();
    await settled("the sockets' close", sockets.closed());
    client.close();
  }

  /** Begin the fault; returns what waits for the operation meanwhile. */
  async function applyFault(): Promise<
    (work: Promise<readonly Item[]>) => Promise<readonly Item[]>
  > {
    const plain = (work: Promise<readonly Item[]>): typeof work =>
      settled("the operation", work);
    switch (kind) {
      case "delay":
        proxy.travel({ delay: 3 });
        return plain;
      case "jitter":
        proxy.travel({ jitter: 6 });
        return plain;
      case "bandwidth":
        // What is long takes the same time.
        proxy.travel({ bandwidth: operation.name === "pipe" ? 1e6 : 5e4 });
        return plain;
      case "split":
        // A byte takes a millisecond.
        proxy.travel({ segments: operation.name === "pipe" ? 97 : 1 });
        return plain;
      case "merged":
        proxy.travel({ segments: "merged" });
        return plain;
      case "slow accept":
        proxy.travel({ acceptDelay: 10 });
        return plain;
      case "refusal":
        proxy.refuse();
        proxy.strike("end");
        if (scene.session && !isHttp) await settled("the loss", lost.promise);
        return async (work) => {
          if (!persist || isHttp) return await plain(work);
          await settled("an attempt", failed.promise);
          await proxy.listen();
          return await plain(work);
        };
    }
    const { direction, after, mask } = it;
    const how = kind === "corrupt" ? mask : kind;
    const struck = proxy.arm({ direction, after, how });
    if (kind === "end" || kind === "reset") return plain;
    return async (work) => {
      await settled("the fault", Promise.race([struck, work]));
      return await late("the operation", work);
    };
  }

  /** A session goes on or has ended, and can be closed. */
  async function checkSession(session: Session): Promise<void> {
    const wait = kind === "silence" || kind === "corrupt" ? late : settled;
    const pinged = await wait(
      "a ping",
      ping(session).then(() => undefined, (error: unknown) => error),
    );
    if (kind === "corrupt") {
      assert(!pinged || pinged instanceof DAPException, String(pinged));
    } else if (persist && !isHttp) {
      // The first one may be what notices the silence.
      if (pinged) {
        assert(kind === "silence", String(pinged));
        assertKnown(pinged, true);
        await settled("a ping again", ping(session));
      }
      if (operation.name !== "terminate") {
        const { text } = await settled(
          "a send afterwards",
          send(session, token, "Again", { objinfo: { name: "again" } }),
        );
        assertEquals(text, ["Again\n\n"]);
      }
    } else if (pinged) {
      assertKnown(pinged, kind === "silence");
      if (!isHttp) {
        const end = await wait("the session", session.closed);
        assertEquals(end.clean, false);
      }
    }
    await wait("close", close(session));
    await settled("the end", session.closed);
  }
}

function assertKnown(error: unknown, mayBeLate: boolean): void {
  const isKnown = error instanceof ConnectionException ||
    (mayBeLate && error instanceof TimeoutException);
  assert(isKnown, `${Deno.inspect(error)}`);
}

/** Whether each item is what the table promises. */
function checkItems(it: Case, items: readonly Item[]): void {
  const { expected, name } = it.operation;
  const what = promised(it.kind, name, it.persist);
  assertEquals(items.map(({ name }) => name), Object.keys(expected));
  for (const item of items) {
    if (what === "fails") {
      const { error } = item;
      const isOurs = !("error" in item) || error instanceof DAPException;
      assert(isOurs, Deno.inspect(error));
    } else if ("error" in item) {
      assert(what !== "same", Deno.inspect(item.error));
      assertKnown(item.error, what === "late");
    } else {
      assert(what !== "refused", `${item.name} was not refused`);
      assertEquals(item.value, expected[item.name]);
    }
  }
}

/** The engine holds nothing for a client that has gone. */
async function checkEngine(
  { kind, peer }: Case,
  engine: Engine,
  token: string,
  afterwards: () => Promise<void>,
): Promise<void> {
  const session = await connect({ transport: engine.transport(), env: {} });
  const start = performance.now();
  // A server keeps connections to itself.
  while (peer === "engine") {
    const { connections } = await getDashboard(session);
    if (connections.length === 1) break;
    const passed = performance.now() - start;
    assert(passed < HUNG_MS, `Connections are left: ${connections.length}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await afterwards();
  const status = await getTaskStatus(session, token).catch(() => undefined);
  if (status && !status.completed) {
    const opening = Promise.all(
      Array.from({ length: SLOTS }, () => pipe(session, token)),
    );
    assert(await inTime(opening, HUNG_MS), "The engine has no free slot");
    for (const target of await opening) await target.abort();
  }
  if (kind !== "corrupt") await checkStore(peer, session);
  await close(session);
}

/** What the engine got is what was sent; a corrupted byte of it may pass. */
function checkDeliveries(
  { operation }: Case,
  items: readonly Item[],
  deliveries: readonly Delivery[],
): void {
  const { repeats = false, sends = {} } = operation;
  for (const { name, data, complete } of deliveries) {
    const sent = name === "again" ? "Again" : sends[name];
    // The engine names what nobody has named, as `checkEngine` does not.
    if (sent === undefined) {
      assertEquals(data, "", `${name} was not sent`);
      continue;
    }
    assert(sent.startsWith(data.trimEnd()), `${name} differs: ${data}`);
    if (complete) assertEquals(data.trimEnd(), sent.trimEnd());
  }
  for (const name of Object.keys(sends)) {
    const arrived = deliveries.filter((it) => it.name === name && it.complete);
    const confirmed = items.some((it) => it.name === name && !("error" in it));
    assert(arrived.length <= 1 || repeats, `${name} came twice`);
    assert(arrived.length > 0 || !confirmed, `${name} is lost`);
  }
}

/** A file is there as a whole, or not at all; servers keep what they got. */
async function checkStore(peer: PeerName, session: Session): Promise<void> {
  const text = await readText(session, WRITTEN.path).catch(() => WRITTEN.text);
  if (peer === "engine") assertEquals(text, WRITTEN.text);
  else assert(WRITTEN.text.startsWith(text));
}
