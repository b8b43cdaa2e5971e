import type { Clock } from "../../async.ts";
import type { Permission } from "../access/permissions.ts";
import type { Monitors, TaskTopic } from "../monitor/monitors.ts";
import type { NodeFiles } from "../node.ts";
import type { TraceLevel } from "./flow_trace.ts";

/** What a task is started with and keeps for its life. */
export interface TaskSpec extends TaskTopic {
  /** The user who started it. */
  readonly userId: string;
  /** What the key that started it may do; its nodes and keys can do no more. */
  readonly rights: ReadonlySet<Permission>;
  /** The source component's provider. */
  readonly provider: string;
  /** `<given name or display id>.<component name or source id>`. */
  readonly name: string;
  /** How many pipes may be open at once. */
  readonly threads: number;
  /** Seconds of idleness that are allowed; 0 for no limit. */
  readonly ttl: number;
  /** How much the task tells about what passes through it. */
  readonly traceLevel: TraceLevel;
  /** Values for placeholders, kept for restarts. */
  readonly env: Readonly<Record<string, string>>;
}

/** What tasks take from their engine. */
export interface TaskHost {
  /** Which forwarding rule holds. */
  readonly forwarding: "clean" | "engine";
  /** The greatest number of bytes of one object. */
  readonly maxObjectBytes: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** HTTP for nodes. */
  readonly fetch: typeof fetch;
  /** The files of a user, for nodes; all is refused to those of others. */
  filesOf(userId: string, allowed: boolean): NodeFiles;
  /** Who watches. */
  readonly monitors: Monitors;
  /** Told once for each task, when it has ended. */
  onTaskEnd(token: string): void;
}
