import {
  type DashboardResponse,
  isDashboardResponse,
} from "../../schema/dashboard.ts";
import { unreadable } from "./answers.ts";
import { call, checkCallOptions } from "../session/call.ts";
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
