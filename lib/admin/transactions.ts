import { ignore } from "../async.ts";
import { checkOptions } from "../check.ts";
import { conceal } from "../protocol/secrets.ts";
import { checkCallOptions, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { TOOL_NAMES, type ToolOptions } from "../task/tool.ts";
import { requireText, unreadable } from "./answers.ts";
import {
  byTools,
  databaseCall,
  needsTools,
  type Transaction,
} from "./database.ts";

/**
 * Begin a transaction of the database that a pipeline leads to.
 *
 * Statements of it are queries that are given it in the place of the task. It
 * lasts until {@linkcode commit} or {@linkcode rollback}; the server rolls it
 * back when a statement fails, and after 300 s without one.
 * {@linkcode transaction} does all of this around a function.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline has a database.
 * @param options See {@linkcode ToolOptions}; `node` holds for all that is done
 * in the transaction.
 * @returns The transaction.
 * @throws {RocketRideException} Too many are open (`database-busy`), or the
 * server has none (`not-supported`).
 * @throws What {@linkcode tool} throws.
 */
export async function begin(
  session: Session,
  task: TaskRef,
  options: ToolOptions = {},
): Promise<Transaction> {
  checkOptions(options, "begin(session, task, { node })", TOOL_NAMES);
  const token = tokenOf(task);
  const { node = "" } = options;
  const { session_id: sessionId } = await byTools(
    session,
    () => databaseCall(session, task, "begin", {}, options),
    () => Promise.reject(needsTools()),
  );
  if (typeof sessionId !== "string" || sessionId === "") {
    throw unreadable("a transaction");
  }
  return conceal({ token, sessionId, node }, ["token"]);
}

/**
 * Make everything that was done in a transaction count, and end it.
 *
 * @param session The session that it was begun with.
 * @param transaction The transaction.
 * @param options See {@linkcode CallOptions}.
 * @throws {RocketRideException} It is over already (`transaction-ended`).
 * @throws What {@linkcode tool} throws.
 */
export async function commit(
  session: Session,
  transaction: Transaction,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "commit(session, transaction, { timeout })");
  await endOf(session, transaction, "commit", options);
}

/**
 * Undo everything that was done in a transaction, and end it.
 *
 * @param session The session that it was begun with.
 * @param transaction The transaction.
 * @param options See {@linkcode CallOptions}.
 * @throws {RocketRideException} It is over already (`transaction-ended`).
 * @throws What {@linkcode tool} throws.
 */
export async function rollback(
  session: Session,
  transaction: Transaction,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "rollback(session, transaction, { timeout })");
  await endOf(session, transaction, "rollback", options);
}

async function endOf(
  session: Session,
  transaction: Transaction,
  how: "commit" | "rollback",
  options: CallOptions,
): Promise<void> {
  const { sessionId, node } = transaction;
  const input = { session_id: requireText("sessionId", sessionId) };
  await databaseCall(session, transaction, how, input, { ...options, node });
}

/**
 * Do something in a transaction: it counts when the function returns, and is
 * undone when it throws.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline has a database.
 * @param run Does it; gives the transaction to {@linkcode query} in the place
 * of the task.
 * @param options See {@linkcode ToolOptions}.
 * @returns What the function returned.
 * @throws What the function throws, after the transaction was rolled back.
 * @throws What {@linkcode begin} and {@linkcode commit} throw.
 *
 * @example
 * ```ts ignore
 * import { connect, use } from "@rocketride/streams";
 * import { query, transaction } from "@rocketride/streams/admin";
 *
 * const session = await connect();
 * const task = await use(session, { filepath: "bank.pipe.json" });
 * const sql = "UPDATE accounts SET euros = euros + $1 WHERE id = $2";
 * await transaction(session, task, async (bank) => {
 *   await query(session, bank, sql, { params: [-20, "ada"] });
 *   await query(session, bank, sql, { params: [20, "grace"] });
 * });
 * ```
 */
export async function transaction<T>(
  session: Session,
  task: TaskRef,
  run: (transaction: Transaction) => Promise<T>,
  options: ToolOptions = {},
): Promise<T> {
  checkOptions(
    options,
    "transaction(session, task, run, { node })",
    TOOL_NAMES,
  );
  if (typeof run !== "function") throw new TypeError("Expected a function");
  const begun = await begin(session, task, options);
  const { timeout } = options;
  try {
    const value = await run(begun);
    options.signal?.throwIfAborted();
    await commit(session, begun, { timeout });
    return value;
  } catch (error) {
    // A statement that failed, and the server, may have ended it already.
    await rollback(session, begun, { timeout }).catch(ignore);
    throw error;
  }
}
