import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { pipelineCode } from "../../lib/engine/commands/pipeline_code.ts";
import type { DeploymentRecord } from "../../schema/deployment.ts";
import { Deployments } from "../../lib/engine/deploy/deployments.ts";
import { readSchedule } from "../../lib/engine/deploy/schedule.ts";
import { RocketRideException } from "../../lib/errors.ts";
import { withEngine } from "../support/engine_rig.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";

const HOUR = 3_600_000;

interface Rig {
  readonly clock: FakeClock;
  readonly deployments: Deployments;
  /** The schedules whose pipelines were started, in order. */
  readonly started: string[];
  /** What the next starts come to; well, when empty. */
  readonly failures: Error[];
}

function rig(): Rig {
  const clock = fakeClock();
  const started: string[] = [];
  const failures: Error[] = [];
  const start = ({ schedule }: DeploymentRecord): Promise<void> => {
    started.push(schedule);
    const failure = failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  };
  const deployments = new Deployments({ clock, start });
  return { clock, deployments, started, failures };
}

const PIPELINE = { components: [] };

/** Deploy a pipeline of ann's as the project `p`. */
async function add(
  deployments: Deployments,
  schedule: string,
): Promise<DeploymentRecord> {
  const deployed = { pipeline: PIPELINE, rights: new Set<never>() };
  return deployments.add("p", deployed, await readSchedule(schedule), "ann");
}

Deno.test("a deployment runs each time its schedule says so, and keeps nothing alive", async () => {
  const { clock, deployments, started } = rig();
  await add(deployments, "@hourly");
  assertEquals([clock.timers, clock.refTimers], [1, 0]);
  await clock.advance(HOUR);
  assertEquals(started, ["@hourly"]);
  await clock.advance(2 * HOUR);
  assertEquals(started.length, 3);
  deployments.close();
  assertEquals([clock.timers, deployments.list()], [0, []]);
});

Deno.test("a manual deployment waits for nothing", async () => {
  const { clock, deployments } = rig();
  const record = await add(deployments, "manual");
  assertEquals(clock.timers, 0);
  const { created_at, updated_at, ...rest } = record;
  assertEquals(rest, {
    pipeline: PIPELINE,
    schedule: "manual",
    state: "active",
    created_by: "ann",
  });
  assertEquals(created_at, updated_at);
  assertEquals(deployments.get("p"), record);
  assertEquals(deployments.list(), [record]);
});

Deno.test("a timer that goes off early, as long ones may, waits for the rest", async () => {
  let now = 0;
  const wakes: (() => void)[] = [];
  const cancels: number[] = [];
  const started: unknown[] = [];
  const deployments = new Deployments({
    clock: {
      now: () => now,
      after: (_ms, wake) => {
        const id = wakes.push(wake);
        return () => void cancels.push(id);
      },
    },
    start: (record) => {
      started.push(record);
      return Promise.resolve();
    },
  });
  await add(deployments, "@yearly");
  now += HOUR;
  wakes.shift()?.();
  assertEquals([started.length, wakes.length], [0, 1]);
  now += 400 * 24 * HOUR;
  wakes.shift()?.();
  assertEquals(started.length, 1);
  deployments.close();
  assertEquals(cancels.length, 1);
  await Promise.resolve();
});

Deno.test("a start that fails makes a deployment errored, until one succeeds", async () => {
  const { clock, deployments, failures } = rig();
  await add(deployments, "@hourly");
  failures.push(new Error("no"));
  await clock.advance(HOUR);
  assertEquals(deployments.get("p").state, "errored");
  await clock.advance(HOUR);
  assertEquals(deployments.get("p").state, "active");
  deployments.close();
});

Deno.test("what was changed while a start was under way keeps its own state", async () => {
  const clock = fakeClock();
  const gate = Promise.withResolvers<void>();
  const deployments = new Deployments({ clock, start: () => gate.promise });
  await add(deployments, "@hourly");
  await clock.advance(HOUR);
  deployments.update("p", undefined, await readSchedule("manual"));
  gate.reject(new Error("late"));
  await clock.advance(0);
  assertEquals(deployments.get("p").state, "active");
  assertEquals(clock.timers, 0);
});

