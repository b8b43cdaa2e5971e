import {
  chat,
  close,
  connect,
  type ConnectOptions,
  events,
  firstAnswer,
  getServerInfo,
  getServices,
  getTaskStatus,
  ping,
  pipe,
  send,
  sendFiles,
  type Session,
  terminate,
  use,
  validate,
} from "../../../mod.ts";
import {
  httpTransport,
  type HttpTransportOptions,
} from "../../../lib/transport/mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { failureOf, outcomeOf, thrownBy } from "./_failure.ts";
import { toNobody } from "./_faults.ts";
import {
  chatPipeline,
  digestPipeline,
  textPipeline,
  through,
} from "./_pipelines.ts";
import { toEngine, usingTask, withSession } from "./_session.ts";
import { streamOf, stuckAfter } from "./_streams.ts";

const group = "http";

function overHttp(
  places: Places,
  options: HttpTransportOptions = {},
): ConnectOptions {
  return { ...toEngine(places), transport: httpTransport(options) };
}

/** Work with a session over HTTP. */
function withHttp(
  places: Places,
  work: (session: Session) => Promise<unknown>,
  options: HttpTransportOptions = {},
): Promise<unknown> {
  return withSession(overHttp(places, options), work);
}

/** Fill a pipe with a stream and compare digests. */
function digested(
  places: Places,
  options: HttpTransportOptions = {},
): Promise<unknown> {
  return withHttp(
    places,
    (session) =>
      usingTask(session, digestPipeline(), async (_, task) => {
        const whole = patternBytes(1_500_001);
        function* pieces(): Generator<Uint8Array> {
          for (let at = 0; at < whole.length; at += 50_000) {
            yield whole.slice(at, at + 50_000);
          }
        }
        const target = await pipe(session, task);
        await streamOf(pieces()).pipeTo(target);
        const { metadata } = await target.result;
        return metadata?.sha256 === await sha256(whole);
      }),
    options,
  );
}

