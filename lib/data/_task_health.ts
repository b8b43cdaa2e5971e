import {
  TASK_STATE,
  type TaskState,
  type TaskStatus,
} from "../../schema/task.ts";
import { isRecord } from "../../schema/json.ts";
import { PipeException } from "../errors.ts";
import { taskEnded, taskRestarted } from "../task/task_failures.ts";

/** In how many statuses in a row a pipe must be missing. */
const MISSING_LIMIT = 2;
/** In how many an open pipe may have no component at work in the end. */
const IDLE_LIMIT = 8;

/** What is known of the request whose task is looked after. */
export interface Patient {
  /** The first state in which the task can be of use. */
  readonly earliest: TaskState;
  /** The number of the pipe; none while it is being opened. */
  readonly pipeId?: number | undefined;
}

/**
 * Tells from the statuses of a task, taken while a request about a pipe waits,
 * whether an answer can still come. Servers never answer what was under way
 * when the task ended, was restarted, or lost its data connection.
 */
export class TaskHealth {
  readonly #patient: Patient;
  #first: TaskStatus | undefined;
  #isListed = false;
  #missing = 0;
  #idle = 0;

  constructor(patient: Patient) {
    this.#patient = patient;
  }

  /** Another request has left: what was missing before says nothing of it. */
  answered(): void {
    this.#missing = this.#idle = 0;
  }

  /** Why no answer will come, if that can be told. */
  look(status: TaskStatus): PipeException | undefined {
    const { completed, exitMessage, state } = status;
    const runs = state >= this.#patient.earliest && state <= TASK_STATE.RUNNING;
    if (!runs || completed) return taskEnded(exitMessage || status.status);
    const first = this.#first ??= status;
    if (isAnotherRun(first, status)) return taskRestarted();
    return this.#isLost(status) ? pipeLost() : undefined;
  }

  /**
   * Servers list each open pipe with the components at work in it; some keep
   * an empty entry of a pipe that is over. One that does not trace lists none.
   */
  #isLost({ exitCode, pipeflow }: TaskStatus): boolean {
    const { pipeId } = this.#patient;
    if (pipeId === undefined || !isRecord(pipeflow)) return false;
    const { byPipe, totalPipes } = pipeflow;
    if (!isRecord(byPipe)) return false;
    const entry: unknown = byPipe[String(pipeId)];
    if (Array.isArray(entry)) {
      this.#missing = 0;
      this.#idle = this.#isListed && entry.length === 0 ? this.#idle + 1 : 0;
      this.#isListed ||= entry.length > 0;
      return this.#idle >= IDLE_LIMIT;
    }
    const lists = this.#isListed || Number(totalPipes) > 0 ||
      Object.keys(byPipe).length > 0 || exitCode === null;
    if (lists) this.#missing++;
    return this.#missing >= MISSING_LIMIT;
  }
}

/** Servers reset the time of the start, or only forget the exit code. */
function isAnotherRun(first: TaskStatus, now: TaskStatus): boolean {
  const started = typeof first.startTime === "number" && first.startTime > 0;
  if (started && now.startTime !== first.startTime) return true;
  return typeof first.exitCode === "number" && now.exitCode === null;
}

function pipeLost(): PipeException {
  return new PipeException("Server has lost the pipe", {
    code: "pipe-closed",
    hint: "What was in the pipe is lost: send it again",
  });
}
