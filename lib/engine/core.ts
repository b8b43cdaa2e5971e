import type { NodeRegistry } from "./registry.ts";
import type { Monitors } from "./monitor/monitors.ts";
import type { TaskHost } from "./run/task_spec.ts";
import type { TaskTable } from "./run/task_table.ts";
import type { Settings } from "./settings.ts";

/** Everything that the connections of an engine share. */
export interface Core {
  /** What the engine was made with. */
  readonly settings: Settings;
  /** The nodes that it can run. */
  readonly registry: NodeRegistry;
  /** Its tasks. */
  readonly tasks: TaskTable;
  /** Who watches them. */
  readonly monitors: Monitors;
  /** What tasks take from it. */
  readonly host: TaskHost;
}