/** The same functions, without a socket. */
export const HTTP: readonly ConformanceCase[] = [
  {
    group,
    name: "a task does its work over HTTP",
    expected: { text: ["Hello 🌍\n\n"], counted: 1, after: true },
    run: (places) =>
      withHttp(places, async (session) => {
        const task = await use(session, { pipeline: textPipeline() });
        const { text } = await send(session, task, "Hello 🌍");
        const { completedCount } = await getTaskStatus(session, task);
        await terminate(session, task);
        const { completed } = await getTaskStatus(session, task);
        return { text, counted: completedCount, after: completed };
      }),
  },
  {
    group,
    name: "a stream is piped over HTTP, however bodies travel here",
    expected: true,
    run: (places) => digested(places),
  },
  {
    group,
    name: "a stream is piped over HTTP where bodies are no streams",
    expected: true,
    run: (places) => digested(places, { streaming: false }),
  },
  {
    group,
    name: "what is written goes out before the end",
    expected: "failed before the end",
    run: (places) =>
      withHttp(places, (session) =>
        // Fails when the first bytes arrive.
        usingTask(session, through("bomb", {}, "audio"), async (_, task) => {
          const target = await pipe(session, task, { mimeType: "audio/wav" });
          const writer = target.getWriter();
          const piece = new Uint8Array(600_000);
          for (let at = 0; at < 40; at++) {
            // What the network takes at once may fail with the next write.
            if (await outcomeOf(writer.write(piece)) !== "well") {
              return "failed before the end";
            }
            await new Promise((resolve) => setTimeout(resolve, 25));
          }
          return `closed: ${await failureOf(writer.close())}`;
        })),
  },
  {
    group,
    name: "a body that may not be held back is refused",
    expected: "PipeException: pipe-failed",
    run: (places) =>
      withHttp(
        places,
        (session) =>
          usingTask(session, digestPipeline(), async (_, task) =>
            await failureOf(send(session, task, patternBytes(200_000)))),
        {
          streaming: false,
          bufferBytes: 100_000,
        },
      ),
  },
  {
    group,
    name: "chat, files and what is known of an engine work over HTTP",
    expected: ["Well?", ["complete", "complete"], true, true, []],
    run: (places) =>
      withHttp(places, async (session) => {
        const answer = await usingTask(
          session,
          chatPipeline(),
          async (_, task) => firstAnswer(await chat(session, task, "Well?")),
        );
        const files = await usingTask(
          session,
          textPipeline(),
          (_, task) =>
            sendFiles(session, task, [
              new File(["a"], "a.txt", { type: "text/plain" }),
              new File(["b"], "b.txt", { type: "text/plain" }),
            ]),
        );
        const { errors } = await validate(session, {
          pipeline: textPipeline(),
        });
        return [
          answer,
          files.map(({ action }) => action),
          "webhook" in await getServices(session),
          await ping(session) >= 0,
          errors,
        ];
      }),
  },
  {
    group,
    name: "what an engine is can be asked without a key, either way",
    expected: ["string", "string"],
    run: async (places) => {
      const { uri } = toEngine(places);
      const transport = httpTransport();
      const env = {};
      return [
        typeof (await getServerInfo({ uri, env })).version,
        typeof (await getServerInfo({ uri, env, transport })).version,
      ];
    },
  },
  {
    group,
    name: "a key that the engine does not know is refused over HTTP",
    expected: "AuthenticationException: authentication-refused",
    run: async (places) =>
      await failureOf(connect({ ...overHttp(places), auth: "wrong" })),
  },
  {
    group,
    name: "what no header can carry is refused, and the session goes on",
    expected: [
      "AuthenticationException: authentication-refused",
      "PipeException: pipe-failed",
      ["b\n\n"],
    ],
    run: async (places) => [
      await failureOf(connect({ ...overHttp(places), auth: "ключ" })),
      ...await withHttp(
        places,
        (session) =>
          usingTask(session, textPipeline(), async (_, task) => [
            await failureOf(
              send(session, task, "a", { mimeType: "image/\u20ac" }),
            ),
            (await send(session, task, "b")).text,
          ]),
      ) as unknown[],
    ],
  },
  {
    group,
    name: "what HTTP cannot carry names what can",
    expected: [
      "ValidationException: not-supported",
      "ValidationException: not-supported",
    ],
    run: (places) =>
      withHttp(places, async (session) => [
        await failureOf(events(session, "*", { types: ["task"] })),
        await failureOf(
          use(session, { pipeline: textPipeline(), useExisting: true }),
        ),
      ]),
  },
  {
    group,
    name: "nobody answers over HTTP",
    expected: "ConnectionException: connection-lost",
    run: async (places) =>
      await failureOf(connect({
        ...await toNobody(places),
        transport: httpTransport(),
      })),
  },
  {
    group,
    name: "an aborted pipe frees its slot over HTTP",
    expected: [true, ["next\n\n"]],
    run: (places) =>
      withHttp(
        places,
        (session) =>
          usingTask(session, textPipeline(), async (_, task) => {
            const { stream } = stuckAfter("half a sen");
            const controller = new AbortController();
            const { signal } = controller;
            const sending = thrownBy(send(session, task, stream, {
              mimeType: "audio/wav",
              signal,
            }));
            await new Promise((resolve) => setTimeout(resolve, 50));
            const reason = new Error("enough");
            controller.abort(reason);
            const thrown = await sending;
            const { text } = await send(session, task, "next");
            return [thrown === reason, text];
          }, { threads: 1 }),
      ),
  },
  {
    group,
    name: "a session over HTTP that is closed takes no calls",
    expected: ["ConnectionException: not-connected", true],
    run: async (places) => {
      const session = await connect(overHttp(places));
      await close(session);
      const { clean } = await session.closed;
      return [await failureOf(ping(session)), clean];
    },
  },
];
