import { assertEquals } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

Deno.test("a connection that ends gives its pipes and its places in line back", async () => {
  const signals: AbortSignal[] = [];
  const spy = testNode({
    provider: "spy",
    instance: ({ signal }) => {
      signals.push(signal);
      return {};
    },
  });
  await withEngine([spy], async ({ client, connect, start }) => {
    const pipeline = chain("text", "a=entry", "b=spy");
    const { token } = await start(pipeline, { threads: 1 });
    const other = await connect();
    await dataPort(other, token).open("text/plain", { size: 7 });
    const args = {
      subcommand: "open",
      object: {},
      mimeType: "text/plain",
      token,
    };
    other.post({
      type: "request",
      seq: 99,
      command: "rrext_process",
      arguments: args,
    });
    const mine = dataPort(client, token).open();
    await drainMicrotasks();
    await other.close();
    assertEquals(await mine, 0);
    assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
    assertEquals(status.failedSize, 7);
    assertEquals(status.errors, []);
    assertEquals(status.pipeflow.totalPipes, 1);
  });
});

Deno.test("a connection that ends while it waits in line leaves it", async () => {
  await withEngine([], async ({ client, connect, start }) => {
    const { token } = await start(PIPELINE, { threads: 1 });
    const port = dataPort(client, token);
    await port.open();
    const other = await connect();
    const open = { subcommand: "open", object: {}, mimeType: "text/plain" };
    void other.request("rrext_process", { ...open, token });
    const next = port.open();
    await drainMicrotasks();
    await other.close();
    await port.close(0);
    assertEquals(await next, 0);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 0);
  });
});

Deno.test("a slot that goes to a connection which ends in the same turn is not lost", async () => {
  await withEngine([], async ({ client, connect, start }) => {
    const { token } = await start(PIPELINE, { threads: 1 });
    const port = dataPort(client, token);
    const id = await port.open();
    const leaving = await connect();
    void refusalPort(leaving, token).open();
    const next = dataPort(await connect(), token).open();
    await drainMicrotasks();
    await Promise.all([port.close(id), leaving.close()]);
    assertEquals(await next, 0);
  });
});

Deno.test("a connection that ends while its pipe opens is counted once", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ open: () => gate.promise }),
  });
  await withEngine([slow], async ({ client, connect, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=slow"));
    const other = await connect();
    const open = { subcommand: "open", object: {}, mimeType: "text/plain" };
    void other.request("rrext_process", { ...open, token });
    await drainMicrotasks();
    await other.close();
    gate.resolve();
    await drainMicrotasks();
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
    assertEquals(status.pipeflow.totalPipes, 0);
    assertEquals(await dataPort(client, token).open(), 0);
  });
});

Deno.test("a connection that ends while its task starts opens nothing", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({ provider: "slow", start: () => gate.promise });
  await withEngine([slow], async ({ client, connect }) => {
    const pipeline = chain("text", "a=entry", "b=slow");
    const args = { pipeline, token: "mine" };
    const started = client.ok("execute", args);
    const other = await connect();
    other.post({
      type: "request",
      seq: 99,
      command: "rrext_process",
      arguments: {
        subcommand: "open",
        object: {},
        mimeType: "text/plain",
        token: "mine",
      },
    });
    await other.close();
    gate.resolve();
    await started;
    await drainMicrotasks();
    const status = await client.ok("rrext_get_task_status", args);
    assertEquals(status.pipeflow.totalPipes, 0);
    assertEquals(status.failedCount, 0);
  });
});

Deno.test("what a node does for a pipe that is gone reaches nobody", async () => {
  const gate = Promise.withResolvers<void>();
  const passed: unknown[] = [];
  const slow = testNode({
    provider: "slow",
    instance: (pipe) => ({
      on: {
        text: async (text) => {
          await gate.promise;
          await pipe.emit("text", text).catch((error) => passed.push(error));
        },
      },
    }),
  });
  await withEngine([slow], async ({ client, connect, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=slow", "c=response_all"),
    );
    const other = await connect();
    const port = dataPort(other, token);
    const id = await port.open();
    other.post({
      type: "request",
      seq: 99,
      command: "rrext_process",
      arguments: { subcommand: "write", pipe_id: id, token },
    }, new TextEncoder().encode("late"));
    await drainMicrotasks();
    await other.close();
    gate.resolve();
    await drainMicrotasks();
    assertEquals(
      String(passed[0]),
      "ConnectionException: Connection is closed",
    );
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.pipeflow, { totalPipes: 0, byPipe: {} });
    assertEquals(status.errors, []);
  });
});

Deno.test("a pipe that nobody uses for a minute is discarded", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const idle = await port.open("text/plain", { size: 3 });
    await clock.advance(30_000);
    const used = await port.open();
    await clock.advance(20_000);
    await port.write(used, "x");
    // At 60 s the first has been idle for exactly 60 s: not longer.
    await clock.advance(10_000);
    let status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.pipeflow.totalPipes, 2);
    await clock.advance(30_000);
    assertEquals(
      await refused.write(idle, "x"),
      "Write pipe with id 0 not found",
    );
    assertEquals(await refused.close(idle), "Close pipe with id 0 not found");
    assertEquals((await port.close(used)).seen, ["x"]);
    status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
    assertEquals(status.failedSize, 3);
    assertEquals(status.completedCount, 1);
  });
});

Deno.test("a pipe that is at work is not discarded, however long it takes", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ on: { text: () => gate.promise } }),
  });
  await withEngine([slow], async ({ client, clock, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=slow", "c=response_all"),
      { ttl: 0 },
    );
    const port = dataPort(client, token);
    const id = await port.open();
    const write = port.write(id, "x");
    await clock.advance(300_000);
    gate.resolve();
    await write;
    // Its idleness begins when the work ends.
    await clock.advance(60_000);
    assertEquals((await port.close(id)).seen, ["x"]);
  });
});

Deno.test("an engine that closes as a slot is handed over keeps no timer", async () => {
  for (let turns = 0; turns < 40; turns++) {
    await withEngine([], async ({ client, clock, engine, start }) => {
      const { token } = await start(PIPELINE, { threads: 1 });
      const id = await dataPort(client, token).open();
      const args = { subcommand: "open", object: {}, mimeType: "text/plain" };
      const closing = client.request("rrext_process", {
        subcommand: "close",
        pipe_id: id,
        token,
      });
      const opening = client.request("rrext_process", { ...args, token });
      for (let turn = 0; turn < turns; turn++) await null;
      await engine.close();
      await Promise.all([closing, opening].map((it) => it.catch(() => {})));
      assertEquals(clock.timers, 0, `after ${turns} turns`);
    });
  }
});
