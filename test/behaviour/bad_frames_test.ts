import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  connect,
  ConnectionException,
  isConnected,
  ping,
  pipe,
  ProtocolException,
  send,
  TimeoutException,
} from "@rocketride/streams";
import {
  type Script,
  scriptedServer,
  SILENCE,
  silent,
} from "../support/scripted_server.ts";
import { forEachWay } from "../support/each_way.ts";

const OBLIGING: Script = {
  "rrext_process open": () => ({ pipe_id: 0 }),
  "rrext_process write": () => {},
  "rrext_process close": () => ({ objectId: "o" }),
};

Deno.test("a frame that is malformed ends the session, and everybody is told why", async () => {
  const frames: readonly (string | Uint8Array<ArrayBuffer>)[] = [
    "not JSON",
    "[]",
    '{"seq":1}',
    Uint8Array.of(0xff, 0x0a, 0x00),
  ];
  for (const frame of frames) {
    await using server = scriptedServer({
      ...OBLIGING,
      "rrext_process write": (_, line) => {
        line.raw(frame);
        return SILENCE;
      },
    });
    const session = await connect(await server.target("socket"));
    const target = await pipe(session, "tk_1");
    const closing = new Blob(["a"]).stream().pipeTo(target);
    const error = await assertRejects(() => closing, ProtocolException);
    assertEquals(error.code, "protocol");
    assertStrictEquals(await assertRejects(() => target.result), error);
    assertEquals((await session.closed).clean, false);
  }
});

forEachWay(
  "an answer that comes twice counts once",
  {
    ...OBLIGING,
    "rrext_process write": (request, line) => {
      line.reply(request);
      line.reply(request);
      return SILENCE;
    },
  },
  async (server, way) => {
    await using session = await connect(await server.target(way));
    const target = await pipe(session, "tk_1", { framing: "chunk" });
    const writer = target.getWriter();
    for (const chunk of ["a", "b", "c"]) await writer.write(chunk);
    await writer.close();
    assertEquals((await target.result).objectId, "o");
    assert(isConnected(session));
  },
);

forEachWay(
  "an answer that comes late is nobody's",
  { ...OBLIGING, rrext_ping: silent },
  async (server, way) => {
    await using session = await connect(await server.target(way));
    await assertRejects(() => ping(session, { timeout: 20 }), TimeoutException);
    const asked = await server.received("rrext_ping");
    (await server.line()).reply(asked, { pong: "late" });
    assertEquals(await send(session, "tk_1", "a"), { objectId: "o" });
  },
);

forEachWay(
  "an answer to what was never asked is nobody's",
  OBLIGING,
  async (server, way) => {
    await using session = await connect(await server.target(way));
    const line = await server.line();
    line.reply({ seq: -5, command: "rrext_process" }, { pipe_id: 9 });
    line.reply({ seq: 2 ** 52, command: "rrext_process" }, { pipe_id: 9 });
    assertEquals((await pipe(session, "tk_1")).pipeId, 0);
    assert(isConnected(session));
  },
);

Deno.test("a frame that one side finds too large ends the session with advice", async () => {
  // The socket API allows no server to say 1009 by itself; memory does.
  await using server = scriptedServer({
    ...OBLIGING,
    "rrext_process write": (_, line) => {
      line.close(1009, "");
      return SILENCE;
    },
  });
  const session = await connect(await server.target("memory"));
  const error = await assertRejects(
    () => send(session, "tk_1", "a"),
    ConnectionException,
  );
  assertEquals(error.closeCode, 1009);
  assertFalse(error.retryable);
  assert(error.message.includes("250 MiB"), error.message);
  assert(error.message.endsWith(`${error.hint}.`), error.message);
});

Deno.test("a frame that is too large is never sent", async () => {
  await using server = scriptedServer(OBLIGING);
  await using session = await connect(await server.target("memory"));
  const whole = new Uint8Array(16 * 1024 * 1024 + 1);
  await assertRejects(
    () => send(session, "tk_1", whole, { framing: "chunk" }),
    RangeError,
    "Cannot send more than 16777216 bytes in one write",
  );
  await assertRejects(
    () => pipe(session, "tk_1", { frameBytes: whole.length }),
    RangeError,
    "Cannot use frameBytes of 16777217",
  );
});
