import { assertEquals, assertThrows } from "@std/assert";
import { withHeartbeat } from "../../lib/transport/wrappers.ts";
import type { CloseInfo, Connection } from "../../lib/transport/transport.ts";
import type { Message } from "../../schema/envelope.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";
import {
  type ScriptedDial,
  scriptedTransport,
  type ScriptedTransportOptions,
  UNHEARD,
} from "../support/scripted_transport.ts";

const AUTH: Message = { type: "request", seq: 7, command: "auth" };
const EVENT: Message = { type: "event", seq: 1, event: "e", body: {} };

/** A line with a heartbeat of 15 s and a patience of 20 s. */
interface Beating {
  readonly clock: FakeClock;
  readonly line: Connection;
  readonly dial: ScriptedDial;
  /** What the owner has seen. */
  readonly seen: (Message | CloseInfo)[];
  /** Called when the owner is told of the end. */
  onClose?: () => void;
  /** How many signs of life were asked for. */
  readonly asked: number;
}

async function beating(options?: ScriptedTransportOptions): Promise<Beating> {
  const clock = fakeClock(1_000);
  const transport = scriptedTransport({ opens: true, ...options });
  const seen: (Message | CloseInfo)[] = [];
  const line = await withHeartbeat(transport).dial(new URL("memory://x"), {
    onMessage: (message) => seen.push(message),
    onClose(info): void {
      seen.push(info);
      beat.onClose?.();
    },
  }, { clock, signal: undefined, timeout: 1_000 });
  const dial = transport.dials[0]!;
  const beat: Beating = {
    clock,
    line,
    dial,
    seen,
    get asked(): number {
      return dial.sent.filter(({ message }) =>
        "command" in message && message.command === "rrext_ping"
      ).length;
    },
  };
  return beat;
}

function answer(request_seq: number, success = true): Message {
  return { type: "response", seq: 1, request_seq, success };
}

async function loggedIn(options?: ScriptedTransportOptions): Promise<Beating> {
  const beat = await beating(options);
  beat.line.send(AUTH);
  beat.dial.handlers.onMessage(answer(7));
  return beat;
}

/** Answer the latest sign of life that was asked for. */
function alive({ dial }: Beating): void {
  const { message } = dial.sent.at(-1)!;
  dial.handlers.onMessage(answer(message.seq));
}

Deno.test("nothing is asked before the login is answered, since a server hangs up on that", async () => {
  const beat = await beating();
  await beat.clock.advance(60_000);
  beat.line.send(AUTH);
  await beat.clock.advance(60_000);
  assertEquals([beat.asked, beat.clock.timers], [0, 0]);
});

Deno.test("nothing is asked after a login that was refused", async () => {
  const beat = await beating();
  beat.line.send(AUTH);
  beat.dial.handlers.onMessage(answer(7, false));
  await beat.clock.advance(60_000);
  assertEquals([beat.asked, beat.clock.timers], [0, 0]);
});

Deno.test("the first answer to a login counts, and none that comes again", async () => {
  const { clock, line, dial, seen } = await beating();
  line.send(AUTH);
  dial.handlers.onMessage(answer(7, false));
  dial.handlers.onMessage(answer(7));
  await clock.advance(120_000);
  assertEquals([dial.sent.length, seen.length, clock.timers], [1, 2, 0]);
});

Deno.test("an idle line is asked for a sign of life every 15 s", async () => {
  const beat = await loggedIn();
  await beat.clock.advance(14_999);
  assertEquals(beat.asked, 0);
  for (let round = 1; round <= 4; round++) {
    await beat.clock.advance(round === 1 ? 1 : 15_000);
    assertEquals(beat.asked, round);
    alive(beat);
  }
});

Deno.test("every message counts as a sign of life", async () => {
  const beat = await loggedIn();
  for (let round = 0; round < 20; round++) {
    await beat.clock.advance(10_000);
    beat.dial.handlers.onMessage(EVENT);
  }
  assertEquals(beat.asked, 0);
  await beat.clock.advance(15_000);
  assertEquals(beat.asked, 1);
  beat.dial.handlers.onMessage(EVENT);
  await beat.clock.advance(20_000);
  assertEquals(beat.dial.closes, []);
});

Deno.test("great patience does not make the signs of life rarer", async () => {
  const clock = fakeClock();
  const transport = scriptedTransport({ opens: true });
  const line = await withHeartbeat(transport, { timeout: 600_000 })
    .dial(new URL("memory://x"), UNHEARD, {
      clock,
      signal: undefined,
      timeout: 1_000,
    });
  const dial = transport.dials[0]!;
  line.send(AUTH);
  dial.handlers.onMessage(answer(7));
  for (let round = 1; round <= 4; round++) {
    await clock.advance(15_000);
    assertEquals(dial.sent.length, 1 + round);
    dial.handlers.onMessage(answer(dial.sent.at(-1)!.message.seq));
  }
});

Deno.test("an engine that answers no sign of life but sends events is alive", async () => {
  const beat = await loggedIn();
  for (let round = 0; round < 20; round++) {
    await beat.clock.advance(15_000);
    beat.dial.handlers.onMessage(EVENT);
  }
  assertEquals(beat.dial.closes, []);
});

Deno.test("an answer that comes after the logout does not start the heart again", async () => {
  const beat = await loggedIn();
  await beat.clock.advance(15_000);
  beat.line.send({ type: "request", seq: 8, command: "deauth" });
  const { message } = beat.dial.sent.at(-2)!;
  beat.dial.handlers.onMessage(answer(message.seq));
  assertEquals(beat.clock.timers, 0);
});

