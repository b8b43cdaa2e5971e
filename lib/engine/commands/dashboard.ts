import { requirePermission } from "../access/permissions.ts";
import type { Call, Reply } from "./call.ts";

/** `rrext_dashboard`: who is connected and what runs. */
export function dashboard({ core, identity }: Call): Reply {
  requirePermission(identity, "task.monitor");
  return { ...core.dashboard.read(core.tasks.all(), identity) };
}
