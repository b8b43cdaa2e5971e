import type { UnauthenticatedLimit } from "./access/admission.ts";
import type { TaskKeys } from "./access/keys.ts";
import type { Dashboard } from "./dashboard/dashboard.ts";
import type { Deployments } from "./deploy/deployments.ts";
import type { EventLogs } from "./monitor/event_logs.ts";
import type { Monitors } from "./monitor/monitors.ts";
import type { TaskHost } from "./run/task.ts";
import type { TaskTable } from "./run/task_table.ts";
import type { MemoryBudget } from "./serve/http/memory_budget.ts";
import type { Settings } from "./settings.ts";
import type { FileLinks } from "./store/links.ts";
import type { Stores } from "./store/stores.ts";

/** Everything that the connections of an engine share. */
export interface Core {
  readonly settings: Settings;
  readonly tasks: TaskTable;
  /** The keys that others know them by. */
  readonly keys: TaskKeys;
  readonly monitors: Monitors;
  /** What they have sent. */
  readonly logs: EventLogs;
  /** The variables of pipelines; tasks keep those that they started with. */
  readonly env: { values: Readonly<Record<string, string>> };
  /** Who is connected, and who is told about that. */
  readonly dashboard: Dashboard;
  /** Bounds the sockets that have not logged in. */
  readonly unauthenticated: UnauthenticatedLimit;
  readonly deployments: Deployments;
  readonly stores: Stores;
  /** The addresses of files that it has given out. */
  readonly links: FileLinks;
  readonly host: TaskHost;
  /** What HTTP requests may hold. */
  readonly held: MemoryBudget;
  /** What those may hold that need no login. */
  readonly heldForStrangers: MemoryBudget;
  /** Aborts when it is closed. */
  readonly ended: AbortSignal;
}
