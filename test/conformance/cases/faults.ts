import {
  call,
  close,
  connect,
  pipe,
  PipeException,
  send,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes } from "./_bytes.ts";
import { failureOf, inShort, outcomeOf } from "./_failure.ts";
import { relayOf, toFaultyEngine } from "./_faults.ts";
import { KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, usingTask, withSession } from "./_session.ts";
import { stuckAfter } from "./_streams.ts";

const group = "faults";

const TEXT = 1;
const BINARY = 2;

/** How a session ends whose engine sends such a frame: the call, the end. */
async function after(
  places: Places,
  opcode: number,
  bytes: string,
): Promise<unknown> {
  const session = await connect(await toFaultyEngine(places));
  try {
    const waiting = [
      failureOf(call(session, "silent")),
      failureOf(call(session, "raw", { frame: [opcode, bytes] })),
    ];
    const failures = await Promise.all(waiting);
    return [...failures, (await session.closed).clean];
  } finally {
    await close(session);
  }
}

const BREACH = [
  "ProtocolException: protocol",
  "ProtocolException: protocol",
  false,
];

/** Engines that send what they must not, and engines that die. */
export const FAULTS: readonly ConformanceCase[] = [
  {
    group,
    name: "text that is no message ends the line and every wait",
    expected: [BREACH, BREACH, BREACH, BREACH],
    run: async (places) => {
      const seen: unknown[] = [];
      for (const frame of ['{"type":"response",', "[]", "", '{"seq":1}']) {
        seen.push(await after(places, TEXT, frame));
      }
      return seen;
    },
  },
  {
    group,
    name: "bytes that are no message end the line and every wait",
    expected: [BREACH, BREACH, BREACH],
    run: async (places) => {
      const seen: unknown[] = [];
      for (const frame of ["\x01\x02\x03", "{\nbytes", "\xff\xfe\n"]) {
        seen.push(await after(places, BINARY, frame));
      }
      return seen;
    },
  },
  {
    group,
    name: "text that is not UTF-8 ends the line",
    expected: ["ConnectionException: connection-lost", false],
    run: async (places) => {
      const session = await connect(await toFaultyEngine(places));
      const frame = '{"type":"event","seq":1,"event":"\xff","body":{}}';
      const raw = outcomeOf(call(session, "raw", { frame: [TEXT, frame] }));
      // A line that is still there answers this after the frame.
      const next = outcomeOf(call(session, "echo"));
      const seen = await Promise.race([raw, next]);
      const end = Promise.race([session.closed, next.then(() => null)]);
      const clean = (await end)?.clean ?? "still there";
      await close(session);
      return [seen, clean];
    },
  },
  {
    group,
    name: "a line that breaks the protocol of sockets is lost",
    expected: [
      "ConnectionException: connection-lost",
      "ConnectionException: connection-lost",
      false,
    ],
    // Opcode 3 is reserved (RFC 6455, §5.2).
    run: (places) => after(places, 3, "reserved"),
  },
  {
    group,
    name: "an answer may come as bytes",
    expected: { binary: true },
    run: async (places) =>
      await withSession(
        await toFaultyEngine(places),
        (session) => call(session, "binary", { binary: true }),
      ),
  },
  {
    group,
    name:
      "an engine that dies in the middle of a write fails stream and result",
    expected: {
      write: "ConnectionException: connection-lost",
      result: "ConnectionException: connection-lost",
      sent: true,
      open: false,
    },
    run: async (places) => {
      const options = await toFaultyEngine(places, "/?write=drop");
      return await withSession(options, async (session) => {
        const target = await pipe(session, "tk_1", { framing: "chunk" });
        const writer = target.getWriter();
        const write = await failureOf(writer.write(patternBytes(1_000)));
        const lost = await target.result.catch((error) => error);
        return {
          write,
          result: inShort(lost),
          sent: lost.sent,
          open: target.isOpened,
        };
      });
    },
  },
  {
    group,
    name: "an engine that dies while a pipe is idle fails what fills it",
    expected: {
      piping: "ConnectionException: connection-lost",
      source: "ConnectionException: connection-lost",
    },
    run: (places) =>
      diedIdle(places, ({ piping, source }) => ({
        piping,
        source,
      })),
  },
  {
    group,
    name: "an engine that dies while a pipe is idle fails its result",
    expected: "ConnectionException: connection-lost",
    run: (places) => diedIdle(places, ({ result }) => result),
  },
  {
    group,
    name: "an engine that dies while a send is idle fails it, and cancels",
    expected: [
      "ConnectionException: connection-lost",
      "ConnectionException: connection-lost",
    ],
    run: async (places) => {
      const options = await toFaultyEngine(places);
      return await withSession(options, async (session) => {
        const { stream, cancelled } = stuckAfter("a");
        const sending = failureOf(send(session, "tk_1", stream));
        await failureOf(call(session, "drop"));
        return [await sending, inShort(await cancelled)];
      });
    },
  },
  {
    group,
    name: "an engine that answers the opening without a pipe is not believed",
    expected: ["PipeException: pipe-failed", true],
    run: async (places) => {
      const options = await toFaultyEngine(places, "/?open=deauth");
      return await withSession(options, async (session) => {
        const error = await pipe(session, "tk_1").catch((it) => it);
        return [
          inShort(error),
          error instanceof PipeException && error.phase === "open",
        ];
      });
    },
  },
  {
    group,
    name: "a large write that is cut off on its way fails, and nothing else",
    expected: ["ConnectionException: connection-lost", "well"],
    run: async (places) => {
      const relay = await relayOf(places);
      const options = { uri: relay.uri, auth: KEY, env: {} };
      const failure = await withSession(
        options,
        (session) =>
          usingTask(session, textPipeline(), async (_, task) => {
            await relay.cut("rrext_process write", "request");
            return await failureOf(
              send(session, task, patternBytes(3_000_000)),
            );
          }),
      );
      const other = await outcomeOf(
        withSession(toEngine(places), (session) => call(session, "rrext_ping")),
      );
      return [failure, other];
    },
  },
];

interface Died {
  readonly piping: string;
  readonly source: string;
  readonly result: string;
}

/** An engine dies while a pipe waits for a source that has nothing to give. */
async function diedIdle(
  places: Places,
  choose: (died: Died) => unknown,
): Promise<unknown> {
  const options = await toFaultyEngine(places);
  return await withSession(options, async (session) => {
    const { stream, cancelled } = stuckAfter("a");
    const target = await pipe(session, "tk_1", { framing: "chunk" });
    const piping = failureOf(stream.pipeTo(target));
    await call(session, "echo");
    await failureOf(call(session, "drop"));
    return choose({
      result: await failureOf(target.result),
      piping: await piping,
      source: inShort(await cancelled),
    });
  });
}
