import {
  close,
  connect,
  type ConnectOptions,
  type Pipeline,
  type Session,
  type Task,
  terminate,
  use,
  type UseOptions,
} from "../../../mod.ts";
import type { Places } from "../case.ts";
import { KEY } from "./_keys.ts";

/** Options of `connect` that lead to the engine. */
export function toEngine(places: Places): ConnectOptions {
  return { uri: places.engine, auth: KEY, env: {} };
}

/** Work with a session, which is closed afterwards. */
export async function withSession<T>(
  options: ConnectOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(options);
  try {
    return await work(session);
  } finally {
    await close(session);
  }
}

/** Work with a task of a session of its own; both are ended afterwards. */
export function withTask<T>(
  places: Places,
  pipeline: Pipeline,
  work: (session: Session, task: Task) => Promise<T>,
  options: Omit<UseOptions, "pipeline"> = {},
): Promise<T> {
  return withSession(
    toEngine(places),
    (session) => usingTask(session, pipeline, work, options),
  );
}

/** Work with a task, which is ended afterwards. */
export async function usingTask<T>(
  session: Session,
  pipeline: Pipeline,
  work: (session: Session, task: Task) => Promise<T>,
  options: Omit<UseOptions, "pipeline"> = {},
): Promise<T> {
  const task = await use(session, { pipeline, ...options });
  try {
    return await work(session, task);
  } finally {
    // The task, the session or the engine may be what the case has ended.
    await terminate(session, task).catch(() => {});
  }
}
