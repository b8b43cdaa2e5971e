import { didFail } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { quoted } from "../check.ts";
import { tokenOf } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions, TaskRef } from "../session/session.ts";

/**
 * What the engine keys a subscription by: tokens are translated to their
 * project, so that both forms of one target overwrite each other.
 */
export interface MonitorKey {
  /** Equal for targets that the engine treats as one. */
  readonly id: string;
  /** Sent both at the top level of the request and in its `arguments`. */
  readonly token?: string | undefined;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly projectId?: string | undefined;
  readonly source?: string | undefined;
  readonly pipeId?: number | undefined;
  /** Whose runs of the project are meant; the account's own ones if absent. */
  readonly scope?: Scope | undefined;
  /** The one task that is meant, as its events name it; else all of the key. */
  readonly taskId?: string | undefined;
}

/** Whose runs of a project are meant, as it is sent. */
export interface Scope {
  readonly teamId?: string;
  readonly runKind?: string;
}

/** Find out what the engine will key a target by. */
export async function resolveTarget(
  core: SessionCore,
  target: MonitorTarget,
  options: CallOptions,
): Promise<MonitorKey> {
  if (target === "*") return { id: "*", token: "*", arguments: {} };
  if (typeof target === "object" && "projectId" in target) {
    const { projectId, source, pipeId } = target;
    if (typeof projectId !== "string" || typeof source !== "string") {
      throw new TypeError("Expected a projectId and a source");
    }
    return projectKey(projectId, source, pipeId, scopeOf(target));
  }
  const token = tokenOf(target);
  const pipeId = typeof target === "object" && "pipeId" in target
    ? target.pipeId
    : undefined;
  const found = await projectOf(core, token, options);
  const narrow = pipeId === undefined ? {} : { pipeId };
  return {
    id: found
      ? projectKey(found.projectId, found.source, pipeId, found.scope).id
      : JSON.stringify([token, pipeId]),
    token,
    arguments: narrow,
    ...found,
    ...narrow,
    taskId: found && taskIdOf(token, found.source),
  };
}

/**
 * What the events of a task call it. Public keys have nothing
 * of it in them.
 */
export function taskIdOf(token: string, source: string): string | undefined {
  if (token.startsWith("pk_")) return undefined;
  return `${token.replace(/^tk_/, "").slice(0, 8)}.${source}`;
}

function projectKey(
  projectId: string,
  source: string,
  pipeId: number | undefined,
  scope: Scope | undefined,
): MonitorKey {
  const { teamId, runKind } = scope ?? {};
  const narrow = pipeId === undefined ? {} : { pipeId };
  return {
    id: JSON.stringify([projectId, source, pipeId, teamId, runKind]),
    arguments: { projectId, source, ...narrow, ...scope },
    projectId,
    source,
    ...narrow,
    scope,
  };
}

/**
 * Read whose runs of a project are meant.
 *
 * @returns What is sent: a team has deployed runs alone, and the account's own
 * runs of development are what is meant without anything.
 * @throws {RangeError} The kind of runs is unknown.
 */
export function scopeOf(
  { teamId, runKind }: Pick<ProjectTarget, "teamId" | "runKind">,
): Scope | undefined {
  if (teamId) return { teamId };
  if (runKind === "deploy") return { runKind };
  if (!runKind || runKind === "dev") return undefined;
  throw new RangeError(
    `Cannot use runKind ${quoted(runKind)}: expected "dev" or "deploy"`,
  );
}

/**
 * The project of a task. If the engine does not send it, as for a key without
 * the permission, the token is used.
 */
async function projectOf(
  core: SessionCore,
  token: string,
  options: CallOptions,
): Promise<
  { projectId: string; source: string; scope: Scope | undefined } | undefined
> {
  const answer = await core.request({
    command: "rrext_get_task_status",
    token,
    arguments: { token },
  }, options);
  if (didFail(answer) || !isRecord(answer.body)) return undefined;
  const { project_id: projectId, source, teamId, runKind } = answer.body;
  const scope = typeof teamId === "string" && teamId
    ? { teamId }
    : runKind === "deploy"
    ? { runKind }
    : undefined;
  return typeof projectId === "string" && typeof source === "string"
    ? { projectId, source, scope }
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
