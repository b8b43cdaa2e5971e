import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ChaosProxy,
  chaosProxy,
  type Ending,
} from "../support/chaos_proxy.ts";
import { inTime } from "../support/in_time.ts";

/** Longer than any segment takes, shorter than a test may. */
const QUIET_MS = 100;

/** A server that sends everything back, and closes behind its client. */
async function withEcho(
  test: (proxy: ChaosProxy, lengths: number[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lengths: number[] = [];
  const echo = async (conn: Deno.TcpConn): Promise<void> => {
    using _ = conn;
    const buffer = new Uint8Array(1_000_000);
    for (;;) {
      const length = await conn.read(buffer).catch(() => null);
      if (length === null) return;
      lengths.push(length);
      await writeAll(conn, buffer.slice(0, length)).catch(() => {});
    }
  };
  const echoes: Promise<void>[] = [];
  const serving = (async () => {
    for (;;) {
      const conn = await listener.accept().catch((error: unknown) => error);
      if (conn instanceof Deno.errors.BadResource) return;
      // What was reset before it was accepted is an error here.
      if (!(conn instanceof Error)) echoes.push(echo(conn as Deno.TcpConn));
    }
  })();
  const proxy = await chaosProxy(listener.addr.port);
  try {
    await test(proxy, lengths);
  } finally {
    await proxy[Symbol.asyncDispose]();
    listener.close();
    await serving;
    await Promise.all(echoes);
  }
}

function dial({ port }: ChaosProxy): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** What comes until there is that much, or the end. */
async function read(conn: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.slice(0, at);
}

function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at * 7);
}

Deno.test("without a fault everything passes, and so does a FIN", () =>
  withEcho(async (proxy) => {
    using conn = await dial(proxy);
    const bytes = sample(3_000_000);
    const reading = read(conn, bytes.length + 1);
    await writeAll(conn, bytes);
    await conn.closeWrite();
    assertEquals(await reading, bytes);
    assertEquals(proxy.passed, { up: bytes.length, down: bytes.length });
  }));

for (const direction of ["up", "down"] as const) {
  for (const after of [0, 1, 7, 20]) {
    Deno.test(`a FIN after byte ${after}, ${direction}`, () =>
      withEcho(async (proxy) => {
        using conn = await dial(proxy);
        await writeAll(conn, sample(10));
        assertEquals(await read(conn, 10), sample(10));
        const struck = proxy.arm({ direction, after, how: "end" });
        await writeAll(conn, sample(30));
        await struck;
        const got = await read(conn, 100);
        assert(direction === "up" || got.length === after, `${got.length}`);
        assertEquals(got, sample(got.length));
        assertEquals(proxy.passed[direction], 10 + after);
      }));
  }

  Deno.test(`a byte is corrupted, ${direction}`, () =>
    withEcho(async (proxy) => {
      using conn = await dial(proxy);
      proxy.arm({ direction, after: 4, how: 0x81 });
      await writeAll(conn, sample(9));
      const expected = sample(9);
      expected[4]! ^= 0x81;
      assertEquals(await read(conn, 9), expected);
      await writeAll(conn, sample(9));
      assertEquals(await read(conn, 9), sample(9));
    }));
}

Deno.test("a reset reaches the client as such", () =>
  withEcho(async (proxy) => {
    using conn = await dial(proxy);
    await writeAll(conn, sample(1));
    await read(conn, 1);
    proxy.strike("reset");
    await assertRejects(() => read(conn, 1), Deno.errors.ConnectionReset);
  }));

Deno.test("a silent connection stays open, and others pass", () =>
  withEcho(async (proxy) => {
    using silent = await dial(proxy);
    await writeAll(silent, sample(1));
    await read(silent, 1);
    proxy.strike("silence");
    await writeAll(silent, sample(1));
    const reading = read(silent, 1).catch(() => {});
    assertEquals(await inTime(reading, QUIET_MS), false);
    using other = await dial(proxy);
    await writeAll(other, sample(5));
    assertEquals(await read(other, 5), sample(5));
    await proxy[Symbol.asyncDispose]();
    await reading;
  }));

for (const how of ["end", "reset", "silence"] as const satisfies Ending[]) {
  Deno.test(`a fault for fresh connections spares the others: ${how}`, () =>
    withEcho(async (proxy) => {
      using old = await dial(proxy);
      await writeAll(old, sample(1));
      await read(old, 1);
      const struck = proxy.arm({ direction: "up", after: 0, how, fresh: true });
      await writeAll(old, sample(3));
      assertEquals(await read(old, 3), sample(3));
      using fresh = await dial(proxy);
      await writeAll(fresh, sample(3));
      await struck;
      await writeAll(old, sample(3));
      assertEquals(await read(old, 3), sample(3));
    }));
}

Deno.test("who is refused can connect when it listens again", () =>
  withEcho(async (proxy) => {
    using stays = await dial(proxy);
    await writeAll(stays, sample(1));
    await read(stays, 1);
    proxy.refuse();
    await assertRejects(() => dial(proxy), Deno.errors.ConnectionRefused);
    await writeAll(stays, sample(2));
    assertEquals(await read(stays, 2), sample(2));
    await proxy.listen();
    using conn = await dial(proxy);
    await writeAll(conn, sample(2));
    assertEquals(await read(conn, 2), sample(2));
  }));

Deno.test("an engine that does not listen resets the client", () =>
  withEcho(async (proxy) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listener.close();
    proxy.redirect(listener.addr.port);
    using conn = await dial(proxy);
    await assertRejects(() => read(conn, 1), Deno.errors.ConnectionReset);
  }));

Deno.test("split segments arrive byte by byte, merged ones together", () =>
  withEcho(async (proxy, lengths) => {
    using conn = await dial(proxy);
    proxy.travel({ segments: 1 });
    await writeAll(conn, sample(200));
    assertEquals(await read(conn, 200), sample(200));
    // The kernel may merge some of them again.
    assert(lengths.length > 20, `${lengths.length}`);
    proxy.travel({ segments: "merged" });
    lengths.length = 0;
    for (let at = 0; at < 50; at++) await writeAll(conn, sample(4));
    await read(conn, 200);
    assert(lengths.length < 50, `${lengths.length}`);
  }));

Deno.test("delay, jitter and bandwidth take their time and keep the order", () =>
  withEcho(async (proxy) => {
    using conn = await dial(proxy);
    const timed = async (length: number): Promise<number> => {
      const start = performance.now();
      await writeAll(conn, sample(length));
      assertEquals(await read(conn, length), sample(length));
      return performance.now() - start;
    };
    proxy.travel({ delay: 20 });
    assert(await timed(10) >= 39);
    proxy.travel({ jitter: 5 });
    const bytes = sample(200);
    const reading = read(conn, 200);
    for (const byte of bytes) await writeAll(conn, Uint8Array.of(byte));
    assertEquals(await reading, bytes);
    proxy.travel({ bandwidth: 10_000 });
    assert(await timed(1_000) >= 99);
    proxy.travel({ acceptDelay: 30 });
    const start = performance.now();
    using late = await dial(proxy);
    await writeAll(late, sample(1));
    await read(late, 1);
    assert(performance.now() - start >= 29);
  }));

Deno.test("who disposes of it during a delay waits for nothing", () =>
  withEcho(async (proxy) => {
    proxy.travel({ delay: 1e9 });
    using conn = await dial(proxy);
    await writeAll(conn, sample(300_000));
    const reading = read(conn, 1);
    await proxy[Symbol.asyncDispose]();
    await assertRejects(() => reading);
  }));
