import { auth, deauth } from "./auth.ts";
import type { Command, OpenCommand } from "./call.ts";
import { execute } from "./execute.ts";
import { monitor } from "./monitor.ts";
import { processData } from "./process_data.ts";
import { restart } from "./restart.ts";
import { ping, probe, services } from "./service.ts";
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
  ["rrext_public_probe", probe],
]);

/** All other commands (protocol §12.4 rule 4). */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["deauth", deauth],
  ["execute", execute],
  ["restart", restart],
  ["rrext_get_pipeline", getPipeline],
  ["rrext_get_task_status", getTaskStatus],
  ["rrext_get_tasks", getTasks],
  ["rrext_get_token", getToken],
  ["rrext_monitor", monitor],
  ["rrext_ping", ping],
  ["rrext_process", processData],
  ["rrext_services", services],
  ["rrext_validate", validate],
  ["terminate", terminate],
]);
