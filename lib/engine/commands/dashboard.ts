import { requirePermission } from "../access/identity.ts";
import { readDashboard } from "../dashboard/read_dashboard.ts";
import type { Call, Reply } from "./call.ts";

/** `rrext_dashboard`: who is connected and what runs. */
export function dashboard({ core, identity }: Call): Reply {
  requirePermission(identity, "task.monitor");
  return { ...readDashboard(core, identity) };
}
