import { assert, assertEquals } from "@std/assert";
import { deferred } from "../../lib/async.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import { use } from "../../lib/task/use.ts";
import type { Connection } from "../../lib/transport/transport.ts";
import { withMembers } from "../../lib/transport/wrappers.ts";
import { DIGEST } from "../support/pipelines.ts";
import { stateOf } from "../support/state_of.ts";
import { onFakeSocket, withServer } from "../support/web_socket_rig.ts";

Deno.test("a write that has sent a frame waits until the frame is on its way", async () => {
  const flushes: ReturnType<typeof deferred<void>>[] = [];
  const engine = createEngine();
  const inner = engine.transport();
  const transport = withMembers(inner, {
    async dial(...args): Promise<Connection> {
      return withMembers(await inner.dial(...args), {
        flush(): Promise<void> {
          flushes.push(deferred());
          return flushes.at(-1)!.promise;
        },
      });
    },
  });
  const session = await connect({ transport, auth: "key", env: {} });
  const task = await use(session, { pipeline: DIGEST });
  const target = await pipe(session, task);
  const writer = target.getWriter();
  const first = writer.write("first");
  assertEquals([await stateOf(first), flushes.length], ["pending", 1]);
  flushes[0]!.resolve();
  await first;
  const closed = writer.close();
  // The close waits for an answer anyway.
  await closed;
  assertEquals(flushes.length, 1);
  await close(session);
  await engine.close();
});

Deno.test("frames are on their way in the next turn of the event loop, no earlier", async () => {
  await withServer(async ({ line }) => {
    let turned = false;
    const flushed = line.flush?.().then(() => turned = true);
    for (let hops = 0; hops < 1_000; hops++) await null;
    assert(!turned);
    await flushed;
    assert(turned);
  });
});

Deno.test("what waits for a turn goes on when the connection ends", async () => {
  const { line, socket } = await onFakeSocket();
  const waiting = [line.flush?.(), line.flush?.()];
  socket.end(1006);
  await Promise.all(waiting);
  await line.flush?.();
});

Deno.test("a connection in a wrapper can be waited for as well", async () => {
  await withServer(async ({ line }) => {
    const copy = withMembers(line, { send: line.send });
    assert(line.flush && copy.flush);
    assertEquals(await copy.flush(), undefined);
  });
});

Deno.test("a runtime whose navigator has no name can connect", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  const navigator = { product: "ReactNative" };
  Object.defineProperty(globalThis, "navigator", {
    value: navigator,
    configurable: true,
  });
  try {
    const { line, socket } = await onFakeSocket();
    assertEquals(line.flush, undefined);
    socket.end(1000);
  } finally {
    Object.defineProperty(globalThis, "navigator", before);
  }
});
