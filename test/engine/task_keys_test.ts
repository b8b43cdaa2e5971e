import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Permission } from "../../lib/engine/access/permissions.ts";
import type { EngineKey } from "../../lib/engine/access/keys.ts";
import { publicToken, taskToken } from "../../lib/engine/run/ids.ts";
import { type EngineRig, withEngine } from "../support/engine_rig.ts";
import { TEXT } from "../support/pipelines.ts";
import {
  type Body,
  type RawClient,
  rawInProcess,
} from "../support/raw_client.ts";

const SOURCE = TEXT.source!;
const PIPELINE = { ...TEXT, project_id: "p" };
const ADDRESS = { projectId: "p", source: SOURCE };

const EACH: readonly Permission[] = [
  "task.control",
  "task.data",
  "task.monitor",
  "task.debug",
  "task.store",
];

const KEYS: readonly (string | EngineKey)[] = [
  "key",
  { key: "ada", userId: "ada" },
  ...EACH.map((it) => ({ key: `only-${it}`, permissions: [it] })),
  { key: "starter", permissions: ["task.control", "task.monitor"] },
  { key: "nobody", permissions: [] },
];

/** What each permission is needed for, asked with the key of a task. */
const PROBES: Readonly<Record<Permission, readonly [string, object]>> = {
  "task.control": ["restart", { pipeline: PIPELINE }],
  "task.data": ["rrext_process", {
    subcommand: "open",
    object: {},
    mimeType: "text/plain",
  }],
  "task.monitor": ["rrext_get_task_status", {}],
  "task.debug": ["rrext_cprofile_status", {}],
  "task.store": ["rrext_store", { subcommand: "fs_list_dir", path: "" }],
};

/** What somebody may do who has nothing but the key of a task. */
async function rightsOf(
  { engine }: EngineRig,
  key: string,
): Promise<readonly Permission[]> {
  const client = rawInProcess(engine);
  await client.ok("auth", { auth: key });
  const rights: Permission[] = [];
  for (const permission of EACH) {
    const [command, args] = PROBES[permission];
    const { success } = await client.request(command, args);
    if (success) rights.push(permission);
  }
  await client.close();
  return rights;
}

/** All keys of tasks in what a client has received. */
function keysSeenBy({ received }: RawClient): readonly string[] {
  const keys = JSON.stringify(received).match(/\b[tp]k_\w+/g) ?? [];
  return [...new Set(keys)];
}

/** Ask for everything that may name a task. */
async function lookEverywhere(client: RawClient, token: string): Promise<void> {
  await client.request("rrext_monitor", { token: "*", types: ["ALL"] });
  await client.request("rrext_monitor", { token, types: ["ALL"] });
  await client.request("rrext_get_tasks");
  await client.request("rrext_get_token", ADDRESS);
  await client.request("rrext_get_task_status", { token });
  await client.request("rrext_get_pipeline", { token });
  await client.request("rrext_dashboard");
  await client.request("rrext_deploy_list");
  const again = { pipeline: PIPELINE, useExisting: true };
  await client.request("execute", again);
  await client.request("execute", { ...again, token });
}

async function withTask(
  test: (rig: EngineRig, task: Body) => Promise<void>,
): Promise<void> {
  await withEngine([], async (rig) => {
    await test(rig, await rig.start(PIPELINE));
  }, { auth: KEYS });
}

Deno.test("with keys, tokens follow from nothing that others know", async () => {
  await withTask(async ({ engine, client, start }, task) => {
    assertMatch(task.token, /^tk_[0-9a-f]{32}$/);
    assertMatch(task.publicToken, /^pk_[0-9a-f]{32}$/);
    const derived = [
      taskToken({ ...ADDRESS, userId: "local" }),
      publicToken(ADDRESS),
    ];
    for (const auth of derived) {
      const stranger = rawInProcess(engine);
      assertEquals(await stranger.fails("auth", { auth }), "Bad request");
    }
    await client.ok("terminate", { token: task.token });
    const next = await start(PIPELINE);
    assertNotEquals(next.token, task.token);
    assertNotEquals(next.publicToken, task.publicToken);
  });
});

Deno.test("without keys, tokens are those of a server", async () => {
  await withEngine([], async ({ start }) => {
    const task = await start(PIPELINE);
    assertEquals(task.token, taskToken({ ...ADDRESS, userId: "local" }));
    assertEquals(task.publicToken, publicToken(ADDRESS));
  });
});

Deno.test("the keys of a task carry what their kind does, for who may do all", async () => {
  await withTask(async (rig, task) => {
    assertEquals(await rightsOf(rig, task.token), EACH);
    assertEquals(await rightsOf(rig, task.publicToken), ["task.data"]);
  });
});

