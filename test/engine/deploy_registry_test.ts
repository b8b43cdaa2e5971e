import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type EngineRig, withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";
import { chain } from "../support/test_nodes.ts";

const HOUR = 3_600_000;
const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
  name: "Reports",
};
const TEAM = { projectId: "p", teamId: "local" };
const SOURCE = { ...TEAM, sourceId: "a" };

interface Deploy {
  registry(subcommand: string, args?: object): Promise<Body>;
  pipe(subcommand: string, args?: object): Promise<Body>;
  fails(subcommand: string, args?: object): Promise<string>;
}

function deployOf({ client }: Pick<EngineRig, "client">): Deploy {
  return {
    registry: (subcommand, args = {}) =>
      client.ok("rrext_deploy", { subcommand, ...args }),
    pipe: (subcommand, args = {}) =>
      client.ok("rrext_deploy_pipe", { subcommand, ...args }),
    fails: (subcommand, args = {}) =>
      client.fails("rrext_deploy_pipe", { subcommand, ...args }),
  };
}

/** Publish a version, and give it to the team. */
async function deployed(
  { registry }: Deploy,
  pipeline = PIPELINE,
): Promise<Body> {
  const comment = "first";
  return await registry("add", { pipeline, comment, deployTo: "local" });
}

Deno.test("versions are numbered and never change", async () => {
  await withEngine([], async (rig) => {
    const { registry } = deployOf(rig);
    const { artifact, orgId, deployment } = await registry("add", {
      pipeline: PIPELINE,
    });
    assertEquals([orgId, deployment], ["local", undefined]);
    assertEquals(artifact.version, 1);
    assertEquals(artifact.bytes, JSON.stringify(PIPELINE).length);
    assert(/^[0-9a-f]{64}$/.test(artifact.sha256));
    await registry("add", { pipeline: { ...PIPELINE, name: "New" } });
    const { rows, ...page } = await registry("versions", { projectId: "p" });
    assertEquals(page, { total: 2, page: 1, pageSize: 50 });
    assertEquals(rows.map((it: Body) => [it.version, it.pipelineName]), [
      [2, "New"],
      [1, "Reports"],
    ]);
    const first = { projectId: "p", version: 1 };
    assertEquals(await registry("artifact", first), PIPELINE);
    const found = { projectId: "p", search: "new" };
    assertEquals((await registry("versions", found)).total, 1);
    const missing = { subcommand: "artifact", projectId: "p", version: 3 };
    assertEquals(
      await rig.client.fails("rrext_deploy", missing),
      "Project 'p' has no version 3",
    );
  });
});

Deno.test("a team has a version, goes back, rests and is removed", async () => {
  await withEngine([], async (rig) => {
    await rig.client.ok("rrext_monitor", { token: "*", types: ["DEPLOY"] });
    const deploy = deployOf(rig);
    const { registry, pipe, fails } = deploy;
    await deployed(deploy);
    await deployed(deploy);
    const back = await pipe("deploy", { ...TEAM, version: 1 });
    assertEquals([back.version, back.state, back.schedules], [
      1,
      "enabled",
      {},
    ]);
    assertEquals((await pipe("disable", TEAM)).state, "disabled");
    assertEquals(
      await fails("run", SOURCE),
      "Deployment is disabled — enable it first",
    );
    assertEquals((await pipe("enable", TEAM)).state, "enabled");
    assertEquals((await pipe("remove", TEAM)).state, "removed");
    const { rows } = await registry("history", { projectId: "p" });
    assertEquals(rows.map(({ action }: Body) => action).reverse(), [
      "publish",
      "deploy",
      "publish",
      "deploy",
      "rollback",
      "disable",
      "enable",
      "remove",
    ]);
    const events = rig.client.events("apaevt_deploy");
    assertEquals(events.map(({ action }) => action), [
      "add",
      "deploy",
      "add",
      "deploy",
      "deploy",
      "disabled",
      "enabled",
      "removed",
    ]);
    assertEquals(events[1], {
      orgId: "local",
      teamId: "local",
      projectId: "p",
      action: "deploy",
      __id: "",
    });
  });
});

Deno.test("a run of a team is apart from those of its users", async () => {
  await withEngine([], async (rig) => {
    const deploy = deployOf(rig);
    await deployed(deploy);
    const { client } = rig;
    const own = await rig.start(PIPELINE);
    await client.ok("rrext_monitor", {
      ...{ projectId: "p", source: "a", teamId: "local" },
      types: ["TASK"],
    });
    const { token, version } = await deploy.pipe("run", SOURCE);
    assertEquals(version, 1);
    assert(token !== own.token);
    const [, begun, ...more] = client.events("apaevt_task");
    assertEquals([begun.action, more], ["begin", []]);
    const address = { projectId: "p", source: "a" };
    assertEquals(await client.ok("rrext_get_token", address), {
      token: own.token,
    });
    const ofTeam = { ...address, teamId: "local" };
    assertEquals(await client.ok("rrext_get_token", ofTeam), { token });
    assertEquals(
      await deploy.fails("run", SOURCE),
      "A run of p/a is already active for team local",
    );
    const log = { subcommand: "streams", ...address };
    const { streams } = await client.ok("rrext_log", log);
    assertEquals(
      streams.map((it: Body) => [it.runKind, it.teamId, it.ownerKind]),
      [["dev", "", "user"], ["deploy", "local", "team"]],
    );
    const { chapters: [run] } = streams[1];
    // Deployed runs are traced, unless their source says otherwise.
    assertEquals([run.traceLevel, run.endTime], ["full", null]);
  });
});

