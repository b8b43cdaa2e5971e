import type { Call, Reply } from "./call.ts";
import { pageOf } from "./paged.ts";

/** `rrext_list_connections`: the connections of the dashboard, in pages. */
export function listConnections({ core, identity, args }: Call): Reply {
  const { connections } = core.dashboard.read(core.tasks.all(), identity);
  return pageOf(connections, args, {
    searched: [
      "clientId",
      "clientInfo",
      "attachedTasks",
      "userName",
      "orgName",
    ],
    order: { field: "connectedAt", dir: "asc" },
  });
}

/** `rrext_list_tasks`: the tasks of the dashboard, in pages. */
export function listTasks({ core, identity, args }: Call): Reply {
  const { tasks } = core.dashboard.read(core.tasks.all(), identity);
  return pageOf(tasks, args, {
    searched: ["id", "name", "source", "provider", "projectId"],
    order: { field: "startTime", dir: "asc" },
  });
}
