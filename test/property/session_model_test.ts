import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ignore } from "../../lib/async.ts";
import { call } from "../../lib/session/call.ts";
import {
  close,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import { coreOf } from "../../lib/session/core.ts";
import { ConnectionException } from "../../lib/errors.ts";
import type { LifecycleEvent, Session } from "../../lib/session/session.ts";
import type { Connection, Transport } from "../../lib/transport/transport.ts";
import {
  type CountingSignal,
  countingSignal,
} from "../support/counting_signal.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import {
  type Answer,
  refuseLogin,
  scriptedServer,
  SILENCE,
  silent,
} from "../support/scripted_server.ts";

type Step =
  | {
    readonly kind: "call";
    readonly timeout: number;
    readonly shared: boolean;
  }
  | { readonly kind: "answer" | "abort"; readonly which: number }
  | { readonly kind: "pass"; readonly ms: number }
  | {
    readonly kind:
      | "drop"
      | "mute"
      | "move"
      | "moveAborted"
      | "close"
      | "unknown"
      | "event"
      | "turn"
      | "down"
      | "up"
      | "refuse"
      | "stall";
  };

const which = fc.nat(6);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      timeout: fc.constantFrom(50, 10_000, Infinity),
      shared: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("answer" as const), which }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("abort" as const), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.constantFrom(10, 60, 16_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "drop" as const,
        "mute" as const,
        "move" as const,
        "moveAborted" as const,
        "close" as const,
        "unknown" as const,
        "event" as const,
        "turn" as const,
        "down" as const,
        "up" as const,
        "refuse" as const,
        "stall" as const,
      ),
    }),
  },
);

/** What the network and the engine are up to. */
interface Weather {
  up: boolean;
  login: "accepted" | "refused" | "unanswered";
}

function networkOf(transport: Transport, weather: Weather): Transport {
  return {
    ...transport,
    dial(...args): Promise<Connection> {
      if (weather.up) return transport.dial(...args);
      return Promise.reject(new ConnectionException("Nobody is there"));
    },
  };
}

/** What is told about a line, and whether calls could be made by then. */
type Told = readonly [LifecycleEvent, boolean];

/** Connected and disconnected take turns, and the end is the end. */
function assertHonest(told: readonly Told[], persist: boolean): void {
  let up = true;
  for (const [event, ready] of told) {
    switch (event.type) {
      case "connected":
        assert(!up && ready, "connected twice, or not at all");
        up = true;
        break;
      case "disconnected":
        assert(up && !ready, "disconnected twice, or not at all");
        up = false;
        break;
      case "reconnecting":
        assert(persist && !up && event.delay <= 15_000);
        break;
      case "connect-error":
        assert(!up);
        break;
      case "ended":
        assert(!up && event === told.at(-1)?.[0], "ended and went on");
    }
  }
  assertEquals(told.at(-1)?.[0].type, "ended");
}

Deno.test("connect, call, abort, drop, move and close in any order leave nothing pending", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25, size: "max" }),
      fc.boolean(),
      async (steps, persist) => {
        const clock = fakeClock();
        const weather: Weather = { up: true, login: "accepted" };
        const server = scriptedServer({
          work: silent,
          auth(request, line): Answer | Promise<Answer> {
            if (weather.login === "unanswered") return SILENCE;
            if (weather.login === "accepted") return { userToken: "durable" };
            return refuseLogin()(request, line);
          },
        });
        const target = server.target("memory");
        const shared = countingSignal();
        const own: CountingSignal[] = [];
        const watched: Promise<unknown>[] = [];
        function watch(promise: Promise<unknown>): void {
          promise.catch(ignore);
          watched.push(promise);
        }
        const session = await connect({
          ...target,
          transport: networkOf(target.transport, weather),
          clock,
          persist,
          signal: shared.signal,
        });
        watch(session.closed);
        const told: Told[] = [];
        coreOf(session).observers.add((event) => {
          told.push([event, isConnected(session)]);
        });
        coreOf(session).restorers.add(async (signal) => {
          await call(session, "rrext_ping", {}, { signal });
        });

        for (const next of steps) await take(next);
        // Time passes while a session says goodbye to a silent engine.
        watch(close(session));
        await clock.advance(5_000);
        // The first attempt that fails loads a module, which takes real time. One
        // that is pending for ever fails the test, as no event is left to come.
        await Promise.allSettled(watched);
        await drainMicrotasks();

        assert(session.signal.aborted);
        assert(!isConnected(session));
        assertHonest(told, persist);
        assertEquals(clock.timers, 0, "a timer is still armed");
        for (const { listeners } of [shared, ...own]) {
          assertEquals(listeners, 0, "a listener is still attached");
        }
        for (const line of server.lines) await line.closed;
        await server.close();

        async function take(next: Step): Promise<void> {
          const line = server.lines.at(-1)!;
          switch (next.kind) {
            case "call": {
              if (!next.shared) own.push(countingSignal());
              const { signal } = next.shared ? shared : own.at(-1)!;
              const { timeout } = next;
              return watch(call(session, "work", {}, { signal, timeout }));
            }
            case "answer": {
              const asked = server.requests.at(-1 - next.which);
              // An answer to an old question may come on a new line.
              return void (asked && line.reply(asked));
            }
            case "abort":
              return own.at(-1 - next.which)?.abort("enough");
            case "pass":
              return await clock.advance(next.ms);
            case "drop":
              return line.close(4000, "dropped");
            case "mute":
              return line.mute();
            case "move":
              return watch(setConnectionParams(session, { auth: "b" }));
            case "moveAborted": {
              const source = countingSignal();
              own.push(source);
              const { signal } = source;
              watch(setConnectionParams(session, { signal }));
              return source.abort("never mind");
            }
            case "close":
              return watch(close(session));
            case "unknown":
              return line.reply({ seq: 1e9, command: "x" });
            case "event":
              return line.event("apaevt_nothing");
            case "turn":
              return await drainMicrotasks();
            case "down":
              weather.up = false;
              return line.close(4001, "the network is down");
            case "up":
              weather.up = true;
              return void (weather.login = "accepted");
            case "refuse":
              return void (weather.login = "refused");
            case "stall":
              return void (weather.login = "unanswered");
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

async function manyCalls(
  session: Session,
  signal: AbortSignal,
  count: number,
): Promise<void> {
  for (let done = 0; done < count; done += 100) {
    await Promise.all(
      Array.from(
        { length: 100 },
        () => call(session, "rrext_ping", {}, { signal }),
      ),
    );
  }
}

Deno.test("after 10,000 calls no listener is left on the user's signal", async () => {
  await using server = scriptedServer();
  const source = countingSignal();
  const session = await connect({
    ...server.target("memory"),
    signal: source.signal,
  });
  await manyCalls(session, source.signal, 10_000);
  assertEquals(source.attached, 10_001);
  assertEquals(source.listeners, 0);
  await close(session);
});
