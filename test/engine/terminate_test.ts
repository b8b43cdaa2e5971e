import { assertEquals } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import { chain, testNode } from "../support/test_nodes.ts";

Deno.test("whoever waits for a start that is stopped is told so", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({ provider: "slow", start: () => gate.promise });
  await withEngine([slow], async ({ client }) => {
    const pipeline = chain("text", "a=entry", "b=slow");
    const args = { pipeline, token: "mine", useExisting: true };
    const waiting = [
      client.fails("execute", args),
      client.fails("execute", args),
    ];
    const data = refusalPort(client, "mine").open();
    await client.ok("terminate", { token: "mine" });
    for (const message of [...await Promise.all(waiting), await data]) {
      assertEquals(message, "Task has already completed");
    }
    const status = await client.ok("rrext_get_task_status", { token: "mine" });
    assertEquals(status.state, 6);
    gate.resolve();
  });
});

Deno.test("a node that starts after its task was stopped is disposed of", async () => {
  const gate = Promise.withResolvers<void>();
  const disposed = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    start: () => gate.promise,
    dispose: disposed.resolve,
  });
  await withEngine([slow], async ({ client }) => {
    const pipeline = chain("text", "a=slow");
    const waiting = client.fails("execute", { pipeline, token: "mine" });
    await client.ok("terminate", { token: "mine" });
    await waiting;
    gate.resolve();
    await disposed.promise;
  });
});

Deno.test("terminate answers when the task has ended, and may be repeated", async () => {
  const disposed: string[] = [];
  const node = testNode({
    provider: "node",
    dispose: async () => {
      await Promise.resolve();
      disposed.push("node");
    },
  });
  await withEngine([node], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=node"));
    const both = [
      client.request("terminate", { token }),
      client.request("terminate", { token }),
    ];
    for (const response of await Promise.all(both)) {
      assertEquals(response.success, true);
      assertEquals("body" in response, false);
    }
    assertEquals(disposed, ["node"]);
    await client.ok("terminate", { token });
    assertEquals(disposed, ["node"]);
    assertEquals(
      await client.fails("terminate", { token: "unknown" }),
      "Your pipeline is not running",
    );
    assertEquals(await client.fails("terminate"), "Task token is required");
  });
});

Deno.test("terminate rejects what is under way and counts it as failed", async () => {
  const aborted = Promise.withResolvers<void>();
  const stuck = testNode({
    provider: "stuck",
    instance: ({ signal }) => ({
      on: {
        text: () =>
          new Promise((_, reject) =>
            signal.addEventListener("abort", () => {
              aborted.resolve();
              reject(signal.reason);
            })
          ),
      },
    }),
  });
  await withEngine([stuck], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=stuck"));
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const id = await port.open();
    await port.open();
    const write = refused.write(id, "hello");
    await client.ok("rrext_ping");
    const stopped = client.ok("terminate", { token });
    const late = refused.open();
    const text = "Task is terminating, cannot process data requests";
    assertEquals(await write, text);
    assertEquals(await late, text);
    await aborted.promise;
    await stopped;
    assertEquals(await refused.open(), "Your pipeline is not running");
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 2);
    assertEquals(status.errors, []);
    assertEquals(status.pipeflow, { totalPipes: 0, byPipe: {} });
  });
});

Deno.test("a node that does not notice its signal gets a second", async () => {
  const forever = testNode({
    provider: "forever",
    instance: () => ({ on: { text: () => new Promise<void>(() => {}) } }),
  });
  await withEngine([forever], async ({ client, clock, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=forever"));
    const id = await dataPort(client, token).open();
    const write = refusalPort(client, token).write(id, "x");
    await client.ok("rrext_ping");
    let ended = false;
    const stopped = client.ok("terminate", { token }).then(() => ended = true);
    await write;
    await clock.advance(999);
    assertEquals(ended, false);
    await clock.advance(1);
    await stopped;
  });
});

Deno.test("a node that does not stop well is warned of", async () => {
  const clumsy = testNode({
    provider: "clumsy",
    dispose: () => {
      throw new Error("Dropped it");
    },
  });
  await withEngine([clumsy], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=clumsy"));
    await client.ok("terminate", { token });
    const { warnings, state } = await client.ok("rrext_get_task_status", {
      token,
    });
    assertEquals(state, 6);
    assertEquals(warnings, [
      "Warning*Component a did not stop well: Dropped it*:0",
    ]);
  });
});

Deno.test("a node that does not let go gets a second, and holds nobody else up", async () => {
  const disposed: string[] = [];
  const clinging = testNode({
    provider: "clinging",
    dispose: () => new Promise<void>(() => {}),
  });
  const easy = testNode({
    provider: "easy",
    dispose: () => void disposed.push("easy"),
  });
  await withEngine([clinging, easy], async ({ client, clock, start }) => {
    const { token } = await start(
      chain("text", "a=clinging", "b=easy", "c=clinging"),
    );
    let ended = false;
    const stopped = client.ok("terminate", { token }).then(() => ended = true);
    await clock.advance(999);
    assertEquals([disposed, ended], [["easy"], false]);
    await clock.advance(1);
    await stopped;
    assertEquals(clock.refTimers, 0);
  });
});