Deno.test("schedules start sources, for a while, until they rest", async () => {
  await withEngine([], async (rig) => {
    const { client, clock } = rig;
    const deploy = deployOf(rig);
    await deployed(deploy);
    const { pipe } = deploy;
    const hourly = { ...SOURCE, schedule: "@hourly", ttl: 60 };
    const { schedules, updatedAt } = await pipe("schedule_set", hourly);
    assertEquals(schedules, {
      a: {
        cron: "@hourly",
        paused: false,
        ttl: 60,
        traceLevel: null,
        debugOut: false,
        lastRunAt: null,
      },
    });
    const tasks = async (): Promise<number> =>
      (await client.ok("rrext_get_tasks")).tasks.length;
    // Just past the hour of the engine, whose time stands still meanwhile.
    await clock.advance(HOUR - updatedAt * 1_000 % HOUR + 1_000);
    assertEquals(await tasks(), 1);
    const { events: [begin] } = await client.ok("rrext_log", {
      ...{ subcommand: "read", projectId: "p", source: "a", teamId: "local" },
    });
    const { action, trigger, user, traceLevel } = begin.body;
    assertEquals([action, trigger, user, traceLevel], [
      "run-begin",
      "scheduled",
      "local",
      "full",
    ]);
    const row = (await pipe("get", TEAM)).schedules.a;
    assert(row.lastRunAt > 0);
    await clock.advance(61_000);
    assertEquals(await tasks(), 0);
    await pipe("schedule_pause", SOURCE);
    await clock.advance(HOUR);
    assertEquals(await tasks(), 0);
    await pipe("schedule_resume", SOURCE);
    await clock.advance(HOUR - 30_000);
    assertEquals(await tasks(), 1);
    await pipe("schedule_set", SOURCE);
    assertEquals((await pipe("get", TEAM)).schedules.a.cron, "");
    await clock.advance(2 * HOUR);
    assertEquals(await tasks(), 0);
  });
});

Deno.test("a start that fails makes a deployment errored, until one succeeds", async () => {
  await withEngine([], async (rig) => {
    const { clock, client } = rig;
    const deploy = deployOf(rig);
    const [entry] = PIPELINE.components;
    const components = [entry!, {
      ...PIPELINE.components[1]!,
      provider: "nowhere",
    }];
    await deployed(deploy, { ...PIPELINE, components });
    await deploy.pipe("schedule_set", { ...SOURCE, schedule: "@hourly" });
    await clock.advance(HOUR);
    assertEquals((await deploy.pipe("get", TEAM)).state, "errored");
    await deployed(deploy);
    await clock.advance(HOUR);
    assertEquals((await deploy.pipe("get", TEAM)).state, "enabled");
    assertEquals((await client.ok("rrext_get_tasks")).tasks.length, 1);
  });
});

Deno.test("one's own space is one's own", async () => {
  const auth = [{ key: "key", userId: "ann" }, { key: "bo", userId: "bo" }];
  await withEngine([], async (rig) => {
    const { registry, pipe } = deployOf(rig);
    await registry("add", { pipeline: PIPELINE, deployTo: "@me" });
    const mine = { projectId: "p", teamId: "@me" };
    assertEquals((await pipe("get", mine)).teamId, "user~ann");
    const { token } = await pipe("run", { ...mine, sourceId: "a" });
    const address = { projectId: "p", source: "a", runKind: "deploy" };
    assertEquals(await rig.client.ok("rrext_get_token", address), { token });
    const bo = deployOf({ client: await rig.connect("bo") });
    assertEquals((await bo.pipe("list")).rows, []);
    assertEquals(
      await bo.fails("get", mine),
      "No deployment of p for team user~bo",
    );
    assertEquals(
      await bo.fails("get", { ...mine, teamId: "user~ann" }),
      "Access denied: no permissions for this team",
    );
  }, { auth });
});

Deno.test("a preview shows the next times, and says what is no schedule", async () => {
  await withEngine([], async (rig) => {
    const { pipe } = deployOf(rig);
    const { valid, next } = await pipe("preview", {
      schedule: "0 * * * *",
      count: 3,
    });
    assertEquals([valid, next.length], [true, 3]);
    assertEquals([next[1] - next[0], next[0] % 3_600], [3_600, 0]);
    const bad = await pipe("preview", { schedule: "sometimes" });
    assertEquals([bad.valid, bad.next], [false, []]);
    assertStringIncludes(bad.error, "Invalid schedule");
    assertEquals(await pipe("preview", { schedule: "manual" }), {
      valid: true,
      next: [],
    });
  });
});

