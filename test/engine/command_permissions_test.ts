import { assert, assertEquals } from "@std/assert";
import type { Permission } from "../../lib/engine/access/permissions.ts";
import type { EngineKey } from "../../lib/engine/access/keys.ts";
import { COMMANDS } from "../../lib/engine/commands/table.ts";
import { type EngineRig, withEngine } from "../support/engine_rig.ts";
import {
  type Body,
  type RawClient,
  rawInProcess,
} from "../support/raw_client.ts";
import { chain } from "../support/test_nodes.ts";

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};
const OTHER = { ...PIPELINE, project_id: "q" };

/** The commands that need a login. */
const CLOSED = [...COMMANDS].filter(([, command]) => command.for !== "open")
  .map(([name]) => name);

type Scope = "task" | "own" | "all";
type Args = Readonly<Record<string, unknown>>;

/** What a command needs, and the least that it is asked with. */
interface Rule {
  readonly permission?: Permission;
  /**
   * `task`: asked about one task, of which a task's key has its own; `own`: it
   * gives what the key's task is; `all`: nothing for a task's key.
   */
  readonly scope?: Scope;
  readonly args?: Args;
}

const control = (args: Args, scope: Scope = "all"): Rule => {
  return { permission: "task.control", scope, args };
};
const monitor = (args: Args, scope: Scope = "all"): Rule => {
  return { permission: "task.monitor", scope, args };
};
const debug: Rule = { permission: "task.debug", scope: "own" };
const nothing: Rule = {};

/** Every command of the engine; one with several needs has several rows. */
const RULES: readonly (readonly [command: string, rule: Rule])[] = [
  ["deauth", nothing],
  ["execute", control({ pipeline: OTHER })],
  ["restart", control({ pipeline: PIPELINE }, "task")],
  ["terminate", control({}, "task")],
  ["rrext_process", {
    permission: "task.data",
    scope: "task",
    args: { subcommand: "open", object: {}, mimeType: "text/plain" },
  }],
  ["rrext_get_task_status", monitor({}, "task")],
  ["rrext_get_pipeline", monitor({}, "task")],
  ["rrext_get_token", monitor({ projectId: "p", source: "a" }, "own")],
  ["rrext_get_tasks", monitor({}, "own")],
  ["rrext_dashboard", monitor({}, "own")],
  ["rrext_deploy_add", control({ pipeline: OTHER })],
  ["rrext_deploy_remove", control({ projectId: "p" })],
  [
    "rrext_deploy_update",
    control({ projectId: "p", schedule: "@daily" }),
  ],
  ["rrext_deploy", control({ subcommand: "add", pipeline: PIPELINE })],
  ["rrext_deploy", monitor({ subcommand: "versions", projectId: "p" })],
  ["rrext_deploy_app", nothing],
  ["rrext_deploy_pipe", monitor({ subcommand: "list" })],
  [
    "rrext_deploy_pipe",
    control({ subcommand: "enable", projectId: "p", teamId: "@me" }),
  ],
  ["rrext_deploy_list", monitor({})],
  ["rrext_deploy_status", monitor({ projectId: "p" })],
  ["rrext_account_me", control({ subcommand: "env_keys" })],
  ["rrext_account_me", control({ subcommand: "get_env" })],
  ["rrext_account_me", control({ subcommand: "set_env", env: {} })],
  ["rrext_account_me", { args: { subcommand: "get" } }],
  ["rrext_account_billing", nothing],
  ["rrext_account_keys", nothing],
  ["rrext_account_members", nothing],
  ["rrext_account_org", nothing],
  ["rrext_account_teams", nothing],
  ["rrext_app_admin", nothing],
  ["rrext_app_catalog", nothing],
  ["rrext_app_developer", nothing],
  ["rrext_app_pricing", nothing],
  ["rrext_app_submission", nothing],
  ["rrext_cprofile_report", debug],
  ["rrext_cprofile_report_tree", debug],
  ["rrext_cprofile_start", debug],
  ["rrext_cprofile_status", debug],
  ["rrext_cprofile_stop", debug],
  ["rrext_cprofile_threads", debug],
  ["rrext_identify", { args: { clientName: "n" } }],
  ["rrext_list_connections", monitor({}, "own")],
  ["rrext_list_tasks", monitor({}, "own")],
  [
    "rrext_log",
    monitor({ subcommand: "read", projectId: "p", source: "a" }, "own"),
  ],
  [
    "rrext_log",
    control({ subcommand: "delete", projectId: "p", source: "a", all: true }),
  ],
  ["rrext_resolve_config", { args: { provider: "webhook" } }],
  ["rrext_monitor", { args: { token: "*", types: ["ALL"] } }],
  ["rrext_ping", nothing],
  ["rrext_services", nothing],
  ["rrext_validate", { args: { pipeline: PIPELINE } }],
  ["rrext_store", { permission: "task.store", scope: "own" }],
];

