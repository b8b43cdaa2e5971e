import { checkOptions } from "../check.ts";
import { getJson } from "../../schema/answer.ts";
import { isRecord } from "../../schema/json.ts";
import { addQuestion, createQuestion } from "../../schema/question.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { requireText, unreadable } from "./answers.ts";
import { firstAnswer } from "../../schema/result.ts";
import { chat, CHAT_NAMES, type ChatOptions } from "../chat/chat.ts";
import type { Session, TaskRef } from "../session/session.ts";

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
  checkOptions(options, "query(session, task, sql, { timeout })", CHAT_NAMES);
  const text = requireText("sql", sql);
  const question = addQuestion(createQuestion({ type: "execute" }), text);
  return await chat(session, task, question, options);
}

/** What the language of a database is called. */
export type DatabaseDialect = "postgres" | "mysql" | "neo4j";

const DIALECTS: readonly DatabaseDialect[] = ["postgres", "mysql", "neo4j"];

/**
 * Ask which language the database speaks that a pipeline leads to.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline leads to a database.
 * @param options See {@linkcode ChatOptions}.
 * @returns The dialect.
 * @throws {ProtocolException} The pipeline gave no answer, or another one.
 * @throws What {@linkcode chat} throws.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, use } from "@rocketride/streams";
 * import { dialect } from "@rocketride/streams/admin";
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
 *         async questions() {
 *           const answer = '{"dialect": "neo4j"}';
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
 * assertEquals(await dialect(session, task), "neo4j");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function dialect(
  session: Session,
  task: TaskRef,
  options: ChatOptions = {},
): Promise<DatabaseDialect> {
  checkOptions(options, "dialect(session, task, { timeout })", CHAT_NAMES);
  const question = createQuestion({ type: "dialect" });
  const asked = addQuestion(question, "dialect");
  const result = await chat(session, task, asked, options);
  const answer = getJson(firstAnswer(result) ?? null);
  const name = isRecord(answer) ? answer.dialect : undefined;
  const known = DIALECTS.find((dialect) => dialect === name);
  if (known) return known;
  throw unreadable(`one of the dialects ${DIALECTS.join(", ")}`);
}