Deno.test("what cannot be deployed is refused in words", async () => {
  await withEngine([], async (rig) => {
    const { client } = rig;
    const deploy = deployOf(rig);
    await deployed(deploy);
    const adds = (args: object): Promise<string> =>
      client.fails("rrext_deploy", { subcommand: "add", ...args });
    assertEquals(await adds({}), "pipeline is required and must be an object");
    const { project_id: _, ...homeless } = PIPELINE;
    assertEquals(
      await adds({ pipeline: homeless }),
      "pipeline.project_id is required",
    );
    assertEquals(
      await adds({ pipeline: { ...PIPELINE, name: " " } }),
      "pipeline.name is required — " +
        "the registry renders it on every deploy surface",
    );
    assertEquals(
      await adds({ pipeline: { ...PIPELINE, kind: "app" } }),
      "pipeline.kind must be 'pipe' — " +
        "deploy apps via rrext_deploy add kind='app'",
    );
    assertEquals(
      await client.fails("rrext_deploy", {}),
      "Subcommand is required",
    );
    assertEquals(
      await client.fails("rrext_deploy", {
        ...{ subcommand: "artifact", projectId: "p" },
      }),
      "version is required and must be an integer",
    );
    assertEquals(
      await adds({ kind: "app" }),
      "Publishing apps requires SaaS mode",
    );
    assertEquals(
      await adds({ kind: "x" }),
      "Unknown deploy kind: 'x' (use 'pipe' or 'app')",
    );
    assertEquals(
      await adds({ pipeline: PIPELINE, deployTo: "other" }),
      "Access denied: no permissions for this team",
    );
    const { total } = await deploy.registry("versions", { projectId: "p" });
    assertEquals(total, 1);
    const { fails } = deploy;
    assertEquals(await fails("get", { projectId: "p" }), "teamId is required");
    assertEquals(await fails("x", TEAM), "Unknown subcommand: x");
    assertEquals(await fails(""), "Subcommand is required");
    assertEquals(await fails("run", TEAM), "sourceId is required");
    assertEquals(
      await fails("run", { ...TEAM, sourceId: "z" }),
      "sourceId 'z' is not a component of version 1",
    );
    assertEquals(await fails("preview"), "schedule is required");
    assertEquals(
      await fails("preview", { schedule: "@daily", count: 0 }),
      "count must be a positive integer",
    );
    assertEquals(
      await fails("schedule_set", { ...SOURCE, ttl: 0 }),
      "ttl must be a positive integer (seconds) or omitted",
    );
    assertEquals(
      await fails("source_config", { ...SOURCE, traceLevel: "all" }),
      "traceLevel must be one of none|metadata|summary|full, " +
        "or omitted for the deploy default (full)",
    );
    assertEquals(
      await fails("schedule_pause", { ...TEAM, sourceId: "z" }),
      "sourceId 'z' is not a component of version 1",
    );
    assertStringIncludes(
      await fails("schedule_set", { ...SOURCE, schedule: "sometimes" }),
      "Invalid schedule",
    );
    await deploy.pipe("remove", TEAM);
    assertEquals(
      await fails("run", SOURCE),
      "No deployment of p for team local",
    );
  });
});

Deno.test("watchers are notified of changes of a source, which are not in the history", async () => {
  await withEngine([], async (rig) => {
    const { client } = rig;
    await client.ok("rrext_monitor", { token: "*", types: ["DEPLOY"] });
    const deploy = deployOf(rig);
    await deployed(deploy);
    const { pipe, registry } = deploy;
    await pipe("schedule_set", { ...SOURCE, schedule: "@daily", ttl: 5 });
    await pipe("schedule_pause", SOURCE);
    await pipe("schedule_resume", SOURCE);
    await pipe("source_config", { ...SOURCE, traceLevel: "none" });
    const { token } = await pipe("run", SOURCE);
    assertEquals(client.events("apaevt_deploy").map(({ action }) => action), [
      "add",
      "deploy",
      "schedule",
      "schedule_pause",
      "schedule_resume",
      "source_config",
      "run",
    ]);
    const { rows } = await registry("history", { projectId: "p" });
    assertEquals(rows.map(({ action }: Body) => action), ["deploy", "publish"]);
    const { billingTeamId, schedules } = await pipe("get", TEAM);
    assertEquals(billingTeamId, "local");
    assert(schedules.a.lastRunAt > 0);
    // Only what a schedule starts ends with the time that it is given.
    await rig.clock.advance(60_000);
    const { tasks } = await client.ok("rrext_get_tasks");
    assertEquals(tasks.map((it: Body) => it.token), [token]);
  });
});
