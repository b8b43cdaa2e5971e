import {
  call,
  close,
  connect,
  type ConnectOptions,
  events,
  isConnected,
  lifecycle,
  ping,
  pipe,
  send,
  type Session,
  setConnectionParams,
  terminate,
  use,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { failureOf, inShort, outcomeOf, thrownBy } from "./_failure.ts";
import { type Relay, relayOf, toFaultyEngine, toNobody } from "./_faults.ts";
import { KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine } from "./_session.ts";

const group = "reconnect";

interface Persisting {
  readonly session: Session;
  readonly relay: Relay;
  /** What happened to the line, in order. */
  readonly log: string[];
  /** Settles when the session is connected for as many times in all. */
  connected(times: number): Promise<void>;
}

/** Options that lead over a relay, persistently, and note what happens. */
function overRelay({ uri }: Relay, log: string[]): ConnectOptions {
  return {
    uri,
    auth: KEY,
    env: {},
    persist: true,
    random: () => 0,
    onConnected: () => void log.push("connected"),
    onDisconnected: (_, hasError) =>
      void log.push(hasError ? "lost" : "closed"),
    onConnectError: () => void log.push("error"),
  };
}

/** What happens until there is a session over a relay that was spoilt. */
async function dialled(
  places: Places,
  spoil: (relay: Relay) => Promise<void>,
): Promise<string[]> {
  const relay = await relayOf(places);
  const log: string[] = [];
  await spoil(relay);
  const session = await connect(overRelay(relay, log));
  const seen = [...log];
  await close(session);
  return seen;
}

/** Work with a session that persists, over a relay that can cut its line. */
async function persisting(
  places: Places,
  work: (it: Persisting) => Promise<unknown>,
  more: ConnectOptions = {},
): Promise<unknown> {
  const relay = await relayOf(places);
  const log: string[] = [];
  const session = await connect({ ...overRelay(relay, log), ...more });
  async function connected(times: number): Promise<void> {
    let seen = 0;
    const reader = lifecycle(session).getReader();
    while (seen < times) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The session has ended");
      if (value.type === "connected") seen++;
    }
    await reader.cancel();
  }
  try {
    return await work({ session, relay, log, connected });
  } finally {
    await close(session);
  }
}

const STEPS = ["open", "write", "close"].flatMap((step) =>
  (["close", "reset"] as const).map((manner) => [step, manner] as const)
);