Deno.test("a change of schedule counts from now on, and of pipeline leaves the schedule", async () => {
  const { clock, deployments, started } = rig();
  const { updated_at } = await add(deployments, "@daily");
  await clock.advance(60_000);
  deployments.update("p", undefined, await readSchedule("@hourly"));
  const pipeline = { components: [], name: "new" };
  deployments.update("p", { pipeline, rights: new Set() }, undefined);
  const record = deployments.get("p");
  assertEquals([record.schedule, record.pipeline], ["@hourly", pipeline]);
  assertEquals(Math.round(record.updated_at! - updated_at!), 60);
  assertEquals(clock.timers, 1);
  await clock.advance(HOUR);
  assertEquals(started, ["@hourly"]);
  deployments.remove("p");
  await clock.advance(48 * HOUR);
  assertEquals([started.length, clock.timers], [1, 0]);
});

Deno.test("what is not there, or is there twice, is refused", async () => {
  const { clock, deployments } = rig();
  const missing = "Project 'p' is not deployed";
  for (
    const act of [
      () => deployments.get("p"),
      () => deployments.update("p", undefined, undefined),
      () => deployments.remove("p"),
    ]
  ) assertThrows(act, RocketRideException, missing);
  assertEquals(deployments.list(), []);
  await add(deployments, "@daily");
  await assertRejects(
    () => add(deployments, "manual"),
    RocketRideException,
    "Project 'p' is already deployed",
  );
  assertEquals(deployments.get("p").schedule, "@daily");
  assertEquals(clock.timers, 1);
  deployments.close();
  await assertRejects(() => add(deployments, "@daily"), RocketRideException);
  assertEquals(clock.timers, 0);
});

Deno.test("a schedule that cannot be read changes no deployment", async () => {
  await withEngine([], async ({ client }) => {
    const pipeline = { project_id: "p", components: [] };
    const bad = { projectId: "p", pipeline, schedule: "sometimes" };
    const refusal = "Invalid schedule 'sometimes'";
    assertStringIncludes(await client.fails("rrext_deploy_add", bad), refusal);
    assertEquals((await client.ok("rrext_deploy_list")).deployments, []);
    await client.ok("rrext_deploy_add", { pipeline });
    const failure = await client.fails("rrext_deploy_update", bad);
    assertStringIncludes(failure, refusal);
    const record = await client.ok("rrext_deploy_status", { projectId: "p" });
    assertEquals(record.schedule, "manual");
  });
});

Deno.test("an engine starts what is deployed by its clock, and tells when that fails", async () => {
  await withEngine([], async ({ client, clock }) => {
    const pipeline = {
      project_id: "p",
      components: [{ id: "in", provider: "webhook", config: {} }],
      source: "in",
    };
    // The clock of the test waits for nothing that has to be loaded.
    await pipelineCode();
    const { created_at: now } = await client.ok("rrext_deploy_add", {
      pipeline,
      schedule: "@hourly",
    });
    assertEquals((await client.ok("rrext_get_tasks")).tasks, []);
    // Just past the hour of the engine, whose time stands still meanwhile: idle
    // tasks end a quarter of an hour later.
    await clock.advance(HOUR - now * 1_000 % HOUR + 1_000);
    assertEquals((await client.ok("rrext_get_tasks")).tasks.length, 1);
    const components = [{ id: "in", provider: "nowhere", config: {} }];
    const { token } = await client.ok("rrext_get_token", {
      projectId: "p",
      source: "in",
    });
    await client.ok("terminate", { token });
    await client.ok("rrext_deploy_update", {
      projectId: "p",
      pipeline: { ...pipeline, components },
    });
    await clock.advance(HOUR);
    const record = await client.ok("rrext_deploy_status", { projectId: "p" });
    assertEquals([record.state, record.schedule], ["errored", "@hourly"]);
  });
});
