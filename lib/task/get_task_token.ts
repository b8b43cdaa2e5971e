import { isDAPException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { getTaskStatus } from "./get_task_status.ts";

/** The address of a task: stable where its token is not. */
export interface TaskAddress {
  /** The pipeline's `project_id`. */
  readonly projectId: string;
  /** The id of its source component. */
  readonly source: string;
}

/**
 * Find the token of a running task by project and source.
 *
 * @param session A session from {@linkcode connect}.
 * @param address See {@linkcode TaskAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The token, or `undefined` when no such task runs. Engines may
 * answer with a finished task; those are not returned (protocol S14).
 * @throws What {@linkcode request} throws.
 */
export async function getTaskToken(
  session: Session,
  address: TaskAddress,
  options: CallOptions = {},
): Promise<string | undefined> {
  const { projectId, source } = address;
  try {
    const args = { projectId, source };
    const { token } = await call(session, "rrext_get_token", args, options);
    if (typeof token !== "string" || token === "") return undefined;
    const status = await getTaskStatus(session, token, options);
    return status.completed ? undefined : token;
  } catch (error) {
    if (isDAPException(error, "task-not-running")) return undefined;
    throw error;
  }
}
