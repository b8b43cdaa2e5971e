import { didFail } from "../../schema/envelope.ts";
import { checkValue } from "../check.ts";
import { tokenOf } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions, TaskRef } from "../session/session.ts";

/**
 * The key that the engine uses for a subscription. Tokens are translated to
 * their project, so that both forms of one target overwrite each other.
 */
export interface MonitorKey {
  /** Equal for targets that the engine treats as one. */
  readonly id: string;
  /** What names the target in a request; without it the project does. */
  readonly token?: string | undefined;
  /** The project, where it is known. */
  readonly project?: Project | undefined;
  readonly pipeId?: number | undefined;
  /** The one task that is meant, as its events name it; else all of the key. */
  readonly taskId?: string | undefined;
}

/** A source of a project as it is sent, with the runs that are meant. */
export interface Project extends Scope {
  readonly projectId: string;
  readonly source: string;
}

/** Whose runs of a project are meant; the account's own ones if it is empty. */
interface Scope {
  readonly teamId?: string;
  readonly runKind?: "deploy";
}

/** Resolve a target to the key that the engine uses for it. */
export async function resolveTarget(
  core: SessionCore,
  target: MonitorTarget,
  options: CallOptions,
): Promise<MonitorKey> {
  if (target === "*") return { id: "*", token: "*" };
  const { pipeId, projectId, source }: Partial<ProjectTarget> = Object(target);
  if (projectId === undefined) {
    const token = tokenOf(target as TaskRef);
    const project = await projectOf(core, token, options);
    const taskId = project && taskIdOf(token, project.source);
    const id = JSON.stringify([project ?? token, pipeId]);
    return { id, token, project, pipeId, taskId };
  }
  if (typeof projectId !== "string" || typeof source !== "string") {
    throw new TypeError("Expected a projectId and a source");
  }
  const scope = checkedScope(target as ProjectTarget);
  const project = { projectId, source, ...scope };
  return { id: JSON.stringify([project, pipeId]), project, pipeId };
}

/**
 * The id of a task in its events. It cannot be derived from public keys.
 */
export function taskIdOf(token: string, source: string): string | undefined {
  if (token.startsWith("pk_")) return undefined;
  return `${token.replace(/^tk_/, "").slice(0, 8)}.${source}`;
}

/**
 * Read whose runs of a project are meant.
 *
 * @returns What is sent: a team has deployed runs alone, and the account's own
 * runs of development are what is meant without anything.
 * @throws {RangeError} The kind of runs is unknown.
 */
export function checkedScope(
  target: Pick<ProjectTarget, "teamId" | "runKind">,
): Scope {
  const { runKind } = target;
  const isKnown = runKind === "dev" || runKind === "deploy";
  checkValue("runKind", runKind || undefined, isKnown, '"dev" or "deploy"');
  return scopeOf(target);
}

function scopeOf(
  { teamId, runKind }: Readonly<{ teamId?: unknown; runKind?: unknown }>,
): Scope {
  if (typeof teamId === "string" && teamId) return { teamId };
  return runKind === "deploy" ? { runKind } : {};
}

/**
 * The project of a task. If the engine does not send it, as for a key without
 * the permission, the token is used.
 */
async function projectOf(
  core: SessionCore,
  token: string,
  options: CallOptions,
): Promise<Project | undefined> {
  const answer = await core.request({
    command: "rrext_get_task_status",
    token,
    arguments: { token },
  }, options);
  if (didFail(answer)) return undefined;
  const { project_id: projectId, source, ...rest } = answer.body ?? {};
  return typeof projectId === "string" && typeof source === "string"
    ? { projectId, source, ...scopeOf(rest) }
    : undefined;
}

/** A source of a project, whether it runs or not. */
export interface ProjectTarget {
  /** The project's id. */
  readonly projectId: string;
  /** The id of a source component; `*` for all of the project. */
  readonly source: string;
  /** One pipe of it. @default {all} */
  readonly pipeId?: number | undefined;
  /**
   * The team whose deployed runs are meant; from 1.4 on. Older servers have no
   * such runs, so that nothing comes.
   *
   * @default {none: the account's own runs}
   */
  readonly teamId?: string | undefined;
  /**
   * Which of the account's own runs are meant: those of development or those
   * of its own deployment; from 1.4 on.
   *
   * @default {"dev"}
   */
  readonly runKind?: "dev" | "deploy" | "" | undefined;
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
