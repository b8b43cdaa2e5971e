import {
  TASK_STATE,
  type TaskCounters,
  type TaskStatus,
} from "../../../schema/task.ts";
import type { Clock } from "../../async.ts";

const MOST_MESSAGES = 50;
/** For how long objects are counted for a rate. */
const WINDOW_MS = 2_500;

/** The status of a task that does not exist: every field zero or empty. */
export function emptyStatus(projectId: string, source: string): TaskStatus {
  return {
    name: "",
    project_id: projectId,
    source,
    completed: false,
    state: TASK_STATE.NONE,
    debuggerAttached: false,
    status: "Not running",
    warnings: [],
    errors: [],
    currentObject: "",
    notes: [],
    serviceUp: false,
    exitMessage: "",
    ...zeros("startTime", "endTime", "currentSize", "exitCode"),
    ...zeros("totalSize", "totalCount", "completedSize", "completedCount"),
    ...zeros("failedSize", "failedCount", "wordsSize", "wordsCount"),
    ...zeros("rateSize", "rateCount"),
    pipeflow: { totalPipes: 0, byPipe: {} },
    metrics: {
      ...zeros("cpu_percent", "cpu_memory_mb", "gpu_memory_mb"),
      ...zeros("peak_cpu_percent", "peak_cpu_memory_mb", "peak_gpu_memory_mb"),
      ...zeros("avg_cpu_percent", "avg_cpu_memory_mb", "avg_gpu_memory_mb"),
    },
    tokens: {
      ...zeros("cpu_utilization", "cpu_memory", "gpu_memory", "gpu_inference"),
      custom: {},
      total: 0,
    },
  };
}

function zeros<Name extends string>(
  ...names: readonly Name[]
): Record<Name, number> {
  const entries = names.map((name) => [name, 0] as const);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** The messages with one more, in the shape `Kind*message*file:line`. */
export function withMessage(
  messages: readonly string[],
  kind: "Error" | "Warning",
  message: string,
  file = "",
  line = 0,
): readonly string[] {
  const entry = `${kind}*${message}*${file}:${line}`;
  return [...messages.slice(1 - MOST_MESSAGES), entry];
}

interface Tally {
  size: number;
  count: number;
}

export class Counters {
  readonly #clock: Clock;
  readonly #completed: Tally = { size: 0, count: 0 };
  readonly #failed: Tally = { size: 0, count: 0 };
  #window: Tally = { size: 0, count: 0 };
  #windowStart: number;
  #rate: Tally = { size: 0, count: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStart = clock.now();
  }

  add(outcome: "completed" | "failed", size: number): void {
    const tally = outcome === "failed" ? this.#failed : this.#completed;
    for (const sum of [tally, this.#window]) {
      sum.count++;
      sum.size += size;
    }
  }

  read(): TaskCounters {
    this.#turnWindow();
    const completed = this.#completed;
    const failed = this.#failed;
    return {
      totalSize: completed.size + failed.size,
      totalCount: completed.count + failed.count,
      completedSize: completed.size,
      completedCount: completed.count,
      failedSize: failed.size,
      failedCount: failed.count,
      wordsSize: 0,
      wordsCount: 0,
      rateSize: this.#rate.size,
      rateCount: this.#rate.count,
    };
  }

  /** Rates are taken when they are read, so that no timer is needed. */
  #turnWindow(): void {
    const elapsed = this.#clock.now() - this.#windowStart;
    if (elapsed < WINDOW_MS) return;
    const perSecond = 100_000 / elapsed;
    this.#rate = {
      size: Math.round(this.#window.size * perSecond),
      count: Math.round(this.#window.count * perSecond),
    };
    this.#window = { size: 0, count: 0 };
    this.#windowStart = this.#clock.now();
  }
}
