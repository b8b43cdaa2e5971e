import {
  call,
  close,
  connect,
  isConnected,
  lifecycle,
  type Session,
} from "../../../mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf, inShort } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { toEngine } from "./_session.ts";
import { allOf } from "./_streams.ts";

const group = "close";

/** How a session has ended. */
async function endOf(session: Session): Promise<unknown> {
  const { clean, code } = await session.closed;
  return { clean, code, connected: isConnected(session) };
}

/** Ends: ours, the engine's, and none at all. */
export const CLOSE: readonly ConformanceCase[] = [
  {
    group,
    name: "a session that is closed is over, and may be closed again",
    expected: { clean: true, code: 1000, connected: false },
    run: async (places) => {
      const session = await connect(toEngine(places));
      await Promise.all([close(session), close(session)]);
      await close(session);
      return await endOf(session);
    },
  },
  {
    group,
    name: "closing rejects what still waits",
    expected: ["ConnectionException: connection-closed", true],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      const waiting = failureOf(call(session, "silent"));
      await close(session);
      return [await waiting, session.signal.aborted];
    },
  },
  {
    group,
    name: "disposing of a session closes it",
    expected: { clean: true, code: 1000, connected: false },
    run: async (places) => {
      const session = await connect(toEngine(places));
      await session[Symbol.asyncDispose]();
      return await endOf(session);
    },
  },
  {
    group,
    name:
      "a peer that never answers the close is waited for two seconds at most",
    expected: [true, { clean: true, code: 1000, connected: false }],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      await call(session, "mute");
      const startedAt = performance.now();
      await close(session, { grace: 100 });
      // One second for the line; the rest is for a busy machine.
      return [performance.now() - startedAt < 5_000, await endOf(session)];
    },
  },
  {
    group,
    name: "an engine that ends the line says so in its code and its words",
    expected: [
      "ConnectionException: connection-lost",
      { clean: false, code: 4001, connected: false },
      "bye",
    ],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      const failure = await failureOf(call(session, "bye", { code: 4001 }));
      const { reason } = await session.closed;
      return [failure, await endOf(session), reason];
    },
  },
  {
    group,
    name: "an engine that dies without a word leaves code 1006",
    expected: [
      "ConnectionException: connection-lost",
      { clean: false, code: 1006, connected: false },
    ],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      return [await failureOf(call(session, "drop")), await endOf(session)];
    },
  },
  {
    group,
    name: "a message that is too large for the other side says so",
    expected: ["ConnectionException: connection-lost", 1009, false, true],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      try {
        await call(session, "bye", { code: 1009 });
        return "nothing";
      } catch (error) {
        const { closeCode, hint, retryable } = error as Record<string, unknown>;
        return [inShort(error), closeCode, retryable, hint !== undefined];
      }
    },
  },
  {
    group,
    name: "nothing is delivered after the close",
    expected: 0,
    run: async (places) => {
      let late = 0;
      let closed = false;
      const session = await connect({
        ...await toFaultyEngine(places),
        onEvent: () => void (closed && late++),
      });
      const many = Array.from({ length: 50 }, () => ["output", {}]);
      const telling = failureOf(call(session, "tell", { events: many }));
      const closing = close(session, { grace: 1 });
      await session.closed;
      closed = true;
      await Promise.all([closing, telling]);
      return late;
    },
  },
  {
    group,
    name: "a session that has ended tells its end to whoever looks later",
    expected: [["ended"], "well"],
    run: async (places) => {
      const session = await connect(toEngine(places));
      await close(session);
      const seen = await allOf(lifecycle(session));
      const ended = await session.closed.then(() => "well");
      return [seen.map(({ type }) => type), ended];
    },
  },
];
