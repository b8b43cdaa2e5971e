import { assert, assertEquals } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

/** The states in the status updates that arrived, repeats left out. */
function statesIn(updates: readonly Body[]): number[] {
  return updates.map(({ state }) => state).filter((state, index, all) =>
    state !== all[index - 1]
  );
}

Deno.test("restart runs another pipeline under the same token", async () => {
  const loud = testNode({
    provider: "loud",
    start: (context) => {
      context.note("loud");
    },
    instance: (pipe) => ({
      on: {
        text: async (text) => {
          await pipe.emit("text", text.toUpperCase());
          return "consume" as const;
        },
      },
    }),
  });
  await withEngine([loud], async ({ client, start }) => {
    const body = await start(PIPELINE);
    const { token } = body;
    const port = dataPort(client, token);
    await port.send("text/plain", "hello");
    await client.ok("rrext_monitor", { token, types: ["SUMMARY", "TASK"] });
    const pipeline = {
      ...chain("text", "a=entry", "b=loud", "c=response_all"),
      project_id: "ignored",
    };
    const again = await client.ok("restart", {
      token,
      pipeline,
      projectId: "other",
      source: "b",
    });
    assertEquals(again, body);
    assertEquals((await port.send("text/plain", "hello")).seen, ["HELLO"]);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.completedCount, 2);
    assertEquals(status.project_id, "project");
    assertEquals(status.exitCode, 0);
    assertEquals(status.notes, ["loud"]);
    const stored = await client.ok("rrext_get_pipeline", { token });
    assertEquals(stored.pipeline, pipeline);
    assertEquals(
      client.events("apaevt_task").map(({ action }) => action),
      ["running", "restart"],
    );
    const updates = client.events("apaevt_status_update");
    assertEquals(statesIn(updates).slice(0, 4), [3, 1, 2, 3]);
    assertEquals(updates[1].status, "Restarting");
  });
});

Deno.test("restart rejects what is under way and frees it", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const id = await port.open();
    await client.ok("restart", { token, pipeline: PIPELINE });
    assertEquals(
      await refusalPort(client, token).write(id, "x"),
      "Write pipe with id 0 not found",
    );
    const { failedCount } = await client.ok("rrext_get_task_status", { token });
    assertEquals(failedCount, 1);
  });
});

Deno.test("restart refuses what it cannot do and leaves the task alone", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const cases: [object, string][] = [
      [{ pipeline: PIPELINE }, "Task token is required for restart"],
      [
        { pipeline: PIPELINE, token: "*" },
        "Task token is required for restart",
      ],
      [{ token }, "Missing pipeline configuration in restart request"],
      [
        { token: "unknown", pipeline: PIPELINE },
        "Your pipeline is not running",
      ],
      [
        { token, pipeline: chain("text", "x=entry") },
        'Pipeline source component "a" not found in components list',
      ],
      [
        { token, pipeline: chain("text", "a=entry", "b=nothing") },
        "The service nothing was not found",
      ],
    ];
    for (const [args, message] of cases) {
      assertEquals(await client.fails("restart", args), message);
    }
    assertEquals((await dataPort(client, token).send("text/plain", "x")).seen, [
      "x",
    ]);
    await client.ok("terminate", { token });
    assertEquals(
      await client.fails("restart", { token, pipeline: PIPELINE }),
      "Your pipeline is not running",
    );
  });
});

Deno.test("the envelope's star is no token for restart", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const extra = { token: "*" };
    const args = { pipeline: PIPELINE };
    const without = await client.request("restart", args, { extra });
    assertEquals(without.message, "Task token is required for restart");
    const real = { ...args, token };
    assert((await client.request("restart", real, { extra })).success);
  });
});

Deno.test("two restarts at once happen one after the other", async () => {
  const starts: string[] = [];
  const named = (name: string): ReturnType<typeof testNode> =>
    testNode({ provider: name, start: () => void starts.push(name) });
  await withEngine([named("one"), named("two")], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const restart = (node: string): Promise<Body> =>
      client.ok("restart", { token, pipeline: chain("text", "a=entry", node) });
    await Promise.all([restart("one"), restart("two")]);
    assertEquals(starts, ["one", "two"]);
    const { pipeline } = await client.ok("rrext_get_pipeline", { token });
    assertEquals(pipeline.components[1].provider, "two");
  });
});

Deno.test("a restart whose nodes cannot start ends the task", async () => {
  const broken = testNode({
    provider: "broken",
    start: () => {
      throw new Error("No power");
    },
  });
  await withEngine([broken], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const pipeline = chain("text", "a=entry", "b=broken");
    assertEquals(
      await client.fails("restart", { token, pipeline }),
      "No power",
    );
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.state, 5);
    assertEquals(status.exitMessage, "No power");
  });
});

Deno.test("a task that is stopped during a restart stays stopped", async () => {
  const stubborn = testNode({
    provider: "stubborn",
    instance: () => ({ on: { text: () => new Promise<void>(() => {}) } }),
  });
  await withEngine([stubborn], async ({ client, clock, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=stubborn"));
    const id = await dataPort(client, token).open();
    const write = refusalPort(client, token).write(id, "x");
    const restarted = client.fails("restart", { token, pipeline: PIPELINE });
    await write;
    const stopped = client.ok("terminate", { token });
    await clock.advance(2_000);
    await stopped;
    assertEquals(await restarted, "Task has already completed");
    const { state } = await client.ok("rrext_get_task_status", { token });
    assertEquals(state, 6);
  });
});

Deno.test("a restarted task does not go on saying that it restarts", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("restart", { token, pipeline: PIPELINE });
    const { status } = await client.ok("rrext_get_task_status", { token });
    assertEquals(status, "");
  });
});
