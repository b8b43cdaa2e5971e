import { TASK_STATE, type TaskStatus } from "../../../schema/task.ts";

/**
 * The status of a task that is not there: every field, all of
 * them zero or empty.
 */
export function emptyStatus(projectId: string, source: string): TaskStatus {
  return {
    name: "",
    project_id: projectId,
    source,
    completed: false,
    state: TASK_STATE.NONE,
    startTime: 0,
    endTime: 0,
    debuggerAttached: false,
    status: "Not running",
    warnings: [],
    errors: [],
    currentObject: "",
    currentSize: 0,
    notes: [],
    totalSize: 0,
    totalCount: 0,
    completedSize: 0,
    completedCount: 0,
    failedSize: 0,
    failedCount: 0,
    wordsSize: 0,
    wordsCount: 0,
    rateSize: 0,
    rateCount: 0,
    serviceUp: false,
    exitCode: 0,
    exitMessage: "",
    pipeflow: { totalPipes: 0, byPipe: {} },
    metrics: {
      cpu_percent: 0,
      cpu_memory_mb: 0,
      gpu_memory_mb: 0,
      peak_cpu_percent: 0,
      peak_cpu_memory_mb: 0,
      peak_gpu_memory_mb: 0,
      avg_cpu_percent: 0,
      avg_cpu_memory_mb: 0,
      avg_gpu_memory_mb: 0,
    },
    tokens: {
      cpu_utilization: 0,
      cpu_memory: 0,
      gpu_memory: 0,
      gpu_inference: 0,
      custom: {},
      total: 0,
    },
  };
}
