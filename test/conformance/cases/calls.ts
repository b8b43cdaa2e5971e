import {
  call,
  close,
  type ConnectOptions,
  dapRequest,
  didFail,
  getServices,
  isConnected,
  ping,
  type Session,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { toEngine, withSession } from "./_session.ts";

const group = "calls";

/** Work with an engine that does what commands say. */
async function withFaulty(
  places: Places,
  work: (session: Session) => Promise<unknown>,
  options: ConnectOptions = {},
): Promise<unknown> {
  return await withSession(
    { ...await toFaultyEngine(places), ...options },
    work,
  );
}

/** One request and its answer: time limits, aborts, and many at once. */
export const CALLS: readonly ConformanceCase[] = [
  {
    group,
    name: "a call that is not answered costs its time limit and nothing more",
    expected: ['No answer to "silent" within 60 ms', 60, true, { after: 1 }],
    run: (places) =>
      withFaulty(places, async (session) => {
        const error = await thrownBy(
          call(session, "silent", {}, { timeout: 60 }),
        ) as { message: string; timeout?: number };
        return [
          error.message,
          error.timeout,
          isConnected(session),
          await call(session, "echo", { after: 1 }),
        ];
      }),
  },
  {
    group,
    name: "the session's time limit holds where a call has none of its own",
    expected: ["TimeoutException: timeout", { own: true }],
    run: (places) =>
      withFaulty(places, async (session) => [
        await failureOf(call(session, "silent")),
        await call(session, "echo", { own: true }, { timeout: 10_000 }),
      ], { requestTimeout: 60 }),
  },
  {
    group,
    name: "an aborted call rejects with the very reason, whatever it is",
    expected: [true, true, "AbortError", "TimeoutError", true],
    run: (places) =>
      withFaulty(places, async (session) => {
        async function abortedWith(...reason: unknown[]): Promise<unknown> {
          const controller = new AbortController();
          const { signal } = controller;
          const waiting = thrownBy(call(session, "silent", {}, { signal }));
          await ping(session);
          if (reason.length > 0) controller.abort(reason[0]);
          else controller.abort();
          return await waiting;
        }
        const reason = new Error("enough");
        const signal = AbortSignal.timeout(30);
        return [
          await abortedWith(reason) === reason,
          await abortedWith("over") === "over",
          (await abortedWith() as Error).name,
          await failureOf(call(session, "silent", {}, { signal })),
          isConnected(session),
        ];
      }),
  },
  {
    group,
    name: "a call whose signal has aborted is never sent",
    expected: [true, 0],
    run: async (places) => {
      const sent: string[] = [];
      const reason = new Error("before");
      return await withFaulty(places, async (session) => {
        const signal = AbortSignal.abort(reason);
        const thrown = await thrownBy(call(session, "echo", {}, { signal }));
        return [
          thrown === reason,
          sent.filter((text) => text.includes("echo")).length,
        ];
      }, { onProtocolMessage: (text) => sent.push(text) });
    },
  },
  {
    group,
    name: "an answer that comes too late, twice or for nobody reaches nobody",
    expected: ["TimeoutException: timeout", {}, { time: 1 }, { for: "us" }, {
      last: 1,
    }],
    run: (places) =>
      withFaulty(places, async (session) => [
        await failureOf(call(session, "late", {}, { timeout: 40 })),
        await call(session, "late"),
        await call(session, "twice"),
        await call(session, "nobody"),
        await call(session, "echo", { last: 1 }),
      ]),
  },
  {
    group,
    name: "64 calls in flight get each its own answer, the last one first",
    expected: { own: 64, first: 63 },
    run: (places) =>
      withFaulty(places, async (session) => {
        const order: number[] = [];
        const all = await Promise.all(
          Array.from({ length: 64 }, async (_, at) => {
            const body = await call(session, "reversed", { of: 64, at });
            order.push(at);
            return (body as { at?: number }).at === at;
          }),
        );
        return { own: all.filter(Boolean).length, first: order[0]! };
      }),
  },
  {
    group,
    name: "64 pings in flight of a real engine are all answered",
    expected: 64,
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const times = await Promise.all(
          Array.from({ length: 64 }, () => ping(session)),
        );
        return times.filter((ms) => ms >= 0).length;
      }),
  },
  {
    group,
    name: "a refusal has the engine's words, also when there are none",
    expected: [
      "RocketRideException: unknown-command",
      "Invalid command: invented. The server's version does not have this command.",
      'Engine refused "wordless" without a message',
    ],
    run: (places) =>
      withFaulty(places, async (session) => {
        const refused = await thrownBy(call(session, "invented"));
        const wordless = await thrownBy(call(session, "wordless"));
        return [
          inShort(refused),
          (refused as Error).message,
          (wordless as Error).message,
        ];
      }),
  },
  {
    group,
    name: "a raw request returns what was answered, also a refusal",
    expected: [true, false],
    run: (places) =>
      withSession(toEngine(places), async (session) => [
        didFail(await dapRequest(session, "rrext_invented")),
        didFail(await dapRequest(session, "rrext_ping")),
      ]),
  },
  {
    group,
    name: "bytes travel with a request",
    expected: { bytes: true },
    run: (places) =>
      withFaulty(places, async (session) => {
        const data = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
        return await call(session, "echo", { bytes: true }, { data });
      }),
  },
  {
    group,
    name: "the catalogue of a real engine is read",
    expected: [true, true],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const services = await getServices(session);
        return ["webhook", "response_text"].map((name) => name in services);
      }),
  },
  {
    group,
    name: "a session that was closed takes no calls",
    expected: ["ConnectionException: not-connected", false],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        await close(session);
        const error = await thrownBy(ping(session));
        return [
          inShort(error),
          (error as { sent?: boolean }).sent,
        ];
      }),
  },
];