const EACH: readonly Permission[] = [
  "task.control",
  "task.data",
  "task.monitor",
  "task.debug",
  "task.store",
];

/** Who asks: keys with one permission each, without any, and those of a task. */
interface Kind {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly bound: boolean;
  key(task: Body): string;
}

const KINDS: readonly Kind[] = [
  { name: "full", permissions: EACH, bound: false, key: () => "key" },
  ...EACH.map((permission): Kind => {
    const key = (): string => `only-${permission}`;
    return { name: permission, permissions: [permission], bound: false, key };
  }),
  { name: "none", permissions: [], bound: false, key: () => "nobody" },
  { name: "tk_", permissions: EACH, bound: true, key: ({ token }) => token },
  {
    name: "pk_",
    permissions: ["task.data"],
    bound: true,
    key: ({ publicToken }) => publicToken,
  },
];

const KEYS: readonly (string | EngineKey)[] = [
  "key",
  ...EACH.map((it) => ({ key: `only-${it}`, permissions: [it] })),
  { key: "nobody", permissions: [] },
];

const DENIALS = /^Permission '|^Access denied/;

/** The denial that a rule leads to, or `undefined` where it allows. */
function denial(
  { permission, scope }: Rule,
  { permissions, bound }: Kind,
): string | undefined {
  if (permission === undefined) return undefined;
  const missing = !permissions.includes(permission);
  if (!missing && !(bound && scope === "all")) return undefined;
  const about = scope === "task" || bound && permission === "task.debug";
  if (about && permissions.length === 0) {
    return "Access denied: no permissions for this task";
  }
  const text = `Permission '${permission}' denied`;
  return about ? `${text} for this task` : text;
}

async function ask(
  client: RawClient,
  command: string,
  args: object,
): Promise<string | undefined> {
  const { success, message = "" } = await client.request(command, args);
  return success || !DENIALS.test(message) ? undefined : message;
}

async function withTask(
  test: (rig: EngineRig, task: Body) => Promise<void>,
): Promise<void> {
  await withEngine([], async (rig) => {
    const task = await rig.start(PIPELINE);
    await rig.client.ok("rrext_deploy_add", { pipeline: PIPELINE });
    await test(rig, task);
  }, { auth: KEYS });
}

Deno.test("every command of the engine is in the table of permissions", () => {
  const listed = new Set(RULES.map(([command]) => command));
  const missing = CLOSED.filter((it) => !listed.has(it));
  assertEquals(missing, []);
});

for (const kind of KINDS) {
  Deno.test(`each command allows and denies as it must: ${kind.name}`, async () => {
    for (const [command, rule] of RULES) {
      if (!COMMANDS.has(command)) continue;
      await withTask(async ({ connect }, task) => {
        const client = await connect(kind.key(task));
        const about = rule.scope === "task" ? { token: task.token } : {};
        const said = await ask(client, command, { ...rule.args, ...about });
        assertEquals(said, denial(rule, kind), `${command} as ${kind.name}`);
        await client.close();
      });
    }
  });
}

Deno.test("what is allowed is done, and what is denied is not", async () => {
  await withTask(async ({ connect, client: owner }, { token }) => {
    const watcher = await connect("only-task.monitor");
    assertEquals((await watcher.ok("rrext_get_tasks")).tasks.length, 1);
    await watcher.fails("terminate", { token });
    await watcher.fails("rrext_deploy_remove", { projectId: "p" });
    assertEquals((await owner.ok("rrext_get_tasks")).tasks.length, 1);
    assertEquals((await owner.ok("rrext_deploy_list")).deployments.length, 1);
    const stopper = await connect("only-task.control");
    await stopper.ok("terminate", { token });
    assertEquals((await owner.ok("rrext_get_tasks")).tasks, []);
  });
});

Deno.test("events go only to whoever has the permission for them", async () => {
  await withTask(async ({ connect, client: owner }, { token }) => {
    const names = async (key: string): Promise<Set<string>> => {
      const client = await connect(key);
      await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
      await owner.ok("restart", { token, pipeline: PIPELINE });
      return new Set(
        client.received.flatMap((message) =>
          message.type === "event" ? [message.event] : []
        ),
      );
    };
    assert((await names("only-task.monitor")).has("apaevt_task"));
    assertEquals(await names("only-task.data"), new Set());
    assertEquals(await names("nobody"), new Set());
  });
});

Deno.test("before login nothing but login and the public commands is answered", async () => {
  await withTask(async ({ engine }) => {
    for (const command of CLOSED) {
      const stranger = rawInProcess(engine);
      assertEquals(await stranger.fails(command, {}), "Not authenticated");
      assertEquals((await stranger.ended).code, 1000);
    }
    const stranger = rawInProcess(engine);
    assertEquals(
      await stranger.fails("rrext_public_catalog", {}),
      "Account management requires SaaS mode",
    );
    await stranger.ok("rrext_public_probe");
    await stranger.close();
  });
});
