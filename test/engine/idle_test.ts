import { assertEquals } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import type { RawClient } from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

async function stateOf(client: RawClient, token: string): Promise<number> {
  return (await client.ok("rrext_get_task_status", { token })).state;
}

Deno.test("a task that nobody sends data to ends after its time to live", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 90 });
    await clock.advance(89_000);
    // Asking for the status is no use of the task.
    assertEquals(await stateOf(client, token), 3);
    await clock.advance(1_000);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals([status.state, status.status], [6, "Stopped"]);
    assertEquals(
      await refusalPort(client, token).open(),
      "Your pipeline is not running",
    );
  });
});

Deno.test("the time to live is 900 seconds unless told otherwise, and 0 is for ever", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE);
    const eternal = await start(PIPELINE, { token: "eternal", ttl: 0 });
    await clock.advance(899_999);
    assertEquals(await stateOf(client, token), 3);
    await clock.advance(1);
    assertEquals(await stateOf(client, token), 6);
    await clock.advance(100_000_000);
    assertEquals(await stateOf(client, eternal.token), 3);
  });
});

Deno.test("a data request, even a refused one, begins the time to live anew", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 60 });
    await clock.advance(50_000);
    await dataPort(client, token).send("text/plain", "x");
    await clock.advance(50_000);
    await refusalPort(client, token).write(7, "x");
    await clock.advance(59_999);
    assertEquals(await stateOf(client, token), 3);
    await clock.advance(1);
    assertEquals(await stateOf(client, token), 6);
  });
});

Deno.test("an open object keeps its task alive", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 10 });
    const port = dataPort(client, token);
    const id = await port.open();
    await clock.advance(55_000);
    assertEquals(await stateOf(client, token), 3);
    await port.close(id);
    await clock.advance(9_999);
    assertEquals(await stateOf(client, token), 3);
    await clock.advance(1);
    assertEquals(await stateOf(client, token), 6);
  });
});

Deno.test("a call that takes longer than the time to live is not cut off", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ closing: () => gate.promise }),
  });
  await withEngine([slow], async ({ client, clock, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=slow", "c=response_all"),
      { ttl: 10 },
    );
    const port = dataPort(client, token);
    const closed = port.send("text/plain", "x");
    await clock.advance(600_000);
    gate.resolve();
    assertEquals((await closed).seen, ["x"]);
    await clock.advance(10_000);
    assertEquals(await stateOf(client, token), 6);
  });
});

Deno.test("an abandoned object does not keep its task alive for ever", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 10 });
    await dataPort(client, token).open();
    await clock.advance(89_999);
    assertEquals(await stateOf(client, token), 3);
    await clock.advance(10_001);
    assertEquals(await stateOf(client, token), 6);
  });
});

Deno.test("an ended task can be asked about for five minutes", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("terminate", { token });
    await clock.advance(299_999);
    assertEquals(await stateOf(client, token), 6);
    await clock.advance(1);
    assertEquals(
      await client.fails("rrext_get_task_status", { token }),
      "Your pipeline is not running",
    );
  });
});

Deno.test("a task that was started anew is not forgotten with the old one", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 0 });
    await client.ok("terminate", { token });
    await clock.advance(200_000);
    await start(PIPELINE, { ttl: 0 });
    await clock.advance(200_000);
    assertEquals(await stateOf(client, token), 3);
  });
});

Deno.test("a subscription outlives the task that it was made for", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["TASK"] });
    await client.ok("terminate", { token });
    await clock.advance(400_000);
    await start(PIPELINE);
    assertEquals(
      client.events("apaevt_task").map(({ action }) => action),
      ["running", "end", "begin"],
    );
  });
});

Deno.test("an engine with nothing to do holds no timer that keeps a process alive", async () => {
  await withEngine([], async ({ engine, client, clock, start }) => {
    assertEquals(clock.timers, 0);
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["ALL"] });
    const port = dataPort(client, token);
    await port.send("text/plain", "x");
    await port.open();
    await clock.advance(5_000);
    assertEquals(clock.refTimers, 0);
    await client.ok("terminate", { token });
    assertEquals(clock.refTimers, 0);
    await engine.close();
    assertEquals(clock.timers, 0);
  });
});

Deno.test("a task that is used much has one timer for its time to live", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE, { ttl: 1 });
    const port = dataPort(client, token);
    for (let sent = 0; sent < 50; sent++) {
      await clock.advance(100);
      await port.send("text/plain", "x");
      assertEquals(clock.timers, 1);
    }
    await clock.advance(1_000);
    assertEquals(await stateOf(client, token), 6);
    // What remains forgets the task.
    assertEquals(clock.timers, 1);
  });
});
