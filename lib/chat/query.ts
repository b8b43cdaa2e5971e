import type { PipelineResult } from "../../schema/result.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { askDatabase } from "./_ask_database.ts";
import type { ChatOptions } from "./chat.ts";

/**
 * Send a query to a pipeline's database node as it is: no model reads it, and
 * nothing checks that it does no harm (api §5.3). Engines from 1.1 on know it.
 *
 * @param session A session from {@linkcode connect}.
 * @param task A task whose `chat` source leads to a database, or its token.
 * @param sql The query, in the language of the database.
 * @param options See {@linkcode ChatOptions}.
 * @returns What the pipeline made of it; read the rows with
 * {@linkcode answers}.
 * @throws {TypeError} The query is no text, or blank. Nothing was sent.
 * @throws What {@linkcode chat} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   close,
 *   connect,
 *   firstAnswer,
 *   getJson,
 *   query,
 *   use,
 * } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * // The scripted model stands in for a database.
 * const replies = [{ match: "SELECT", reply: "[[1]]" }];
 * const task = await use(session, {
 *   pipeline: {
 *     source: "in",
 *     components: [
 *       { id: "in", provider: "chat", config: {} },
 *       { id: "db", provider: "llm_mock", config: { replies },
 *         input: [{ lane: "questions", from: "in" }] },
 *       { id: "out", provider: "response_answers", config: {},
 *         input: [{ lane: "answers", from: "db" }] },
 *     ],
 *   },
 * });
 * const result = await query(session, task, "SELECT 1");
 * assertEquals(getJson(firstAnswer(result) ?? null), [[1]]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function query(
  session: Session,
  task: TaskRef,
  sql: string,
  options: ChatOptions = {},
): Promise<PipelineResult> {
  return await askDatabase(session, task, "execute", sql, options);
}
