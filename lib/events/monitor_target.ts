import type { TaskRef } from "../session/session.ts";

/** A source of a project, whether it runs or not. */
export interface ProjectTarget {
  /** The project's id. */
  readonly projectId: string;
  /** The id of a source component; `*` for all of the project. */
  readonly source: string;
}

/** One open pipe; a `DataPipe` is one. */
export interface PipeTarget {
  /** The task that the pipe leads into. */
  readonly token: string;
  /** The engine's number for the pipe. */
  readonly pipeId: number;
}

/**
 * Whose events are wanted: those of a task, of a project's source, of one
 * pipe, or with `*` of everything that the account may see.
 */
export type MonitorTarget = TaskRef | ProjectTarget | PipeTarget | "*";
