import {
  connect,
  getTaskStatus,
  listTasks,
  type Session,
} from "@rocketride/streams";
import { getDashboard } from "@rocketride/streams/admin";
import { createEngine, type Engine } from "@rocketride/streams/engine";
import { LOAD_NODES } from "./nodes.ts";
import { processCounts } from "./process_counts.ts";
import type { EngineCounts } from "./stage.ts";

/** Requests of one connection that may wait: an item has 10,000 of them. */
const MAX_PENDING = 20_000;
/** What is remembered of tasks that have ended, so that the heap is soon full. */
const LOG_BYTES = 1024 * 1024;
const ENDED_MS = 1_000;

/** An engine that tells what it has. */
export interface LoadedEngine {
  readonly engine: Engine;
  /** What it has, besides the connection that asks. */
  counts(): Promise<EngineCounts>;
}

/** Make an engine for load. */
export async function loadedEngine(): Promise<LoadedEngine> {
  const engine = createEngine({
    nodes: LOAD_NODES,
    maxPendingRequests: MAX_PENDING,
    maxLogBytes: LOG_BYTES,
    endedTaskTime: ENDED_MS,
  });
  const operator = await connect({
    transport: engine.transport(),
    heartbeat: false,
    env: {},
  });
  return {
    engine,
    async counts(): Promise<EngineCounts> {
      const { overview } = await getDashboard(operator);
      return {
        ...await processCounts(),
        connections: overview.totalConnections - 1,
        tasks: overview.activeTasks,
        pipes: await openPipes(operator),
      };
    },
  };
}

async function openPipes(session: Session): Promise<number> {
  let pipes = 0;
  for (const { token } of await listTasks(session)) {
    const { pipeflow } = await getTaskStatus(session, token);
    pipes += pipeflow.totalPipes;
  }
  return pipes;
}