/** Lines that drop, and sessions that outlive them. */
export const RECONNECT: readonly ConformanceCase[] = [
  {
    group,
    name: "a line that is cut is dialled again, and calls wait for it",
    expected: {
      text: ["Again\n\n"],
      log: ["connected", "lost", "connected"],
      dials: 2,
    },
    run: (places) =>
      persisting(places, async ({ session, relay, log, connected }) => {
        const { token } = await use(session, { pipeline: textPipeline() });
        const back = connected(2);
        await relay.cutAll();
        await back;
        const { text } = await send(session, token, "Again");
        await terminate(session, token);
        return { text, log: [...log], dials: await relay.dials() };
      }),
  },
  {
    group,
    name: "a call that was with the engine rejects, and says that it was sent",
    expected: ["ConnectionException: connection-lost", true, "well"],
    run: (places) =>
      persisting(places, async ({ session, relay }) => {
        await relay.cut("rrext_ping", "request");
        const error = await thrownBy(ping(session));
        return [
          inShort(error),
          (error as { sent?: boolean }).sent,
          await outcomeOf(ping(session)),
        ];
      }),
  },
  {
    group,
    name: "a line that is cut at any step of a send fails it alone",
    expected: STEPS.map(([step, manner]) => [
      step,
      manner,
      "ConnectionException: connection-lost",
      ["Again\n\n"],
    ]),
    run: (places) =>
      persisting(places, async ({ session, relay }) => {
        const { token } = await use(session, { pipeline: textPipeline() });
        const seen: unknown[] = [];
        for (const [step, manner] of STEPS) {
          await relay.cut(`rrext_process ${step}`, "answer", manner);
          const failure = await failureOf(send(session, token, "Hello"));
          const { text } = await send(session, token, "Again");
          seen.push([step, manner, failure, text]);
        }
        await terminate(session, token);
        return seen;
      }),
  },
  {
    group,
    name: "a pipe never goes on silently on a new line",
    expected: [
      "ConnectionException: connection-lost",
      "ConnectionException: connection-lost",
      false,
    ],
    run: (places) =>
      persisting(places, async ({ session, relay, connected }) => {
        const { token } = await use(session, { pipeline: textPipeline() });
        const target = await pipe(session, token, { mimeType: "text/plain" });
        const back = connected(2);
        await relay.cutAll();
        await back;
        const writer = target.getWriter();
        const seen = [
          await failureOf(writer.write("lost")),
          await failureOf(target.result),
          target.isOpened,
        ];
        await terminate(session, token);
        return seen;
      }),
  },
  {
    group,
    name: "a stream of events goes on, with a gap, on the new line",
    expected: { gap: true, last: "end" },
    run: (places) =>
      persisting(places, async ({ session, relay, connected }) => {
        const { token } = await use(session, { pipeline: textPipeline() });
        const stream = await events(session, token, { types: ["task"] });
        const back = connected(2);
        await relay.cutAll();
        await back;
        await terminate(session, token);
        const seen: unknown[] = [];
        for await (const event of stream) {
          seen.push(event.type === "gap" ? event.reason : event.body?.action);
          if (seen.at(-1) === "end") break;
        }
        return { gap: seen.includes("reconnect"), last: seen.at(-1) };
      }),
  },
  {
    group,
    name: "a line that goes silent is replaced by one that does not",
    expected: [true, { still: "there" }],
    run: async (places) => {
      let connections = 0;
      const twice = Promise.withResolvers<void>();
      const session = await connect({
        ...await toFaultyEngine(places),
        persist: true,
        random: () => 0,
        heartbeat: { interval: 50, timeout: 100 },
        onConnected: () => void (++connections === 2 && twice.resolve()),
      });
      try {
        await call(session, "mute");
        await twice.promise;
        const body = await call(session, "echo", { still: "there" });
        return [isConnected(session), body];
      } finally {
        await close(session);
      }
    },
  },
  {
    group,
    name: "a dial that is refused is tried again",
    expected: ["error", "error", "connected"],
    run: (places) =>
      dialled(places, async (relay) => {
        await relay.refuse();
        await relay.refuse();
      }),
  },
  {
    group,
    name: "a login that is cut is tried again",
    expected: ["error", "connected"],
    run: (places) => dialled(places, (relay) => relay.cut("auth", "answer")),
  },
  {
    group,
    name: "what happens to the line is a stream",
    expected: [
      "connected",
      "disconnected",
      "reconnecting",
      "connected",
      "disconnected",
      "ended",
    ],
    run: (places) =>
      persisting(places, async ({ session, relay, connected }) => {
        const seen: string[] = [];
        const watching = (async () => {
          for await (const { type } of lifecycle(session)) seen.push(type);
        })();
        const back = connected(2);
        await relay.cutAll();
        await back;
        await close(session);
        await watching;
        return seen;
      }),
  },
  {
    group,
    name: "nobody is tried for longer than was allowed",
    expected: "ConnectionException: connection-failed",
    run: async (places) =>
      await failureOf(connect({
        ...await toNobody(places),
        persist: true,
        maxRetryTime: 150,
        random: () => 0.1,
      })),
  },
  {
    group,
    name: "a session that is tried for ever can be given up",
    expected: true,
    run: async (places) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      let failures = 0;
      const connecting = thrownBy(connect({
        ...await toNobody(places),
        persist: true,
        random: () => 0,
        signal: controller.signal,
        onConnectError: () => {
          if (++failures === 3) controller.abort(reason);
        },
      }));
      return await connecting === reason;
    },
  },
  {
    group,
    name: "a session that is closed while its line is down dials no more",
    expected: ["ConnectionException: connection-closed", true, false],
    run: (places) =>
      persisting(places, async ({ session, relay }) => {
        const down = (async () => {
          for await (const { type } of lifecycle(session)) {
            if (type === "reconnecting") break;
          }
        })();
        await relay.cutAll();
        await down;
        const waiting = failureOf(ping(session));
        await close(session);
        const { clean } = await session.closed;
        return [await waiting, clean, isConnected(session)];
      }, { random: () => 1 }),
  },
  {
    group,
    name: "without persist, a line that is cut ends the session",
    expected: [false, "ConnectionException: not-connected", true, 1],
    run: (places) =>
      persisting(places, async ({ session, relay }) => {
        await relay.cutAll();
        const { clean } = await session.closed;
        return [
          clean,
          await failureOf(ping(session)),
          session.signal.aborted,
          await relay.dials(),
        ];
      }, { persist: false }),
  },
  {
    group,
    name: "a session moves to another address and takes its calls along",
    expected: ["well", true],
    run: async (places) => {
      const relay = await relayOf(places);
      const session = await connect(toEngine(places));
      try {
        await setConnectionParams(session, { uri: relay.uri });
        const moved = await outcomeOf(call(session, "rrext_ping"));
        return [moved, await relay.dials() === 1];
      } finally {
        await close(session);
      }
    },
  },
];
