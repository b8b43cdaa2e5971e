import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FrameBuffer } from "../../lib/protocol/frame.ts";
import { type TraceRecord, withTrace } from "../../lib/transport/trace.ts";
import type { CloseInfo, Connection } from "../../lib/transport/transport.ts";
import type { Message } from "../../schema/envelope.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  type ScriptedDial,
  scriptedTransport,
  UNHEARD,
} from "../support/scripted_transport.ts";

const SECRET = "s3cret-k3y";
const PAYLOAD = new TextEncoder().encode("payl0ad");

interface Traced {
  readonly records: TraceRecord[];
  readonly line: Connection;
  readonly dial: ScriptedDial;
  readonly seen: (Message | CloseInfo)[];
}

async function traced(
  observe?: (record: TraceRecord) => void,
): Promise<Traced> {
  const records: TraceRecord[] = [];
  const seen: (Message | CloseInfo)[] = [];
  const transport = scriptedTransport({ opens: true });
  const line = await withTrace(
    transport,
    observe ?? ((record) => records.push(record)),
  ).dial(new URL("memory://x/task/service"), {
    onMessage: (message) => seen.push(message),
    onClose: (info) => seen.push(info),
  }, { clock: fakeClock(), signal: undefined, timeout: 1 });
  return { records, line, dial: transport.dials[0]!, seen };
}

/** Every kind of message that may carry a secret. */
const MESSAGES: readonly Message[] = [
  {
    type: "request",
    seq: 1,
    command: "auth",
    arguments: { auth: SECRET, clientName: "x" },
  },
  {
    type: "response",
    seq: 1,
    request_seq: 1,
    body: { userId: "local", userToken: SECRET },
  },
  {
    type: "request",
    seq: 2,
    command: "execute",
    arguments: {
      apikey: SECRET,
      env: { ROCKETRIDE_APIKEY: SECRET },
      pipeline: { components: [{ config: { auth: SECRET } }] },
    },
  },
  {
    type: "response",
    seq: 2,
    request_seq: 2,
    body: { token: SECRET, publicToken: SECRET, source: "in" },
  },
  {
    type: "request",
    seq: 3,
    command: "rrext_get_task_status",
    token: SECRET,
    arguments: { token: SECRET },
  },
  {
    type: "event",
    seq: 2,
    event: "apaext_account",
    body: { userToken: SECRET },
  },
  {
    type: "request",
    seq: 4,
    command: "rrext_account_me",
    arguments: { subcommand: "set_env", env: { ROCKETRIDE_A: SECRET } },
  },
  {
    type: "response",
    seq: 5,
    request_seq: 5,
    command: "rrext_account_keys",
    body: { key: SECRET },
  },
];

Deno.test("no trace shows a credential, wherever it stands", async () => {
  const { records, line, dial, seen } = await traced();
  for (const message of MESSAGES) {
    line.send(message);
    dial.handlers.onMessage(message);
  }
  assertFalse(Deno.inspect(records, { depth: 20 }).includes(SECRET));
  assertEquals(records.length, 2 + 2 * MESSAGES.length);
  // Watching changes nothing.
  assertEquals(dial.sent.map(({ message }) => message), [...MESSAGES]);
  assertEquals(seen, [...MESSAGES]);
});

Deno.test("a trace keeps everything else of a message", async () => {
  const { records, line } = await traced();
  line.send(MESSAGES[0]!);
  assertEquals(records.at(-1), {
    kind: "sent",
    message: {
      type: "request",
      seq: 1,
      command: "auth",
      arguments: { auth: "***", clientName: "x" },
    },
    payloadBytes: 0,
  });
});

Deno.test("no trace shows payload, only how much of it there is", async () => {
  const { records, line, dial } = await traced();
  const write: Message = { type: "request", seq: 3, command: "rrext_process" };
  const buffer = new FrameBuffer(100);
  buffer.append(PAYLOAD);
  buffer.cut(4);
  line.send(write, PAYLOAD);
  line.send(write, buffer);
  line.send({ ...write, arguments: { data: PAYLOAD } });
  dial.handlers.onMessage({
    type: "response",
    seq: 1,
    request_seq: 3,
    arguments: { data: PAYLOAD },
  });
  const shown = Deno.inspect(records, { depth: 20, iterableLimit: 1_000 });
  assertFalse(shown.includes("payl0ad"));
  assertFalse(shown.includes(String(PAYLOAD[0])), shown);
  assertEquals(
    records.map((it) => "payloadBytes" in it ? it.payloadBytes : undefined),
    [undefined, undefined, 7, 4, 7, 7],
  );
  assertEquals(dial.sent[0]!.payload as Uint8Array, PAYLOAD);
  assertStrictEquals(dial.sent[1]!.payload, buffer);
});

Deno.test("a trace tells dial, opening, messages and the end, in order", async () => {
  const { records, line, dial } = await traced();
  line.send(MESSAGES[0]!);
  dial.handlers.onMessage(MESSAGES[1]!);
  dial.handlers.onClose({ code: 1006, reason: "gone" });
  assertEquals(records.map((record) => record.kind), [
    "dial",
    "open",
    "sent",
    "received",
    "close",
  ]);
  assertEquals(records[0], { kind: "dial", uri: "memory://x/task/service" });
  assertEquals(records[4], {
    kind: "close",
    info: { code: 1006, reason: "gone" },
  });
});

Deno.test("an observer that throws changes nothing", async () => {
  const { line, dial, seen } = await traced(() => {
    throw new Error("broken observer");
  });
  line.send(MESSAGES[0]!);
  dial.handlers.onMessage(MESSAGES[1]!);
  line.close(4000, "done");
  assertEquals(dial.sent.length, 1);
  assertEquals(dial.closes, [[4000, "done"]]);
  assertEquals(seen, [MESSAGES[1]!, { code: 4000, reason: "done" }]);
});

Deno.test("an async observer that fails changes nothing either", async () => {
  const { line } = await traced(async () => {
    await Promise.resolve();
    throw new Error("broken observer");
  });
  line.send(MESSAGES[0]!);
  // An unhandled rejection would fail the run.
  await fakeClock().advance(0);
});

Deno.test("a message that cannot be shown is sent all the same", async () => {
  const { line, dial } = await traced();
  const args: Record<string, unknown> = {};
  args.self = args;
  line.send({ type: "request", seq: 1, command: "x", arguments: args });
  assertEquals(dial.sent.length, 1);
});

Deno.test("a dial that fails is seen to fail by who dialled", async () => {
  const records: TraceRecord[] = [];
  const inner = scriptedTransport();
  const transport = withTrace(inner, (record) => records.push(record));
  assertEquals(transport.name, "Scripted");
  assertEquals(transport.resolve("x").href, inner.resolve("x").href);
  const dialing = transport.dial(
    new URL("memory://x"),
    UNHEARD,
    { clock: fakeClock(), signal: undefined, timeout: 1 },
  );
  const failure = new Error("refused");
  inner.dials[0]!.fail(failure);
  assertStrictEquals(await assertRejects(() => dialing), failure);
  assert(records.every(({ kind }) => kind !== "open"));
});
