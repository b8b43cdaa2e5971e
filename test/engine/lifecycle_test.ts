import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { deferred, ignore } from "../../lib/async.ts";
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

Deno.test("a task goes through its states, and watchers see each", async () => {
  await withEngine([], async ({ client, start }) => {
    const address = { projectId: "project", source: "a" };
    await client.ok("rrext_monitor", {
      ...address,
      types: ["SUMMARY", "TASK"],
    });
    const { token, id } = await start(PIPELINE);
    await client.ok("terminate", { token });
    const updates = client.events("apaevt_status_update");
    assertEquals(statesIn(updates), [0, 1, 2, 3, 4, 6]);
    const [, starting, , running, stopping, ended] = updates;
    assertEquals(starting.serviceUp, false);
    assertEquals(running.serviceUp, true);
    assertEquals(stopping.status, "Stopping");
    assertEquals(stopping.serviceUp, false);
    assertEquals(ended.status, "Stopped");
    assertEquals(ended.completed, true);
    assertEquals(ended.exitCode, 0);
    assertEquals(ended.exitMessage, "");
    assertGreater(ended.startTime, 1_000_000_000);
    assert(ended.endTime >= ended.startTime);
    const actions = client.events("apaevt_task").map(({ action }) => action);
    assertEquals(actions, ["running", "begin", "end"]);
    assertEquals(client.events("apaevt_task")[1], {
      action: "begin",
      name: `${id}.a`,
      projectId: "project",
      source: "a",
      beginSeq: 1,
      __id: id,
    });
    // The last word is the end, after the last status.
    const last = client.received.filter(({ type }) => type === "event").at(-1);
    assertEquals(last?.type === "event" && last.event, "apaevt_task");
  });
});

Deno.test("a status has every field", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const status = await client.ok("rrext_get_task_status", { token });
    const { startTime, name, ...rest } = status;
    assert(startTime > 0 && name);
    assertEquals(rest, {
      project_id: "project",
      source: "a",
      completed: false,
      state: 3,
      endTime: 0,
      debuggerAttached: false,
      status: "",
      warnings: [],
      errors: [],
      currentObject: "",
      currentSize: 0,
      notes: [],
      totalSize: 0,
      totalCount: 0,
      completedSize: 0,
      completedCount: 0,
      failedSize: 0,
      failedCount: 0,
      wordsSize: 0,
      wordsCount: 0,
      rateSize: 0,
      rateCount: 0,
      serviceUp: true,
      exitCode: 0,
      exitMessage: "",
      pipeflow: { totalPipes: 0, byPipe: {} },
      metrics: {
        cpu_percent: 0,
        cpu_memory_mb: 0,
        gpu_memory_mb: 0,
        peak_cpu_percent: 0,
        peak_cpu_memory_mb: 0,
        peak_gpu_memory_mb: 0,
        avg_cpu_percent: 0,
        avg_cpu_memory_mb: 0,
        avg_gpu_memory_mb: 0,
      },
      tokens: {
        cpu_utilization: 0,
        cpu_memory: 0,
        gpu_memory: 0,
        gpu_inference: 0,
        custom: {},
        total: 0,
      },
    });
  });
});

Deno.test("nodes set the status text, notes and warnings, and know the public key only", async () => {
  const seen: unknown[] = [];
  const source = testNode({
    provider: "greeter",
    limitation: "Waves only",
    start: (context) => {
      context.status("Greeter ready - say hello");
      context.note({ "auth-key": context.publicToken });
      context.note("plain");
      context.warn("No coat");
      seen.push(Object.values(context));
    },
  });
  await withEngine([source], async ({ client, start }) => {
    const body = await start(chain("text", "a=greeter", "b=response_all"));
    const status = await client.ok("rrext_get_task_status", body);
    assertEquals(status.status, "Greeter ready - say hello");
    assertEquals(status.notes, [{ "auth-key": body.publicToken }, "plain"]);
    assertEquals(status.warnings, [
      "Warning*greeter: Waves only*:0",
      "Warning*No coat*:0",
    ]);
    assert(!JSON.stringify([status, seen]).includes(body.token));
  });
});

Deno.test("only the last fifty warnings are kept", async () => {
  const noisy = testNode({
    provider: "noisy",
    start: (context) => {
      for (let n = 0; n < 60; n++) context.warn(`w${n}`);
    },
  });
  await withEngine([noisy], async ({ client, start }) => {
    const body = await start(chain("text", "a=noisy"));
    const { warnings } = await client.ok("rrext_get_task_status", body);
    assertEquals(warnings.length, 50);
    assertEquals(warnings[0], "Warning*w10*:0");
    assertEquals(warnings[49], "Warning*w59*:0");
  });
});

