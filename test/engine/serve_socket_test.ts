import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import type { Message, ResponseMessage } from "../../schema/envelope.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { drainMicrotasks, fakeClock } from "../support/fake_clock.ts";
import { chain, collector, entry, testNode } from "../support/test_nodes.ts";

/** A server's end of a socket whose every move a test makes. */
class ScriptedSocket extends EventTarget {
  readonly sent: Message[] = [];
  readonly closes: [number | undefined, string | undefined][] = [];
  binaryType = "blob";
  readyState = 1;
  bufferedAmount = 0;
  /** Throw on this close code, as some runtimes do. */
  refuses: number | undefined;

  /** What was sent in binary, not copied: not every runtime copies. */
  readonly frames: Uint8Array[] = [];

  send(data: string | Uint8Array): void {
    if (typeof data === "string") this.sent.push(JSON.parse(data));
    else this.frames.push(data);
  }

  close(code?: number, reason?: string): void {
    this.closes.push([code, reason]);
    if (code !== undefined && code === this.refuses) throw new TypeError("No");
    this.readyState = 2;
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  request(command: string, args: object = {}): void {
    const message = { type: "request", seq: 1, command, arguments: args };
    this.receive(JSON.stringify(message));
  }
}

function upgradeTo(socket: ScriptedSocket): () => {
  socket: WebSocket;
  response: Response;
} {
  const response = new Response();
  return () => ({ socket: socket as unknown as WebSocket, response });
}

/** A socket that has logged in to an engine. */
async function withSocket(
  test: (socket: ScriptedSocket) => Promise<void> | void,
): Promise<void> {
  const socket = new ScriptedSocket();
  const engine = createEngine({ upgrade: upgradeTo(socket) });
  const headers = { upgrade: "websocket" };
  engine.fetch(new Request("http://h/task/service", { headers }));
  socket.request("auth", { auth: "key" });
  assertEquals(socket.sent.length, 1);
  await test(socket);
  socket.dispatchEvent(new Event("close"));
  await engine.close();
}

Deno.test("a socket is told to deliver array buffers", async () => {
  await withSocket((socket) => assertEquals(socket.binaryType, "arraybuffer"));
});

Deno.test("a frame over the limit ends the connection with 1009", async () => {
  await withSocket((socket) => {
    socket.receive(" ".repeat(262_144_001));
    assertEquals(socket.closes, [[1009, "Message is too big"]]);
    socket.request("rrext_ping");
    assertEquals(socket.sent.length, 1);
  });
});

Deno.test("a close code that the runtime refuses is left out", async () => {
  await withSocket((socket) => {
    socket.refuses = 1009;
    socket.receive(" ".repeat(262_144_001));
    assertEquals(socket.closes, [
      [1009, "Message is too big"],
      [undefined, undefined],
    ]);
  });
});

Deno.test("what a stranger still sends after being shown out is ignored", async () => {
  const socket = new ScriptedSocket();
  const engine = createEngine({ upgrade: upgradeTo(socket) });
  const headers = { upgrade: "websocket" };
  engine.fetch(new Request("http://h/task/service", { headers }));
  for (let seq = 1; seq <= 3; seq++) socket.receive(`{"seq":${seq}}`);
  assertEquals(socket.sent.length, 1);
  assertEquals(socket.closes, [[1000, ""]]);
  await engine.close();
});

Deno.test("data of a kind that was not asked for is ignored", async () => {
  await withSocket((socket) => {
    socket.receive(new Blob(["{}"]));
    socket.receive(undefined);
    assertEquals(socket.sent.length, 1);
    assertEquals(socket.closes, []);
  });
});

Deno.test("nothing is sent on a socket that is closing", async () => {
  await withSocket((socket) => {
    socket.readyState = 2;
    socket.request("rrext_ping");
    assertEquals(socket.sent.length, 1);
  });
});

Deno.test("a socket that fails ends its connection once", async () => {
  await withSocket((socket) => {
    socket.dispatchEvent(new Event("error"));
    socket.dispatchEvent(new Event("close"));
    socket.request("rrext_ping");
    assertEquals(socket.sent.length, 1);
  });
});

Deno.test("a client that does not read its events is dropped, and delays nobody", async () => {
  const loud = testNode({
    provider: "loud",
    instance: (pipe) => ({
      on: {
        text: (text) => pipe.sse("shout", { text: "x".repeat(Number(text)) }),
      },
    }),
  });
  const socket = new ScriptedSocket();
  await withEngine([loud], async ({ engine, client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=loud"));
    const headers = { upgrade: "websocket" };
    engine.fetch(new Request("http://h/task/service", { headers }));
    socket.request("auth", { auth: "key" });
    socket.request("rrext_monitor", { token: "*", types: ["SSE"] });
    const port = dataPort(client, token);
    const pipe = await port.open();
    const shout = (bytes: number): Promise<unknown> =>
      port.write(pipe, String(bytes));
    const mib = 1024 * 1024;
    // A large response may be under way; it does not count.
    socket.bufferedAmount = 200 * mib;
    await shout(mib);
    assertEquals(socket.closes, []);
    // What was read in between does not count either.
    socket.bufferedAmount = 0;
    await shout(60 * mib);
    socket.bufferedAmount = 30 * mib;
    await shout(30 * mib);
    assertEquals(socket.closes, []);
    socket.bufferedAmount = 70 * mib;
    await shout(40 * mib);
    assertEquals(socket.closes, [[1013, "Reads too slowly"]]);
    const before = socket.sent.length;
    await shout(1);
    assertEquals(socket.sent.length, before);
    await port.close(pipe);
  }, { upgrade: upgradeTo(socket) });
});

Deno.test("a client has half a minute to log in", async () => {
  for (const isLate of [true, false]) {
    const socket = new ScriptedSocket();
    const clock = fakeClock();
    const engine = createEngine({ clock, upgrade: upgradeTo(socket) });
    const headers = { upgrade: "websocket" };
    engine.fetch(new Request("http://h/task/service", { headers }));
    await clock.advance(29_999);
    if (!isLate) socket.request("auth", { auth: "key" });
    await clock.advance(2);
    const expected = isLate ? [[1008, "Login takes too long"]] : [];
    assertEquals<unknown>(socket.closes, expected);
    assertEquals(clock.timers, 0);
    socket.dispatchEvent(new Event("close"));
    await engine.close();
  }
});

/** A socket whose client reads nothing. */
class UnreadSocket extends ScriptedSocket {
  override send(data: string | Uint8Array): void {
    super.send(data);
    this.bufferedAmount += data.length;
  }
}

/** How many answers a client gets that asks often and reads nothing. */
async function answersUnread(
  options: EngineOptions,
  ...commands: readonly [command: string, args?: object][]
): Promise<number> {
  const socket = new UnreadSocket();
  const engine = createEngine({ ...options, upgrade: upgradeTo(socket) });
  const headers = { upgrade: "websocket" };
  engine.fetch(new Request("http://h/task/service", { headers }));
  const [first, ...others] = commands;
  for (const [command, args] of others) socket.request(command, args);
  for (let asked = 0; asked < 100_000 && socket.readyState === 1; asked++) {
    socket.request(...first!);
  }
  assertEquals(socket.closes, [[1013, "Reads too slowly"]]);
  socket.dispatchEvent(new Event("close"));
  await engine.close();
  return socket.sent.length;
}

Deno.test("a client that asks and does not read is cut off", async () => {
  const login = ["auth", { auth: "key" }] as const;
  const options = { maxUnreadBytes: 10_000 };
  const count = await answersUnread(options, ["rrext_ping"], [...login]);
  assert(count > 50 && count < 200, `${count} answers`);
  const refused = await answersUnread(options, ["rrext_nothing"], [...login]);
  assert(refused > 20 && refused < 200, `${refused} answers`);
  // However small they are.
  const huge = { maxUnreadBytes: 1e9 };
  const many = await answersUnread(huge, ["rrext_ping"], [...login]);
  assert(many > 65_000 && many < 66_000, `${many} answers`);
});

Deno.test("one large answer is no reason to cut a client off", async () => {
  const login = ["auth", { auth: "key" }] as const;
  const options = { maxUnreadBytes: 10_000 };
  const count = await answersUnread(
    options,
    ["rrext_ping"],
    [...login],
    ["rrext_services"],
  );
  assert(count > 50, `${count} answers`);
});

Deno.test("a stranger gets few answers that it does not read", async () => {
  const count = await answersUnread({}, ["rrext_public_probe"]);
  assert(count < 1_000, `${count} answers`);
});

Deno.test("where there is no way to upgrade, the answer says what is needed", async () => {
  const engine = createEngine({ nodes: [entry("x"), collector("y")] });
  const deno = globalThis.Deno;
  const headers = { upgrade: "websocket" };
  const request = new Request("http://h/task/service", { headers });
  Reflect.deleteProperty(globalThis, "Deno");
  let response: Response;
  try {
    response = await engine.fetch(request);
  } finally {
    Object.defineProperty(globalThis, "Deno", {
      value: deno,
      configurable: true,
      writable: true,
    });
  }
  assertEquals(response.status, 501);
  assertEquals(await response.json(), {
    detail: "This platform needs the engine's option 'upgrade'",
  });
  await engine.close();
});

/** A file of three bytes in the store of the engine; answers its handle. */
async function storeFile(socket: ScriptedSocket): Promise<string> {
  async function ask(subcommand: string, args: object): Promise<string> {
    const before = socket.sent.length;
    socket.request("rrext_store", { subcommand, ...args });
    await drainMicrotasks();
    const answer = socket.sent[before] as ResponseMessage;
    return String(answer.body?.handle);
  }
  const handle = await ask("fs_open", { path: "a", mode: "w" });
  await ask("fs_write", { handle, data: "abc" });
  await ask("fs_close", { handle, mode: "w" });
  return await ask("fs_open", { path: "a" });
}

Deno.test("a frame that waits for a slow client is not written over by the next", async () => {
  await withSocket(async (socket) => {
    const handle = await storeFile(socket);
    const subcommand = "fs_read";
    for (const offset of [0, 1, 2]) {
      socket.request("rrext_store", { subcommand, handle, offset });
    }
    await drainMicrotasks();
    const texts = socket.frames.map((frame) =>
      new TextDecoder().decode(frame).split("\n")[1]
    );
    assertEquals(texts, ["abc", "bc", "c"]);
  });
});

Deno.test("a client that asks for files and does not read them is cut off", async () => {
  await withSocket(async (socket) => {
    const handle = await storeFile(socket);
    socket.bufferedAmount = 262_144_001;
    socket.request("rrext_store", { subcommand: "fs_read", handle });
    await drainMicrotasks();
    assertEquals(socket.closes, [[1013, "Reads too slowly"]]);
  });
});
