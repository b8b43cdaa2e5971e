import { isRecord } from "../../schema/json.ts";
import { TASK_STATE, type TaskStatus } from "../../schema/task.ts";
import { onAbort } from "../async.ts";
import { isDAPException, PipeException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import { getTaskStatus } from "../task/queries.ts";
import { failureOn, taskEnded, taskRestarted } from "../task/task.ts";

const TICK_MS = 5_000;
/** Held-back text is sent after this much quiet. */
const QUIET_MS = 20_000;
/** The engine drops a pipe that is idle for 60 s. */
const KEEP_ALIVE_MS = 40_000;
/** A request that is in flight for longer is a reason to check the task. */
const SUSPECT_MS = 15_000;

/** In how many statuses in a row a pipe must be missing. */
const MISSING_LIMIT = 2;
/** In how many an open pipe may have no component at work in the end. */
const IDLE_LIMIT = 8;

/** The sessions whose timer is armed. */
const watched: WeakSet<SessionCore> = new WeakSet();

/**
 * Call `tick` of what the server holds for a session every five seconds. One
 * timer serves all, and stays armed while pipes come and go, since timers are
 * expensive.
 */
export function watchPipes(core: SessionCore): void {
  if (watched.has(core) || core.signal.aborted) return;
  watched.add(core);
  const cancel = core.settings.clock.after(TICK_MS, () => {
    detach();
    watched.delete(core);
    if (core.attachments.size === 0) return;
    watchPipes(core);
    for (const attachment of [...core.attachments]) attachment.tick?.();
  }, { ref: false });
  const detach = onAbort(core.signal, cancel);
}

/** What {@linkcode liveness} watches. */
export interface Watched {
  /** The task's token. */
  readonly token: string;
  /** The number of the pipe; none while it is being opened. */
  readonly pipeId?: number | undefined;
  /** Whether a request waits for its answer. */
  readonly waiting: boolean;
  /** Whether it takes data. */
  readonly isOpened: boolean;
  /** When the latest write left, or else the pipe was opened or asked for. */
  readonly sentAt: number;
  /** Bytes that the producer has written. */
  readonly taken: number;
  /**
   * The producer has paused: send what is held back.
   *
   * @param isIdle Whether the engine is about to forget the pipe: touch it.
   */
  paused(isIdle: boolean): void;
  /** The task is gone, and with it the answer that is waited for. */
  forgotten(error: unknown): void;
}

/**
 * Watch one pipe between requests: send what is held back, touch an idle
 * pipe before the engine drops it, and notice when the task or the pipe behind a
 * request is gone. Servers never answer what was under way when the task ended,
 * was restarted, or lost its data connection.
 *
 * @returns A function that does what is due; to be called every five seconds.
 */
export function liveness(core: SessionCore, pipe: Watched): () => void {
  const { clock } = core.settings;
  let taken = 0;
  let wroteAt = pipe.sentAt;
  let polledAt = wroteAt;
  let polling = false;
  /** The first status of the task. */
  let first: TaskStatus | undefined;
  /** Whether a component was at work in the pipe. */
  let isListed = false;
  /** Statuses in a row that have missed the pipe, or shown it without work. */
  let missing = 0;
  let idle = 0;

  async function poll(now: number): Promise<void> {
    polling = true;
    // What was missing before the latest request says nothing of it.
    if (pipe.sentAt >= polledAt) missing = idle = 0;
    polledAt = now;
    const found = await fault();
    const error = found && await failureOn(core, pipe.token, found);
    polling = false;
    if (error && pipe.waiting) pipe.forgotten(error);
  }

  /** Why no answer will come, if that is certain. */
  async function fault(): Promise<PipeException | undefined> {
    let status: TaskStatus;
    try {
      status = await getTaskStatus(core, pipe.token);
    } catch (error) {
      // Only answers of the engine count; a lost connection is reported elsewhere.
      return isDAPException(error, "task-not-running")
        ? taskEnded(error.dapResult.message)
        : undefined;
    }
    const { pipeId } = pipe;
    const { completed, exitMessage, state } = status;
    // A task that starts anew has lost its pipes.
    const earliest = pipeId === undefined
      ? TASK_STATE.STARTING
      : TASK_STATE.RUNNING;
    const runs = state >= earliest && state <= TASK_STATE.RUNNING;
    if (!runs || completed) return taskEnded(exitMessage || status.status);
    first ??= status;
    if (isAnotherRun(first, status)) return taskRestarted();
    if (pipeId === undefined || !isLost(pipeId, status)) return undefined;
    return new PipeException("Server has lost the pipe", {
      code: "pipe-closed",
      hint: "What was in the pipe is lost: send it again",
    });
  }

  /**
   * Servers list each open pipe with the components at work in it; some keep
   * an empty entry of a pipe that is over. One that does not trace lists none.
   */
  function isLost(pipeId: number, { exitCode, pipeflow }: TaskStatus): boolean {
    if (!isRecord(pipeflow) || !isRecord(pipeflow.byPipe)) return false;
    const { byPipe, totalPipes } = pipeflow;
    const entry: unknown = byPipe[pipeId];
    if (Array.isArray(entry)) {
      const isWorking = entry.length > 0;
      missing = 0;
      idle = isListed && !isWorking ? idle + 1 : 0;
      isListed ||= isWorking;
    } else if (
      isListed || Number(totalPipes) > 0 ||
      Object.keys(byPipe).length > 0 || exitCode === null
    ) missing++;
    return missing >= MISSING_LIMIT || idle >= IDLE_LIMIT;
  }

  return () => {
    const { isOpened, sentAt, waiting } = pipe;
    const now = clock.now();
    if (pipe.taken > taken) wroteAt = now;
    taken = pipe.taken;
    if (waiting) {
      const since = Math.max(polledAt, sentAt);
      if (now - since >= SUSPECT_MS && !polling) poll(now);
    } else if (isOpened) {
      const isIdle = now - sentAt >= KEEP_ALIVE_MS;
      if (isIdle || now - wroteAt >= QUIET_MS) pipe.paused(isIdle);
    }
  };
}

/** Servers reset the time of the start, or only forget the exit code. */
function isAnotherRun(first: TaskStatus, now: TaskStatus): boolean {
  const restarted = Number(first.startTime) > 0 &&
    now.startTime !== first.startTime;
  const forgot = typeof first.exitCode === "number" && now.exitCode === null;
  return restarted || forgot;
}