Deno.test("a node that cannot start fails the start with its words", async () => {
  const disposed: string[] = [];
  const fine = testNode({
    provider: "fine",
    dispose: () => void disposed.push("fine"),
  });
  const broken = testNode({
    provider: "broken",
    start: () => {
      throw new Error("Invalid API key.");
    },
    dispose: () => void disposed.push("broken"),
  });
  await withEngine([fine, broken], async ({ client, connect }) => {
    const pipeline = chain("text", "a=entry", "b=fine", "c=broken");
    await client.ok("rrext_monitor", { token: "*", types: ["TASK"] });
    assertEquals(
      await client.fails("execute", { pipeline, token: "mine" }),
      "Invalid API key.",
    );
    const status = await client.ok("rrext_get_task_status", { token: "mine" });
    assertEquals(status.state, 5);
    assertEquals(status.completed, true);
    assertEquals(status.exitCode, 1);
    assertEquals(status.exitMessage, "Invalid API key.");
    assertMatch(
      status.errors[0],
      /^Error\*Invalid API key\.\*lifecycle_test\.ts:\d+$/,
    );
    assertEquals(disposed, ["fine"]);
    assertEquals(
      client.events("apaevt_task").map(({ action }) => action),
      ["running", "begin", "end"],
    );
    assertEquals(
      await refusalPort(client, "mine").open(),
      "Your pipeline is not running",
    );
    // It makes room for another try.
    const other = await connect();
    const retry = { pipeline: PIPELINE, token: "mine" };
    assertEquals((await other.ok("execute", retry)).token, "mine");
  });
});

Deno.test("an empty exit message is replaced by something to read", async () => {
  const mute = testNode({
    provider: "mute",
    start: () => {
      throw new Error("");
    },
  });
  await withEngine([mute], async ({ client }) => {
    const pipeline = chain("text", "a=mute");
    assertEquals(await client.fails("execute", { pipeline }), "Error");
  });
});

Deno.test("data that comes while a task starts waits for it", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({ provider: "slow", start: () => gate.promise });
  await withEngine([slow], async ({ client }) => {
    const pipeline = chain("text", "a=entry", "b=slow", "c=response_all");
    const started = client.ok("execute", { pipeline, token: "mine" });
    const result = dataPort(client, "mine").send("text/plain", "hello");
    await client.ok("rrext_ping");
    gate.resolve();
    await started;
    assertEquals((await result).seen, ["hello"]);
  });
});

Deno.test("look-ups tell only of tasks that run", async () => {
  await withEngine([], async ({ client, start }) => {
    const pipeline = { ...PIPELINE, name: "Demo", description: "Shows things" };
    const { token } = await start(pipeline);
    const address = { projectId: "project", source: "a" };
    assertEquals(await client.ok("rrext_get_token", address), { token });
    assertEquals((await client.ok("rrext_get_tasks")).tasks, [{
      name: "Demo",
      description: "Shows things",
      source: "a",
      runKind: "dev",
      token,
      status: "",
      pipeline,
    }]);
    await client.ok("terminate", { token });
    assertEquals(
      await client.fails("rrext_get_token", address),
      "Your pipeline is not running",
    );
    assertEquals((await client.ok("rrext_get_tasks")).tasks, []);
    // What an ended task was can still be read.
    const stored = await client.ok("rrext_get_pipeline", { token });
    assertEquals(stored.pipeline, pipeline);
    const commands = ["rrext_get_task_status", "rrext_get_pipeline"];
    for (const command of commands) {
      assertEquals(await client.fails(command), "Task token is required");
      assertEquals(
        await client.fails(command, { token: "unknown" }),
        "Your pipeline is not running",
      );
    }
  });
});

Deno.test("nothing starts in an engine that is being closed", async () => {
  let starts = 0;
  const gate = deferred<void>();
  const slow = testNode({
    provider: "slow",
    start: () => void starts++,
    dispose: () => gate.promise,
  });
  const pipeline = chain("text", "a=entry", "b=slow", "c=response_all");
  await withEngine([slow], async ({ engine, client, start }) => {
    const { token } = await start(pipeline);
    const stopping = client.request("terminate", { token });
    // Waits for the first to have ended, under whose token it runs.
    client.post({
      type: "request",
      seq: 1_000,
      command: "execute",
      arguments: { pipeline },
    });
    await client.ok("rrext_ping");
    const closing = engine.close();
    gate.resolve();
    await closing;
    await client.ended;
    stopping.catch(ignore);
  });
  assertEquals(starts, 1);
});
