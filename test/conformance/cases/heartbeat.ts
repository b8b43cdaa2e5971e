import { call, connect, ping } from "../../../mod.ts";
import type { TraceRecord } from "../../../lib/transport/mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { toEngine, withSession } from "./_session.ts";

const group = "heartbeat";

/** Signs of life, and what happens without them. */
export const HEARTBEAT: readonly ConformanceCase[] = [
  {
    group,
    name: "an engine that goes silent is given up, and its calls with it",
    expected: {
      failure: "ConnectionException: connection-lost",
      words: true,
      clean: false,
    },
    run: async (places) => {
      const session = await connect({
        ...await toFaultyEngine(places),
        heartbeat: { interval: 50, timeout: 100 },
      });
      await call(session, "mute");
      const error = await thrownBy(call(session, "silent")) as Error;
      return {
        failure: inShort(error),
        words: error.message.startsWith("No sign of life for"),
        clean: (await session.closed).clean,
      };
    },
  },
  {
    group,
    name: "an idle line is asked for signs of life and kept",
    expected: [true, true],
    run: async (places) => {
      const beats = Promise.withResolvers<void>();
      let asked = 0;
      const onTrace = (record: TraceRecord): void => {
        if (record.kind !== "sent" || !("command" in record.message)) return;
        if (record.message.command === "rrext_ping" && ++asked === 3) {
          beats.resolve();
        }
      };
      const heartbeat = { interval: 30, timeout: 5_000 };
      const options = { ...toEngine(places), heartbeat, onTrace };
      return await withSession(options, async (session) => {
        await beats.promise;
        return [await ping(session) >= 0, !session.signal.aborted];
      });
    },
  },
  {
    group,
    name: "a line without a heartbeat is never asked",
    expected: 0,
    run: async (places) => {
      let asked = 0;
      const onProtocolMessage = (text: string): void => {
        if (text.includes("rrext_ping")) asked++;
      };
      return await withSession({
        ...toEngine(places),
        heartbeat: false,
        onProtocolMessage,
      }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return asked;
      });
    },
  },
  {
    group,
    name: "times that are none are refused",
    expected: ["RangeError", "RangeError"],
    run: async (places) => [
      await failureOf(
        connect({ ...toEngine(places), heartbeat: { interval: 0 } }),
      ),
      await failureOf(
        connect({ ...toEngine(places), heartbeat: { timeout: NaN } }),
      ),
    ],
  },
];
