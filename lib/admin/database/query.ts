import type { PipelineResult } from "../../../schema/result.ts";
import { addQuestion } from "../../../schema/question_builders.ts";
import { createQuestion } from "../../../schema/question.ts";
import { chat, type ChatOptions } from "../../chat/chat.ts";
import type { Session, TaskRef } from "../../session/session.ts";
import { requireText } from "../_require_text.ts";

/**
 * Run a query in the database that a pipeline leads to.
 *
 * It travels as a question of the type `execute`, so the pipeline's source must
 * be `chat`; servers from 1.1 on know it.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline leads to a database.
 * @param sql The query, in the language of the database; see {@linkcode
 * dialect}.
 * @param options See {@linkcode ChatOptions}.
 * @returns What the pipeline made of it.
 * @throws {TypeError} The query is blank. Nothing was sent.
 * @throws What {@linkcode chat} throws.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, use } from "@rocketride/streams";
 * import { query } from "@rocketride/streams/admin";
 * import { createEngine, defineNode } from "@rocketride/streams/engine";
 *
 * const database = defineNode({
 *   provider: "db",
 *   title: "Database",
 *   description: "Says what it was asked",
 *   classType: ["database"],
 *   lanes: { questions: ["answers"] },
 *   start: () => ({
 *     instance: ({ emit }) => ({
 *       on: {
 *         async questions({ questions: [first] }) {
 *           const answer = `ran ${first?.text}`;
 *           await emit("answers", { answer, expectJson: false });
 *           return "consume";
 *         },
 *       },
 *     }),
 *   }),
 * });
 * const engine = createEngine({ nodes: [database] });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const task = await use(session, {
 *   pipeline: {
 *     source: "in",
 *     components: [
 *       { id: "in", provider: "chat", config: {} },
 *       { id: "db", provider: "db", config: {},
 *         input: [{ lane: "questions", from: "in" }] },
 *       { id: "out", provider: "response_answers", config: {},
 *         input: [{ lane: "answers", from: "db" }] },
 *     ],
 *   },
 * });
 * const { answers } = await query(session, task, "SELECT 1");
 * assertEquals(answers, ["ran SELECT 1"]);
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
  const text = requireText("sql", sql);
  const question = addQuestion(createQuestion({ type: "execute" }), text);
  return await chat(session, task, question, options);
}
