import type { RequestMessage } from "../../../schema/envelope.ts";
import { isRecord } from "../../../schema/json.ts";

/** Which servers a peer behaves like. */
export type Generation = "1.0" | "1.1";

/** All of them. */
export const GENERATIONS: readonly Generation[] = ["1.0", "1.1"];

/** Commands that 1.0 clients send; a server of 1.0 knows no others. */
const COMMANDS_OF_1_0: ReadonlySet<string> = new Set([
  "auth",
  "execute",
  "rrext_get_task_status",
  "rrext_get_tasks",
  "rrext_monitor",
  "rrext_ping",
  "rrext_process",
  "rrext_services",
  "rrext_store",
  "rrext_validate",
  "terminate",
]);

/** What 1.1 knows besides; of what begins with `rrext_` the engine knows. */
const COMMANDS_OF_1_1: ReadonlySet<string> = new Set([
  ...COMMANDS_OF_1_0,
  "deauth",
  "restart",
]);

/** The bits of events that 1.0 knows: not those for SSE and the dashboard. */
const MASK_OF_1_0 = 63;

/** Commands whose `arguments.token` is no task's, or is the only place. */
const OWN_TOKEN = new Set(["execute", "launch"]);

/** The arguments of a request; `{}` where it has none. */
export function argumentsOf(
  request: RequestMessage,
): Readonly<Record<string, unknown>> {
  const args: unknown = request.arguments;
  return isRecord(args) ? args : {};
}

/** The task token of a request, from where that generation looks for it. */
export function tokenOf(
  generation: Generation,
  request: RequestMessage,
): string | undefined {
  const inside = argumentsOf(request).token;
  const looksInside = generation === "1.1" || OWN_TOKEN.has(request.command);
  const places = looksInside ? [inside, request.token] : [request.token];
  return places.find((it): it is string => typeof it === "string" && it !== "");
}

/** Why that generation refuses a request that another may know. */
export function refusalOf(
  generation: Generation,
  request: RequestMessage,
): string | undefined {
  const { command } = request;
  const { subcommand, types, listenType, data } = argumentsOf(request);
  const isOurs = command.startsWith("rrext_");
  const known = generation === "1.0" ? COMMANDS_OF_1_0 : COMMANDS_OF_1_1;
  if (isOurs && generation === "1.0" && !known.has(command)) {
    return `Invalid command: ${command}`;
  }
  if (!isOurs && !known.has(command)) {
    if (command === "") return "Invalid command: ";
    // Anything else goes to the debugger of a task.
    return tokenOf(generation, request) === undefined
      ? "Task token is required"
      : "Debug interface not available";
  }
  if (request.arguments === null) {
    return "'NoneType' object has no attribute 'get'";
  }
  if (command === "rrext_process" && typeof data === "string") {
    return "Could not send request";
  }
  if (command === "rrext_store") {
    const ofFiles = String(subcommand).startsWith("fs_");
    const known = ofFiles === (generation === "1.1");
    return known ? undefined : `Unknown subcommand: ${subcommand}`;
  }
  if (command === "rrext_monitor" && generation === "1.0") {
    const masks = [types ?? listenType].flat().filter((it) =>
      /^\d+$/.test(String(it))
    );
    const unknown = masks.find((it) => Number(it) > MASK_OF_1_0);
    if (unknown !== undefined) return `${unknown} is not a valid EVENT_TYPE`;
  }
  return undefined;
}

/** The names of events that a generation knows; others it ignores. */
export function knownTypes(generation: Generation, types: unknown): unknown {
  if (generation === "1.1" || !Array.isArray(types)) return types;
  const list = types.map((it) =>
    String(it).toUpperCase() === "ALL" ? MASK_OF_1_0 : it
  );
  return list.filter((it) => !["SSE", "DASHBOARD"].includes(name(it)));
}

function name(type: unknown): string {
  return String(type).toUpperCase();
}
