import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  events,
  isConnected,
  ping,
  pipe,
  RocketRideException,
  send,
  sendFiles,
  type Session,
  setConnectionParams,
  TimeoutException,
  use,
  webSocketTransport,
} from "@rocketride/streams";
import {
  type CuttingRelay,
  cuttingRelay,
  type Manner,
  type Moment,
} from "../support/cutting_relay.ts";
import { fakeClock, impatient } from "../support/fake_clock.ts";
import { TEXT } from "../support/pipelines.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { connected, toldOfLine } from "../support/told_of_line.ts";
import { trackedSockets } from "../support/tracked_sockets.ts";

// A line can be cut at every step of the protocol, at the request or at its
// answer, by a close, by a reset or by silence; and the session may persist or
// not. Every cell of that table is a test over real sockets. In each, all calls
// settle, the callbacks fire in their order, no timer waits and no socket is
// open in the end.

const MANNERS: readonly Manner[] = ["close", "reset", "silence"];
const MOMENTS: readonly Moment[] = ["request", "answer"];
/** Longer than any patience: of a login, of a heartbeat, of a close. */
const PATIENCE_MS = 40_000;
const CLOSE_MS = 1_000;

const pipeline = { ...TEXT, project_id: "cut" };

interface Cell {
  readonly relay: CuttingRelay;
  readonly options: ConnectOptions;
  /** The callbacks in the order in which they fired. */
  readonly log: string[];
  /** Wait for a cut, and, where it is silent, until patience is at its end. */
  after(cut: Promise<void>): Promise<void>;
}

type Test = (cell: Cell) => Promise<void>;

/** Register the test of a cell. */
function cell(
  name: string,
  manner: Manner,
  persist: boolean,
  test: Test,
): void {
  const kind = persist ? "persists" : "does not persist";
  Deno.test(`${name}, ${manner}, a session that ${kind}`, () =>
    withServedEngine({}, async ({ origin }) => {
      await using relay = await cuttingRelay(origin);
      const clock = fakeClock();
      const sockets = trackedSockets();
      const { log, callbacks } = toldOfLine();
      await test({
        relay,
        log,
        options: {
          transport: webSocketTransport({ WebSocket: sockets.WebSocket }),
          uri: relay.uri,
          auth: "key",
          env: {},
          clock: impatient(clock),
          persist,
          random: () => 0,
          ...callbacks,
        },
        async after(cut): Promise<void> {
          await cut;
          if (manner !== "silence") return;
          const told = log.length;
          // What was on its way when the line fell silent renews the patience.
          do await clock.advance(PATIENCE_MS); while (log.length === told);
        },
      });
      // A silent socket is given a second to close.
      if (manner === "silence") await clock.advance(CLOSE_MS);
      assertEquals(clock.timers, 0);
      await relay[Symbol.asyncDispose]();
      await sockets.closed();
    }));
}

/** What became of something, as a value; nothing goes unheard meanwhile. */
function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(() => "done", (error: unknown) => error);
}

