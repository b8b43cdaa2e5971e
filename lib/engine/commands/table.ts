import { accountMe, cloudOnly } from "./account.ts";
import { auth, deauth } from "./auth.ts";
import type { Command, OpenCommand } from "./call.ts";
import { catalog } from "./catalog.ts";
import { cprofileStatus, noProfile } from "./cprofile.ts";
import { dashboard } from "./dashboard.ts";
import {
  deployAdd,
  deployList,
  deployRemove,
  deployStatus,
  deployUpdate,
} from "./deploy.ts";
import { execute } from "./execute.ts";
import { monitor } from "./monitor.ts";
import { processData } from "./process_data.ts";
import { restart } from "./restart.ts";
import { ping, probe, services } from "./service.ts";
import { store } from "./store.ts";
import {
  getPipeline,
  getTasks,
  getTaskStatus,
  getToken,
  terminate,
} from "./task.ts";
import { validate } from "./validate.ts";

/** The commands that need no login. */
export const OPEN_COMMANDS: ReadonlyMap<string, OpenCommand> = new Map<
  string,
  OpenCommand
>([
  ["auth", auth],
  ["rrext_public_catalog", catalog],
  ["rrext_public_probe", probe],
]);

/** All other commands. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["deauth", deauth],
  ["execute", execute],
  ["restart", restart],
  ["rrext_account_billing", cloudOnly],
  ["rrext_account_keys", cloudOnly],
  ["rrext_account_me", accountMe],
  ["rrext_account_members", cloudOnly],
  ["rrext_account_org", cloudOnly],
  ["rrext_account_teams", cloudOnly],
  ["rrext_app_admin", cloudOnly],
  ["rrext_app_catalog", cloudOnly],
  ["rrext_app_developer", cloudOnly],
  ["rrext_app_pricing", cloudOnly],
  ["rrext_app_submission", cloudOnly],
  ["rrext_cprofile_report", noProfile],
  ["rrext_cprofile_start", noProfile],
  ["rrext_cprofile_status", cprofileStatus],
  ["rrext_cprofile_stop", noProfile],
  ["rrext_dashboard", dashboard],
  ["rrext_deploy_add", deployAdd],
  ["rrext_deploy_list", deployList],
  ["rrext_deploy_remove", deployRemove],
  ["rrext_deploy_status", deployStatus],
  ["rrext_deploy_update", deployUpdate],
  ["rrext_get_pipeline", getPipeline],
  ["rrext_get_task_status", getTaskStatus],
  ["rrext_get_tasks", getTasks],
  ["rrext_get_token", getToken],
  ["rrext_monitor", monitor],
  ["rrext_ping", ping],
  ["rrext_process", processData],
  ["rrext_services", services],
  ["rrext_store", store],
  ["rrext_validate", validate],
  ["terminate", terminate],
]);
