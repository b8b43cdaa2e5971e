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
  send,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import {
  type CuttingRelay,
  cuttingRelay,
  type Moment,
} from "../support/cutting_relay.ts";
import { TEXT } from "../support/pipelines.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { connected, toldOfLine } from "../support/told_of_line.ts";

const pipeline = { ...TEXT, project_id: "cut" };

interface Cutting {
  readonly relay: CuttingRelay;
  readonly options: ConnectOptions;
  /** The callbacks in the order in which they fired. */
  readonly log: string[];
}

function withRelay(test: (cutting: Cutting) => Promise<void>): Promise<void> {
  return withServedEngine({}, async ({ origin }) => {
    await using relay = await cuttingRelay(origin);
    const { log, callbacks } = toldOfLine();
    await test({
      relay,
      log,
      options: {
        uri: relay.uri,
        auth: "key",
        env: {},
        persist: true,
        random: () => 0,
        ...callbacks,
      },
    });
  });
}

type Work = (session: Session, token: string) => Promise<unknown>;

/** What a user does when the line is cut at a command. */
const WORK: Readonly<Record<string, Work>> = {
  "rrext_ping": (session) => ping(session),
  "execute": (session) =>
    use(session, { pipeline: { ...pipeline, project_id: "second" } }),
  "rrext_process open": (session, token) => pipe(session, token),
  "rrext_process write": (session, token) => send(session, token, "Hello"),
  "rrext_process close": (session, token) => send(session, token, "Hello"),
  "rrext_monitor": (session, token) =>
    events(session, token, { types: ["TASK"] }),
};

for (const [command, work] of Object.entries(WORK)) {
  for (const moment of ["request", "answer"] as const satisfies Moment[]) {
    Deno.test(`a line cut at the ${moment} of ${command} fails the call alone`, () =>
      withRelay(async ({ relay, options, log }) => {
        const session = await connect(options);
        const { token } = await use(session, { pipeline });
        const back = connected(session, 2);
        const cut = relay.cut(command, moment);
        const error = await assertRejects(
          () => work(session, token),
          ConnectionException,
        );
        assert(error.sent);
        await cut;
        // Waits for the new line, where it is not there yet.
        const { text } = await send(session, token, "Again");
        assertEquals(text, ["Again\n\n"]);
        await back;
        await terminate(session, token);
        await close(session);
        assertEquals(log, ["connected", "lost", "connected", "closed"]);
        assertEquals(relay.dials, 2);
      }));
  }
}

for (const moment of ["request", "answer"] as const satisfies Moment[]) {
  Deno.test(`a line cut at the ${moment} of the login is dialled again`, () =>
    withRelay(async ({ relay, options, log }) => {
      const cut = relay.cut("auth", moment);
      const session = await connect(options);
      await cut;
      assert(isConnected(session));
      await close(session);
      assertEquals(log, ["error", "connected", "closed"]);
    }));

  Deno.test(`without persist, a login cut at the ${moment} rejects`, () =>
    withRelay(async ({ relay, options, log }) => {
      relay.cut("auth", moment);
      await assertRejects(
        () => connect({ ...options, persist: false }),
        ConnectionException,
      );
      assertEquals(log, ["error"]);
    }));

  Deno.test(`a line cut at the ${moment} of replaying is dialled again`, () =>
    withRelay(async ({ relay, options, log }) => {
      const session = await connect(options);
      const { token } = await use(session, { pipeline });
      const stream = await events(session, token, { types: ["TASK"] });
      const back = connected(session, 2);
      const cut = relay.cut("rrext_monitor", moment);
      relay.cutAll();
      await cut;
      await back;
      await terminate(session, token);
      const seen: unknown[] = [];
      for await (const event of stream) {
        seen.push(event.type === "gap" ? "gap" : event.body?.action);
        if (seen.at(-1) === "end") break;
      }
      assert(seen.includes("gap"));
      await close(session);
      assertEquals(log, ["connected", "lost", "error", "connected", "closed"]);
    }));

  Deno.test(`a line cut at the ${moment} of a pipe's release is a good end`, () =>
    withRelay(async ({ relay, options, log }) => {
      const session = await connect(options);
      await pipe(session, await use(session, { pipeline }));
      const cut = relay.cut("rrext_process close", moment);
      await close(session);
      await cut;
      assert((await session.closed).clean);
      assertEquals(log, ["connected", "closed"]);
      assertEquals(relay.dials, 1);
    }));
}

Deno.test("a dial that is refused is tried again", () =>
  withRelay(async ({ relay, options, log }) => {
    relay.refuseDial();
    relay.refuseDial();
    const session = await connect(options);
    await close(session);
    assertEquals(log, ["error", "error", "connected", "closed"]);
    assertEquals(relay.dials, 3);
  }));

Deno.test("a pipe never goes on silently on a new line", () =>
  withRelay(async ({ relay, options }) => {
    const session = await connect(options);
    const { token } = await use(session, { pipeline });
    const target = await pipe(session, token, { mimeType: "text/plain" });
    const back = connected(session, 2);
    relay.cutAll();
    await back;
    const writer = target.getWriter();
    await assertRejects(() => writer.write("lost"), ConnectionException);
    await assertRejects(() => target.result, ConnectionException);
    await close(session);
  }));

Deno.test("without persist, a cut line ends the session", () =>
  withRelay(async ({ relay, options, log }) => {
    const session = await connect({ ...options, persist: false });
    relay.cutAll();
    const { clean } = await session.closed;
    assertEquals(clean, false);
    await assertRejects(() => ping(session), ConnectionException);
    assertEquals(log, ["connected", "lost"]);
    assertEquals(relay.dials, 1);
  }));
