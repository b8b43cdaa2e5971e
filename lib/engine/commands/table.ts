import type { Permission } from "../access/permissions.ts";
import type { Awaitable } from "../node.ts";
import type { Call, Command, Reply } from "./call.ts";
import {
  deployAdd,
  deployList,
  deployRemove,
  deployStatus,
  deployUpdate,
} from "./deploy.ts";
import {
  accountMe,
  appsOnlyInCloud,
  dashboard,
  noProfile,
  onlyInCloud,
  ping,
  probe,
  profileStatus,
  services,
} from "./info.ts";
import { auth, deauth, identify } from "./login.ts";
import { monitor } from "./monitor.ts";
import { late } from "./pipeline_code.ts";
import { processData } from "./process.ts";
import {
  getPipeline,
  getTasks,
  getTaskStatus,
  getToken,
  terminate,
} from "./task.ts";

/**
 * The commands of the engine: who may run each, and the function that checks
 * its arguments and runs it.
 */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["auth", open(auth)],
  ["rrext_public_catalog", open(onlyInCloud)],
  ["rrext_public_probe", open(probe)],
  ["deauth", login(deauth)],
  ["execute", engine("task.control", late((code) => code.execute))],
  ["restart", task("task.control", late((code) => code.restart), "restart")],
  ["terminate", task("task.control", terminate)],
  ["rrext_account_billing", login(onlyInCloud)],
  ["rrext_account_keys", login(onlyInCloud)],
  ["rrext_account_me", login(accountMe)],
  ["rrext_account_members", login(onlyInCloud)],
  ["rrext_account_org", login(onlyInCloud)],
  ["rrext_account_teams", login(onlyInCloud)],
  ["rrext_app_admin", login(onlyInCloud)],
  ["rrext_app_catalog", login(onlyInCloud)],
  ["rrext_app_developer", login(onlyInCloud)],
  ["rrext_app_pricing", login(onlyInCloud)],
  ["rrext_app_submission", login(onlyInCloud)],
  ["rrext_cprofile_report", login(noProfile)],
  ["rrext_cprofile_report_tree", login(noProfile)],
  ["rrext_cprofile_start", login(noProfile)],
  ["rrext_cprofile_status", login(profileStatus)],
  ["rrext_cprofile_stop", login(noProfile)],
  ["rrext_cprofile_threads", login(noProfile)],
  ["rrext_dashboard", own("task.monitor", dashboard)],
  [
    "rrext_deploy",
    login(async (call) => {
      return (await import("./deploy_registry.ts")).deployRegistry(call);
    }),
  ],
  ["rrext_deploy_add", engine("task.control", deployAdd)],
  ["rrext_deploy_app", login(appsOnlyInCloud)],
  ["rrext_deploy_list", engine("task.monitor", deployList)],
  [
    "rrext_deploy_pipe",
    login(async (call) => {
      return (await import("./deploy_registry.ts")).deployPipe(call);
    }),
  ],
  ["rrext_deploy_remove", engine("task.control", deployRemove)],
  ["rrext_deploy_status", engine("task.monitor", deployStatus)],
  ["rrext_deploy_update", engine("task.control", deployUpdate)],
  ["rrext_get_pipeline", task("task.monitor", getPipeline)],
  ["rrext_get_task_status", task("task.monitor", getTaskStatus)],
  ["rrext_get_tasks", own("task.monitor", getTasks)],
  ["rrext_get_token", own("task.monitor", getToken)],
  ["rrext_identify", login(identify)],
  [
    "rrext_list_connections",
    own("task.monitor", async (call) => {
      return (await import("./lists.ts")).listConnections(call);
    }),
  ],
  [
    "rrext_list_tasks",
    own("task.monitor", async (call) => {
      return (await import("./lists.ts")).listTasks(call);
    }),
  ],
  [
    "rrext_log",
    login(async (call) => (await import("./log.ts")).log(call)),
  ],
  ["rrext_monitor", login(monitor)],
  ["rrext_ping", login(ping)],
  ["rrext_process", task("task.data", processData)],
  [
    "rrext_resolve_config",
    login(async (call) => {
      return (await import("./resolve_config.ts")).resolveConfig(call);
    }),
  ],
  ["rrext_services", login(services)],
  [
    "rrext_store",
    own("task.store", once(async () => (await import("./store.ts")).store)),
  ],
  ["rrext_validate", login(late((code) => code.validate))],
]);

/** What runs a command whose code is loaded with the first call. */
function once(
  load: () => Promise<(call: Call) => Awaitable<Reply>>,
): (call: Call) => Awaitable<Reply> {
  let run: ((call: Call) => Awaitable<Reply>) | undefined;
  return (call) => {
    if (run) return run(call);
    // A caller in process may change its arguments meanwhile.
    const copy = { ...call, args: structuredClone(call.args) };
    return load().then((loaded) => (run = loaded)(copy));
  };
}

type Run<Access> = Extract<Command, { readonly for: Access }>["run"];

function open(run: Run<"open">): Command {
  return { for: "open", run };
}

function login(run: Run<"login">): Command {
  return { for: "login", run };
}

function own(permission: Permission, run: Run<"login">): Command {
  return { for: "own", permission, run };
}

function engine(permission: Permission, run: Run<"login">): Command {
  return { for: "engine", permission, run };
}

function task(
  permission: Permission,
  run: Run<"task">,
  purpose?: string,
): Command {
  return { for: "task", permission, run, purpose };
}