Deno.test("the keys of a task carry no more than the key that started it", async () => {
  await withEngine([], async (rig) => {
    const starter = await rig.connect("starter");
    const task = await starter.ok("execute", { pipeline: PIPELINE });
    const allowed: Permission[] = ["task.control", "task.monitor"];
    assertEquals(await rightsOf(rig, task.token), allowed);
    assertEquals(await rightsOf(rig, task.publicToken), []);
    // Nor do they in the hands of who may do more.
    const { token } = await rig.client.ok("rrext_get_token", ADDRESS);
    assertEquals(await rightsOf(rig, token), allowed);
  }, { auth: KEYS });
});

for (const permission of EACH) {
  Deno.test(`no key that a ${permission} key gets to see carries more`, async () => {
    await withTask(async (rig, task) => {
      const client = await rig.connect(`only-${permission}`);
      await lookEverywhere(client, task.token);
      await rig.client.ok("restart", {
        token: task.token,
        pipeline: PIPELINE,
      });
      await lookEverywhere(client, task.token);
      const seen = keysSeenBy(client);
      // Who may do nothing with a task gets no key of it.
      const told = ["task.control", "task.monitor"].includes(permission);
      assertEquals(seen.length > 0, told);
      assert(!seen.includes(task.token) && !seen.includes(task.publicToken));
      for (const key of seen) {
        const rights = await rightsOf(rig, key);
        assert(
          rights.every((it) => it === permission),
          `${key.slice(0, 2)} carries ${rights}`,
        );
      }
    });
  });
}

Deno.test("a key that may do nothing sees no key of a task", async () => {
  await withTask(async ({ connect }, task) => {
    const client = await connect("nobody");
    await lookEverywhere(client, task.token);
    assertEquals(keysSeenBy(client), []);
  });
});

Deno.test("the files of a user are not reached by the keys that others see", async () => {
  await withTask(async (rig, task) => {
    const ada = await rig.connect("ada");
    await lookEverywhere(ada, task.token);
    const { tasks } = await ada.ok("rrext_get_tasks");
    const [{ token }] = tasks.filter((it: Body) => it.source === SOURCE);
    const rights = EACH.filter((it) => it !== "task.store");
    assertEquals(await rightsOf(rig, token), rights);
  });
});

Deno.test("a lesser key names its task in every command", async () => {
  await withTask(async ({ client, connect }, task) => {
    const watcher = await connect("only-task.monitor");
    const { token } = await watcher.ok("rrext_get_token", ADDRESS);
    assertNotEquals(token, task.token);
    const [found] = (await watcher.ok("rrext_get_tasks")).tasks;
    assertEquals(found.token, token);
    for (const who of [watcher, client]) {
      const status = await who.ok("rrext_get_task_status", { token });
      assertEquals([status.state, status.project_id], [3, "p"]);
      await who.ok("rrext_monitor", { token, types: ["TASK"] });
    }
    assertStringIncludes(await watcher.fails("terminate", { token }), "denied");
    await client.ok("terminate", { token });
    assertEquals((await watcher.nextEvent("apaevt_task")).action, "running");
    assertEquals((await watcher.nextEvent("apaevt_task")).action, "end");
  });
});

Deno.test("a lesser key is forgotten with its task", async () => {
  await withTask(async ({ client, clock, connect, engine }, task) => {
    const watcher = await connect("only-task.monitor");
    const { token } = await watcher.ok("rrext_get_token", ADDRESS);
    await client.ok("terminate", task);
    assertEquals(
      (await watcher.ok("rrext_get_task_status", { token })).completed,
      true,
    );
    const stranger = rawInProcess(engine);
    await stranger.fails("auth", { auth: token });
    await clock.advance(300_001);
    await watcher.fails("rrext_get_task_status", { token });
  });
});

Deno.test("a token of the caller's own that can be logged in with is long", async () => {
  await withTask(async ({ client, engine }) => {
    const ask = { pipeline: { ...TEXT, project_id: "q" } };
    for (const token of ["tk_short", "pk_short", `tk_${"x".repeat(31)}`]) {
      assertStringIncludes(
        await client.fails("execute", { ...ask, token }),
        "it must have 35 characters or more",
      );
    }
    const token = `tk_${"x".repeat(32)}`;
    assertEquals((await client.ok("execute", { ...ask, token })).token, token);
    // One without the prefix is a name, and opens nothing.
    const name = { pipeline: { ...TEXT, project_id: "r" }, token: "mine" };
    assertEquals((await client.ok("execute", name)).token, "mine");
    const stranger = rawInProcess(engine);
    assertEquals(
      await stranger.fails("auth", { auth: "mine" }),
      "Invalid API key",
    );
  });
});
