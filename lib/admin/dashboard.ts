import {
  type DashboardConnection,
  type DashboardResponse,
  type DashboardTask,
  isDashboardResponse,
} from "../../schema/dashboard.ts";
import { checkOptions } from "../check.ts";
import { call, checkCallOptions } from "../session/call.ts";
import { byGeneration } from "../session/generation.ts";
import { unreadable } from "./answers.ts";
import {
  LIST_NAMES,
  type ListOptions,
  type PagedList,
  pagedList,
  wholeList,
} from "./paged.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Return who is connected to the engine and what runs there, as far as it
 * concerns the user. Who came with a task's key sees that task alone.
 *
 * Changes arrive through `events(session, "*", { types: ["DASHBOARD"] })`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns The engine at a glance; times are Unix seconds.
 * @throws {RocketRideException} The permission `task.monitor` is missing.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { getDashboard } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const { overview } = await getDashboard(session);
 * assertEquals([overview.totalConnections, overview.activeTasks], [1, 0]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getDashboard(
  session: Session,
  options: CallOptions = {},
): Promise<DashboardResponse> {
  checkCallOptions(options, "getDashboard(session, { timeout })");
  const body = await call(session, "rrext_dashboard", {}, options);
  if (isDashboardResponse(body)) return body;
  throw unreadable("a dashboard");
}

const byLists = byGeneration("unknown-command");

/** A list of the dashboard; older servers return the dashboard as a whole. */
function dashboardList<Row>(
  session: Session,
  part: "connections" | "tasks",
  options: ListOptions,
): PagedList<Row> {
  return pagedList<Row>(part, options, (args, waiting) =>
    byLists(
      session,
      () => call(session, `rrext_list_${part}`, args, waiting),
      async () => wholeList((await getDashboard(session, waiting))[part], args),
    ));
}

/**
 * List who is connected to the engine, as far as it concerns the user, in the
 * order of their coming.
 *
 * Servers up to 1.3 return all of them at once, whatever is searched for.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode ListOptions}.
 * @returns The connections, page by page; times are Unix seconds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { listConnections } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * let count = 0;
 * for await (const { authenticated } of listConnections(session)) {
 *   count += Number(authenticated);
 * }
 * assertEquals(count, 1);
 * await close(session);
 * await engine.close();
 * ```
 */
export function listConnections(
  session: Session,
  options: ListOptions = {},
): PagedList<DashboardConnection> {
  checkOptions(options, "listConnections(session, { search })", LIST_NAMES);
  return dashboardList(session, "connections", options);
}

/**
 * List what runs and what ran lately, as the dashboard has it, in the order of
 * their start. The tokens of what runs are in `listTasks`. Official clients
 * call it `list_tasks`.
 *
 * Servers up to 1.3 return all of them at once, whatever is searched for.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode ListOptions}.
 * @returns The tasks, page by page; times are Unix seconds.
 */
export function listAllTasks(
  session: Session,
  options: ListOptions = {},
): PagedList<DashboardTask> {
  checkOptions(options, "listAllTasks(session, { search })", LIST_NAMES);
  return dashboardList(session, "tasks", options);
}
