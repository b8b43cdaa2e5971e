import { assert, assertEquals } from "@std/assert";
import { type EngineRig, withEngine } from "../support/engine_rig.ts";
import {
  type Body,
  type RawClient,
  rawInProcess,
} from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};
const AUTH = [
  "key",
  "second",
  { key: "ada", userId: "ada" },
  { key: "data", permissions: ["task.data"] as const },
];

/** The dashboard's events without what differs from run to run. */
function eventsOf(client: RawClient): Body[] {
  return client.events("apaevt_dashboard").map((body) => {
    const { timestamp, __id, ...rest } = body;
    assert(Math.abs(Date.now() / 1_000 - timestamp) < 60);
    assertEquals(__id, "");
    return rest;
  });
}

async function watching(rig: EngineRig, key = "key"): Promise<RawClient> {
  const watcher = await rig.connect(key);
  const types = ["DASHBOARD"];
  await watcher.ok("rrext_monitor", { token: "*", types });
  return watcher;
}

Deno.test("the dashboard shows connections and tasks as the protocol says", async () => {
  await withEngine([], async ({ engine, client, clock, start }) => {
    const before = Date.now() / 1_000 - 60;
    const { token, id } = await start(PIPELINE, { ttl: 60, name: "mine" });
    await client.ok("rrext_monitor", { token, types: ["TASK", "SUMMARY"] });
    const guest = rawInProcess(engine);
    await guest.ok("rrext_public_probe");
    const bound = rawInProcess(engine);
    const version = { clientName: "tool", clientVersion: "2" };
    await bound.ok("auth", { auth: token, ...version });
    await clock.advance(3_000);
    const body = await client.ok("rrext_dashboard");
    assertEquals(body.overview, {
      totalConnections: 3,
      activeTasks: 1,
      serverUptime: 3,
    });
    const [mine, stranger, keyed] = body.connections;
    for (const { connectedAt, lastActivity } of body.connections) {
      assert(connectedAt >= before && lastActivity >= connectedAt);
    }
    const { connectedAt: _, lastActivity: __, ...shown } = mine;
    assertEquals(shown, {
      id: "1",
      messagesIn: 4,
      // Three answers, one status, one list of tasks.
      messagesOut: 5,
      authenticated: true,
      clientId: "local",
      userId: "local",
      userName: "local",
      orgId: "local",
      orgName: "Local",
      clientInfo: {},
      monitors: [{ key: "p.p.a", flags: ["SUMMARY", "TASK"] }],
      attachedTasks: [],
    });
    assertEquals(
      [stranger.authenticated, stranger.clientId, stranger.messagesOut],
      [false, null, 1],
    );
    assertEquals(keyed.clientInfo, { name: "tool", version: "2" });
    assertEquals(keyed.attachedTasks, [id]);
    const [task, ...more] = body.tasks;
    assertEquals(more, []);
    const { startTime, elapsedTime, metrics, ...rest } = task;
    assert(startTime >= before && elapsedTime >= 0);
    assertEquals(metrics.cpu_percent, 0);
    assertEquals(rest, {
      id,
      name: "mine.a",
      projectId: "p",
      source: "a",
      provider: "entry",
      launchType: "execute",
      runKind: "dev",
      completed: false,
      status: "",
      exitCode: null,
      endTime: null,
      connections: 1,
      state: 3,
      idleTime: 3,
      ttl: 60,
      totalCount: 0,
      completedCount: 0,
      rateCount: 0,
      rateSize: 0,
    });
    await client.ok("terminate", { token });
    const { tasks: [ended], overview } = await client.ok("rrext_dashboard");
    assertEquals(overview.activeTasks, 0);
    assertEquals(
      [ended.completed, ended.status, ended.exitCode, ended.metrics],
      [true, null, 0, null],
    );
    assert(ended.endTime >= startTime);
    await guest.close();
    await bound.close();
  });
});

Deno.test("everybody sees their own, and a task's key its task alone", async () => {
  await withEngine([], async ({ client, connect, start }) => {
    const mine = await start(PIPELINE);
    await start({ ...PIPELINE, project_id: "other" });
    const ada = await connect("ada");
    await ada.ok("execute", { pipeline: PIPELINE });
    const shown = async (who: RawClient): Promise<unknown[]> => {
      const { overview, tasks } = await who.ok("rrext_dashboard");
      const { totalConnections, activeTasks } = overview;
      return [totalConnections, activeTasks, tasks.length];
    };
    assertEquals(await shown(client), [1, 2, 2]);
    assertEquals(await shown(ada), [1, 1, 1]);
    const bound = await connect(mine.token);
    assertEquals(await shown(bound), [1, 1, 1]);
    const { tasks: [task] } = await bound.ok("rrext_dashboard");
    assertEquals(task.id, mine.id);
    assertEquals(await shown(client), [2, 2, 2]);
  }, { auth: AUTH });
});

