import {
  close,
  connect,
  isConnected,
  ping,
  use,
  type WebSocketConstructor,
  webSocketTransport,
} from "../../../mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { askedOf, relayOf, toFaultyEngine, toNobody } from "./_faults.ts";
import { KEY, READER_KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, withSession } from "./_session.ts";

const group = "connect";

/** Connecting, credentials, and everybody who does not answer. */
export const CONNECT: readonly ConformanceCase[] = [
  {
    group,
    name: "a session tells where it is and whose",
    expected: ["/task/service", "string", true, false],
    run: async (places) => {
      const session = await connect(toEngine(places));
      const before = isConnected(session);
      await close(session);
      return [
        new URL(session.uri).pathname,
        typeof session.identity?.userId,
        before,
        isConnected(session),
      ];
    },
  },
  {
    group,
    name: "addresses may be written in any way",
    expected: ["up", "up", "up", "up"],
    run: async (places) => {
      const { host } = new URL(places.engine);
      const seen: string[] = [];
      for (
        const uri of [
          host,
          `http://${host}`,
          `ws://${host}/`,
          new URL(places.engine),
        ]
      ) {
        await withSession({ ...toEngine(places), uri }, async (session) => {
          seen.push(await ping(session) >= 0 ? "up" : "down");
        });
      }
      return seen;
    },
  },
  {
    group,
    name: "a key that the engine does not know is refused for good",
    expected: ["AuthenticationException: authentication-refused", true, false],
    run: async (places) => {
      const error = await thrownBy(
        connect({ ...toEngine(places), auth: "wrong", persist: true }),
      ) as { sent?: boolean; retryable?: boolean };
      return [
        inShort(error),
        error.sent,
        error.retryable,
      ];
    },
  },
  {
    group,
    name: "a refused key is told from a line that dies before the answer",
    expected: [
      "AuthenticationException: authentication-refused",
      "ConnectionException: connection-lost",
    ],
    run: async (places) => {
      const refusing = await toFaultyEngine(places, "/?auth=refuse");
      const dying = await toFaultyEngine(places, "/?auth=drop");
      return [
        await failureOf(connect(refusing)),
        await failureOf(connect(dying)),
      ];
    },
  },
  {
    group,
    name: "a key may do what it may, and no more",
    expected: ["up", "ExecutionException: permission-denied"],
    run: (places) =>
      withSession(
        { ...toEngine(places), auth: READER_KEY },
        async (session) => [
          await ping(session) >= 0 ? "up" : "down",
          await failureOf(use(session, { pipeline: textPipeline() })),
        ],
      ),
  },
  {
    group,
    name: "a function is asked for the credential once a dial",
    expected: { asked: 2, failed: "RangeError" },
    run: async (places) => {
      let asked = 0;
      const auth = async (): Promise<string> => {
        asked++;
        await Promise.resolve();
        return KEY;
      };
      const options = { ...toEngine(places), auth };
      await withSession(options, ping);
      await withSession(options, ping);
      const failed = await failureOf(connect({
        ...options,
        auth: () => {
          throw new RangeError("No credential today");
        },
      }));
      return { asked, failed };
    },
  },
  {
    group,
    name: "sockets may be made by somebody else",
    expected: ["/task/service"],
    run: async (places) => {
      const made: string[] = [];
      function Made(url: string): WebSocket {
        made.push(new URL(url).pathname);
        return new WebSocket(url);
      }
      const transport = webSocketTransport({
        WebSocket: Made as unknown as WebSocketConstructor,
      });
      await withSession({ ...toEngine(places), transport }, ping);
      return made;
    },
  },
  {
    group,
    name: "nobody listens there",
    expected: "ConnectionException: connection-failed",
    run: async (places) => await failureOf(connect(await toNobody(places))),
  },
  {
    group,
    name: "a handshake that is refused is a failed connection",
    expected: [
      "ConnectionException: connection-failed",
      "ConnectionException: connection-failed",
      "ConnectionException: connection-failed",
    ],
    run: async (places) => {
      const seen: string[] = [];
      for (const status of [401, 403, 503]) {
        const path = `/refuse?status=${status}`;
        seen.push(await failureOf(connect(await toFaultyEngine(places, path))));
      }
      return seen;
    },
  },
  {
    group,
    name: "an HTTP server that is no engine is told to be one",
    expected: [true, true, true],
    run: async (places) => {
      const seen: unknown[] = [];
      for (const status of [200, 404, 503]) {
        const path = `/refuse?status=${status}`;
        const options = await toFaultyEngine(places, path);
        const { message } = await thrownBy(connect(options)) as Error;
        // Pages of other origins do not get to know the status.
        const told = message.includes(`${status}`) ||
          message.includes("an HTTP server answers there, but no WebSocket");
        seen.push(told || message);
      }
      return seen;
    },
  },
  {
    group,
    name: "where nobody listens, no HTTP server is made up",
    expected: false,
    run: async (places) => {
      const error = await thrownBy(connect(await toNobody(places))) as Error;
      return /HTTP server|status/.test(error.message);
    },
  },
  {
    group,
    name: "only a first attempt asks what answers instead of an engine",
    expected: { attempts: 10, isAskedOnce: true },
    run: async (places) => {
      const name = crypto.randomUUID();
      const path = `/refuse?status=404&name=${name}`;
      const stop = new AbortController();
      let attempts = 0;
      await thrownBy(connect({
        ...await toFaultyEngine(places, path),
        signal: stop.signal,
        persist: true,
        reconnect: { firstDelay: 1, maxDelay: 1 },
        onConnectError(): void {
          if (++attempts === 10) stop.abort();
        },
      }));
      return { attempts, isAskedOnce: await askedOf(places, name) <= 1 };
    },
  },
  {
    group,
    name: "a peer that hangs up on the handshake is a failed connection",
    expected: "ConnectionException: connection-failed",
    run: async (places) =>
      await failureOf(connect(await toFaultyEngine(places, "/hangup"))),
  },
  {
    group,
    name: "a peer that takes the call and says nothing is given up in time",
    expected: ["TimeoutException: timeout", 200],
    run: async (places) => {
      const options = await toFaultyEngine(places, "/silent");
      const error = await thrownBy(connect({ ...options, timeout: 200 }));
      const { timeout } = error as { timeout?: number };
      return [inShort(error), timeout];
    },
  },
  {
    group,
    name: "an engine that never answers the login is given up in time",
    expected: "TimeoutException: timeout",
    run: async (places) => {
      const options = await toFaultyEngine(places, "/?auth=silent");
      return await failureOf(connect({ ...options, timeout: 200 }));
    },
  },
  {
    group,
    name: "connecting can be given up at any step",
    expected: [true, true, true],
    run: async (places) => {
      const reason = new Error("changed my mind");
      const seen: boolean[] = [];
      for (const path of ["/silent", "/?auth=silent"]) {
        const options = await toFaultyEngine(places, path);
        const controller = new AbortController();
        const { signal } = controller;
        const connecting = thrownBy(connect({ ...options, signal }));
        setTimeout(() => controller.abort(reason), 50);
        seen.push(await connecting === reason);
      }
      const signal = AbortSignal.abort(reason);
      const options = { ...toEngine(places), signal };
      return [...seen, await thrownBy(connect(options)) === reason];
    },
  },
  {
    group,
    name: "a signal that has aborted keeps everything from being dialled",
    expected: 0,
    run: async (places) => {
      const relay = await relayOf(places);
      const signal = AbortSignal.abort();
      await thrownBy(connect({ uri: relay.uri, auth: KEY, env: {}, signal }));
      return await relay.dials();
    },
  },
  {
    group,
    name: "what is wrong with the options is told before any traffic",
    expected: [
      "ValidationException: missing-credential",
      "ValidationException: insecure-credential",
      "ValidationException: invalid-uri",
      "RangeError",
    ],
    run: async (places) => [
      await failureOf(connect({ env: {} })),
      await failureOf(connect({ uri: "ws://192.0.2.1", auth: KEY, env: {} })),
      await failureOf(connect({ uri: "ftp://localhost", env: {} })),
      await failureOf(connect({ ...toEngine(places), timeout: -1 })),
    ],
  },
];