Deno.test("the answer to a sign of life is not shown to the owner", async () => {
  const beat = await loggedIn();
  await beat.clock.advance(15_000);
  alive(beat);
  assertEquals(beat.seen, [answer(7)]);
});

Deno.test("a silent line is declared dead first and closed after", async () => {
  const beat = await loggedIn();
  const dead = { code: 1006, reason: "No sign of life for 35000 ms" };
  let closesWhenTold: number | undefined;
  beat.onClose = () => closesWhenTold = beat.dial.closes.length;
  await beat.clock.advance(15_000 + 19_999);
  assertEquals(beat.dial.closes, []);
  await beat.clock.advance(1);
  assertEquals(closesWhenTold, 0);
  assertEquals(beat.seen, [answer(7), dead]);
  assertEquals(beat.dial.closes, [[1000, "heartbeat"]]);
});

Deno.test("nobody waits for the close of a dead line, and its failure is nobody's", async () => {
  const beat = await loggedIn();
  await beat.clock.advance(35_000);
  beat.dial.closed.reject(new Error("never heard of you"));
  await beat.clock.advance(600_000);
  assertEquals([beat.seen.length, beat.clock.timers], [2, 0]);
});

Deno.test("the end of the line is told once and ends the heartbeat", async () => {
  const beat = await loggedIn();
  const gone = { code: 1001, reason: "gone" };
  beat.dial.handlers.onClose(gone);
  beat.dial.handlers.onClose(gone);
  assertEquals(beat.seen, [answer(7), gone]);
  assertEquals(beat.clock.timers, 0);
});

Deno.test("a local close ends the heartbeat", async () => {
  const beat = await loggedIn();
  beat.line.close(1000, "done");
  assertEquals(beat.dial.closes, [[1000, "done"]]);
  assertEquals(beat.seen, [answer(7), { code: 1000, reason: "done" }]);
  assertEquals(beat.clock.timers, 0);
});

Deno.test("nothing is asked after the logout", async () => {
  const beat = await loggedIn();
  beat.line.send({ type: "request", seq: 8, command: "deauth" });
  await beat.clock.advance(600_000);
  assertEquals([beat.asked, beat.clock.timers], [0, 0]);
});

Deno.test("a second login does not make the heart beat twice", async () => {
  const beat = await loggedIn();
  beat.line.send({ ...AUTH, seq: 9 });
  beat.dial.handlers.onMessage(answer(9));
  assertEquals(beat.clock.timers, 1);
  beat.dial.handlers.onClose({ code: 1006, reason: "" });
  assertEquals(beat.clock.timers, 0);
});

Deno.test("the heartbeat never keeps a process alive", async () => {
  const beat = await loggedIn();
  assertEquals([beat.clock.timers, beat.clock.refTimers], [1, 0]);
  await beat.clock.advance(15_000);
  assertEquals([beat.clock.timers, beat.clock.refTimers], [1, 0]);
});

Deno.test("a line that cannot send any more is left to its own end", async () => {
  const beat = await loggedIn({
    onSend({ type, ...rest }): void {
      if (type === "request" && "command" in rest && rest.command !== "auth") {
        throw new Error("Connection is not open");
      }
    },
  });
  await beat.clock.advance(15_000);
  assertEquals(beat.seen, [answer(7)]);
});

Deno.test("times of the user's are kept, and for ever is never", async () => {
  const transport = scriptedTransport({ opens: true });
  for (const [interval, timeout] of [[100, 50], [Infinity, 50]] as const) {
    const clock = fakeClock();
    const line = await withHeartbeat(transport, { interval, timeout })
      .dial(new URL("memory://x"), UNHEARD, {
        clock,
        signal: undefined,
        timeout: 1_000,
      });
    const dial = transport.dials.at(-1)!;
    line.send(AUTH);
    dial.handlers.onMessage(answer(7));
    await clock.advance(149);
    assertEquals(dial.closes.length, 0);
    await clock.advance(1);
    assertEquals(dial.closes.length, interval === 100 ? 1 : 0);
  }
});

Deno.test("a time that is not a positive number is refused", () => {
  for (const wrong of [0, -1, NaN]) {
    for (const name of ["interval", "timeout"]) {
      const error = assertThrows(
        () => withHeartbeat(scriptedTransport(), { [name]: wrong }),
        RangeError,
      );
      assertEquals(
        error.message,
        `Cannot use ${name} ${wrong}: expected milliseconds above 0`,
      );
    }
  }
});

Deno.test("a heartbeat passes name, address and dial options through", () => {
  const inner = scriptedTransport();
  const transport = withHeartbeat(inner);
  assertEquals(transport.name, "Scripted");
  assertEquals(transport.resolve("x").href, inner.resolve("x").href);
  const options = {
    clock: fakeClock(),
    signal: AbortSignal.abort(),
    timeout: 5,
  };
  transport.dial(
    new URL("memory://x"),
    UNHEARD,
    options,
  );
  assertEquals(inner.dials[0]!.options, options);
});

Deno.test("an interval that ends between two numbers of the clock is not waited for again and again", async () => {
  for (let trial = 0; trial < 400; trial++) {
    const beat = await loggedIn();
    // Times that no binary fraction is equal to.
    await beat.clock.advance(trial * 7.1 + 0.1);
    beat.dial.handlers.onMessage(EVENT);
    const { after } = beat.clock;
    let timers = 0;
    Object.assign(beat.clock, {
      after(...args: Parameters<typeof after>): () => void {
        if (++timers > 100) throw new Error(`Waits again and again (${trial})`);
        return after(...args);
      },
    });
    await beat.clock.advance(15_010);
    assertEquals(beat.asked, 1);
    beat.dial.handlers.onClose({ code: 1000, reason: "" });
  }
});
