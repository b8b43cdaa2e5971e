import { assertEquals, assertThrows } from "@std/assert";
import type { DeploymentRecord } from "../../schema/deployment.ts";
import {
  Deployments,
  type NewDeployment,
} from "../../lib/engine/deploy/deployments.ts";
import { RocketRideException, ValidationException } from "../../lib/errors.ts";
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

/** What ann deploys. */
function annsAt(schedule: string): NewDeployment {
  const pipeline = PIPELINE;
  return { pipeline, schedule, userId: "ann", rights: new Set() };
}

Deno.test("a deployment runs each time its schedule says so, and keeps nothing alive", async () => {
  const { clock, deployments, started } = rig();
  deployments.add("p", annsAt("@hourly"));
  assertEquals([clock.timers, clock.refTimers], [1, 0]);
  await clock.advance(HOUR);
  assertEquals(started, ["@hourly"]);
  await clock.advance(2 * HOUR);
  assertEquals(started.length, 3);
  deployments.close();
  assertEquals([clock.timers, deployments.list()], [0, []]);
});

Deno.test("a manual deployment waits for nothing", () => {
  const { clock, deployments } = rig();
  const record = deployments.add("p", annsAt("manual"));
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
  deployments.add("p", annsAt("@yearly"));
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
  deployments.add("p", annsAt("@hourly"));
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
  deployments.add("p", annsAt("@hourly"));
  await clock.advance(HOUR);
  deployments.update("p", { schedule: "manual" });
  gate.reject(new Error("late"));
  await clock.advance(0);
  assertEquals(deployments.get("p").state, "active");
  assertEquals(clock.timers, 0);
});

Deno.test("a change of schedule counts from now on, and of pipeline leaves the schedule", async () => {
  const { clock, deployments, started } = rig();
  const { updated_at } = deployments.add("p", annsAt("@daily"));
  await clock.advance(60_000);
  deployments.update("p", { schedule: "@hourly" });
  const pipeline = { components: [], name: "new" };
  deployments.update("p", { pipeline });
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

Deno.test("what is not there, is there twice, or cannot be read is refused", () => {
  const { clock, deployments } = rig();
  const missing = "Project 'p' is not deployed";
  for (
    const act of [
      () => deployments.get("p"),
      () => deployments.update("p", {}),
      () => deployments.remove("p"),
    ]
  ) assertThrows(act, RocketRideException, missing);
  assertThrows(
    () => deployments.add("p", annsAt("sometimes")),
    ValidationException,
  );
  assertEquals(deployments.list(), []);
  deployments.add("p", annsAt("@daily"));
  assertThrows(
    () => deployments.add("p", annsAt("manual")),
    RocketRideException,
    "Project 'p' is already deployed",
  );
  assertThrows(
    () => deployments.update("p", { schedule: "sometimes" }),
    ValidationException,
  );
  assertEquals(deployments.get("p").schedule, "@daily");
  assertEquals(clock.timers, 1);
  deployments.close();
});

Deno.test("an engine starts what is deployed by its clock, and tells when that fails", async () => {
  await withEngine([], async ({ client, clock }) => {
    const pipeline = {
      project_id: "p",
      components: [{ id: "in", provider: "webhook", config: {} }],
      source: "in",
    };
    await client.ok("rrext_deploy_add", { pipeline, schedule: "@hourly" });
    assertEquals((await client.ok("rrext_get_tasks")).tasks, []);
    // Just past the hour: idle tasks end a quarter of an hour later.
    await clock.advance(HOUR - Date.now() % HOUR + 1_000);
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