for (const manner of MANNERS) {
  cell("a dial", manner, true, async ({ relay, options, log, after }) => {
    const spoilt = relay.spoilDial(manner);
    const connecting = connect(options);
    await after(spoilt);
    const session = await connecting;
    assert(isConnected(session));
    await close(session);
    assertEquals(log, ["error", "connected", "closed"]);
  });

  cell("a dial", manner, false, async ({ relay, options, log, after }) => {
    const spoilt = relay.spoilDial(manner);
    const connecting = outcome(connect(options));
    await after(spoilt);
    const error = await connecting;
    assert(
      manner === "silence"
        ? error instanceof TimeoutException
        : error instanceof ConnectionException,
      String(error),
    );
    assertEquals(log, ["error"]);
  });

  cell("uploads under way", manner, true, async (it) => {
    const session = await connect(it.options);
    const { token } = await use(session, { pipeline });
    const files = Array.from(
      { length: 8 },
      (_, at) => new File([`text ${at}`], `${at}.txt`, { type: "text/plain" }),
    );
    const cut = it.relay.cut("rrext_process write", "answer", manner);
    const sending = sendFiles(session, token, files, { retries: 1 });
    await it.after(cut);
    const results = await sending;
    assertEquals(
      results.map(({ action, result }): unknown => [action, result?.text]),
      files.map((_, at) => ["complete", [`text ${at}\n\n`]]),
    );
    await close(session);
    assertEquals(it.log, ["connected", "lost", "connected", "closed"]);
  });

  for (const moment of MOMENTS) {
    const at = `the ${moment} of`;

    cell(`${at} a login`, manner, true, async (it) => {
      const cut = it.relay.cut("auth", moment, manner);
      const connecting = connect(it.options);
      await it.after(cut);
      const session = await connecting;
      await ping(session);
      await close(session);
      assertEquals(it.log, ["error", "connected", "closed"]);
    });

    cell(`${at} a login`, manner, false, async (it) => {
      const cut = it.relay.cut("auth", moment, manner);
      const connecting = outcome(connect(it.options));
      await it.after(cut);
      assert(await connecting instanceof RocketRideException);
      assertEquals(it.log, ["error"]);
    });

    cell(`${at} replaying`, manner, true, async (it) => {
      const session = await connect(it.options);
      const { token } = await use(session, { pipeline });
      const stream = await events(session, token, { types: ["TASK"] });
      const back = connected(session, 2);
      const cut = it.relay.cut("rrext_monitor", moment, manner);
      it.relay.cutAll();
      await it.after(cut);
      await back;
      const seen: unknown[] = [];
      for await (const { type } of stream) {
        seen.push(type);
        if (type === "gap") break;
      }
      assert(seen.includes("gap"));
      await close(session);
      assertEquals(
        it.log,
        ["connected", "lost", "error", "connected", "closed"],
      );
    });

    cell(`${at} replaying`, manner, false, async (it) => {
      const session = await connect(it.options);
      const { token } = await use(session, { pipeline });
      const stream = await events(session, token, { types: ["TASK"] });
      const cut = it.relay.cut("rrext_monitor", moment, manner);
      const moving = outcome(setConnectionParams(session, {}));
      await it.after(cut);
      const error = await moving;
      assert(error instanceof RocketRideException, String(error));
      assertEquals((await session.closed).clean, false);
      await assertRejects(async () => {
        for await (const _ of stream);
      }, RocketRideException);
      assertEquals(it.log, ["connected", "closed", "error"]);
    });

    cell(`${at} a release`, manner, true, (it) => release(it, moment, manner));
    cell(`${at} a release`, manner, false, (it) => release(it, moment, manner));

    for (const [command, work] of Object.entries(calls())) {
      cell(`${at} ${command}`, manner, true, async (it) => {
        const session = await connect(it.options);
        const { token } = await use(session, { pipeline });
        const back = connected(session, 2);
        const cut = it.relay.cut(command, moment, manner);
        const working = outcome(work(session, token));
        await it.after(cut);
        const error = await working;
        assertLost(error, manner);
        await back;
        const { text } = await send(session, token, "Again");
        assertEquals(text, ["Again\n\n"]);
        await close(session);
        assertEquals(it.log, ["connected", "lost", "connected", "closed"]);
      });

      cell(`${at} ${command}`, manner, false, async (it) => {
        const session = await connect(it.options);
        const { token } = await use(session, { pipeline });
        const cut = it.relay.cut(command, moment, manner);
        const working = outcome(work(session, token));
        await it.after(cut);
        const error = await working;
        assertLost(error, manner);
        assertEquals((await session.closed).clean, false);
        await assertRejects(() => ping(session), ConnectionException);
        assertEquals(it.log, ["connected", "lost"]);
      });
    }
  }
}

/** Patience with an answer ends before that with the line. */
function assertLost(error: unknown, manner: Manner): void {
  if (manner === "silence" && error instanceof TimeoutException) return;
  assert(error instanceof ConnectionException, String(error));
  assert(error.sent);
}

/** An end that is wanted is a good one, however it comes about. */
async function release(
  { relay, options, log, after }: Cell,
  moment: Moment,
  manner: Manner,
): Promise<void> {
  const session = await connect(options);
  await pipe(session, await use(session, { pipeline }));
  const cut = relay.cut("rrext_process close", moment, manner);
  const closing = close(session);
  await after(cut);
  await closing;
  assert((await session.closed).clean);
  assertEquals(log, ["connected", "closed"]);
}

type Work = (session: Session, token: string) => Promise<unknown>;

/** What a user does when the line is cut at a command. */
function calls(): Readonly<Record<string, Work>> {
  return {
    "rrext_ping": (session) => ping(session),
    "execute": (session) =>
      use(session, { pipeline: { ...pipeline, project_id: "second" } }),
    "rrext_process open": (session, token) => pipe(session, token),
    "rrext_process write": (session, token) => send(session, token, "Hello"),
    "rrext_process close": (session, token) => send(session, token, "Hello"),
    "rrext_monitor": (session, token) =>
      events(session, token, { types: ["TASK"] }),
  };
}