Deno.test("connections that come and go are told, with what they call themselves", async () => {
  await withEngine([], async (rig) => {
    const watcher = await watching(rig);
    const guest = rawInProcess(rig.engine);
    await guest.ok("rrext_public_probe");
    const names = { clientName: "tool", clientVersion: "2" };
    await guest.ok("auth", { auth: "second", ...names });
    await guest.ok("auth", { auth: "second", ...names });
    await guest.ok("deauth");
    await guest.close();
    assertEquals(eventsOf(watcher), [
      {
        action: "connection_added",
        connectionId: "3",
        ...names,
        clientId: "local",
      },
      { action: "connection_removed", connectionId: "3", ...names },
    ]);
  }, { auth: AUTH });
});

Deno.test("a login that is refused is told, but not the credential", async () => {
  await withEngine([], async (rig) => {
    const watcher = await watching(rig);
    const guest = rawInProcess(rig.engine);
    await guest.fails("auth", { auth: "s3cret" });
    await guest.ended;
    assertEquals(eventsOf(watcher), [{
      action: "auth_failed",
      connectionId: "3",
      reason: "Invalid API key",
      code: 401,
    }]);
  }, { auth: AUTH });
});

Deno.test("what others watch is told", async () => {
  await withEngine([], async (rig) => {
    const watcher = await watching(rig);
    const { client } = rig;
    const source = { projectId: "p", source: "a" };
    await client.ok("rrext_monitor", { token: "*", types: ["TASK"] });
    await client.ok("rrext_monitor", { ...source, types: ["SSE"], pipeId: 4 });
    await client.ok("rrext_monitor", { ...source, types: [], pipeId: 4 });
    await client.ok("rrext_monitor", {
      projectId: "p",
      source: "*",
      types: ["FLOW"],
    });
    const of = { action: "monitor_changed", connectionId: "1" };
    assertEquals(eventsOf(watcher), [
      { ...of, key: "*", change: "subscribed" },
      { ...of, key: "p.p.a.4", change: "subscribed" },
      { ...of, key: "p.p.a.4", change: "unsubscribed" },
      { ...of, key: "p.p.*", change: "subscribed" },
    ]);
  }, { auth: AUTH });
});

Deno.test("tasks that fail, and tasks that are forgotten, are told", async () => {
  const bad = testNode({
    provider: "bad",
    start: () => {
      throw new Error("Out of paper");
    },
  });
  await withEngine([bad], async (rig) => {
    const { client, clock, start } = rig;
    const { token, id } = await start(PIPELINE);
    const watcher = await watching(rig);
    await client.fails("execute", {
      pipeline: { ...chain("text", "b=entry", "c=bad"), project_id: "q" },
    });
    await client.ok("terminate", { token });
    await clock.advance(300_000);
    const [failed, ...removed] = eventsOf(watcher);
    const { taskId, ...rest } = failed;
    assert(taskId.endsWith(".b"));
    assertEquals(rest, {
      action: "task_error",
      exitCode: 1,
      exitMessage: "Out of paper",
    });
    assertEquals(removed, [
      { action: "task_removed", taskId },
      { action: "task_removed", taskId: id },
    ]);
  }, { auth: AUTH });
});

Deno.test("nobody is told what does not concern them", async () => {
  await withEngine([], async (rig) => {
    const { client, clock, connect, start } = rig;
    const mine = await start(PIPELINE);
    const { token } = await start({ ...PIPELINE, project_id: "other" });
    const ada = await watching(rig, "ada");
    const bound = await watching(rig, mine.token);
    // Only whoever watches everything is told about the engine.
    const types = ["DASHBOARD"];
    await client.ok("rrext_monitor", { token: mine.token, types });
    const data = await watching(rig, "data");
    const guest = rawInProcess(rig.engine);
    await guest.fails("auth", { auth: "wrong" });
    const second = await connect("second");
    await second.ok("rrext_monitor", { token: "*", types: ["TASK"] });
    await second.close();
    await client.ok("terminate", { token });
    await clock.advance(300_000);
    const actions = (it: RawClient): string[] =>
      eventsOf(it).map(({ action }) => action);
    assertEquals(actions(ada), ["auth_failed"]);
    assertEquals(actions(bound), []);
    assertEquals(actions(data), []);
    assertEquals(actions(client), []);
  }, { auth: AUTH });
});
