import { checkOptions, kindOf, type OptionNames } from "../check.ts";
import { getJson } from "../../schema/answer.ts";
import {
  isRecord,
  type JsonObject,
  type JsonValue,
} from "../../schema/json.ts";
import {
  addQuestion,
  createQuestion,
  type QuestionType,
} from "../../schema/question.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { requireText, unreadable } from "./answers.ts";
import { firstAnswer } from "../../schema/result.ts";
import { chat, CHAT_NAMES, type ChatOptions } from "../chat/chat.ts";
import { RocketRideException } from "../errors.ts";
import type { FailureRow } from "../protocol/failure.ts";
import { type ByGeneration, byGeneration } from "../session/generation.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { TOOL_NAMES, toolCall, type ToolOptions } from "../task/tool.ts";

/** Options of {@linkcode dialect}. */
export interface DatabaseOptions extends ChatOptions, ToolOptions {}

/** Options of {@linkcode query}. */
export interface QueryOptions extends DatabaseOptions {
  /**
   * Values for the query: a list for `$1`, `$2` and so on in SQL, an object
   * for the names in Cypher. They need tools.
   *
   * @default {none}
   */
  readonly params?: readonly JsonValue[] | JsonObject | undefined;
}

const DATABASE_NAMES: OptionNames<DatabaseOptions> = {
  ...CHAT_NAMES,
  ...TOOL_NAMES,
};

/** What a query has found and changed. */
export interface QueryResult {
  /** The rows that it has found: column to value. */
  readonly rows: readonly JsonObject[];
  /** How many rows it has changed; 0 for a `SELECT`. */
  readonly affected_rows: number;
  /** What the pipeline made of it, on servers without tools. */
  readonly result?: PipelineResult;
}

/**
 * Statements of a database that count together or not at all; see
 * `begin`.
 */
export interface Transaction {
  /** The task. Read by name only, since it is a credential. */
  readonly token: string;
  /** What the database node calls it. */
  readonly sessionId: string;
  /** The id of the database node; empty for the first that answers. */
  readonly node: string;
}

/** Failure texts of databases. */
// deno-fmt-ignore -- a table, one row a line
const DATABASE_FAILURES: readonly FailureRow[] = [
  [/\bunknown or expired transaction session\b/, "transaction-ended", "It was rolled back: begin another one. One ends after 300 s without a statement, and when one fails"],
  [/\btoo many open DB transactions\b/, "database-busy"],
  [/\ballow_execute\b/, "permission-denied", "Set allow_execute in the settings of the database node"],
  [/\bmax_(?:execute_)?rows\b/, "execution-failed", "Ask for fewer rows, or set a higher limit in the database node"],
];

/**
 * Use a tool of the database, or else what servers had before 1.3. Over HTTP
 * there are no tools.
 */
export const byTools: ByGeneration = byGeneration(
  "unknown-command",
  "not-supported",
);

/** Call a tool of a database, which answers with a record. */
export async function databaseCall(
  session: Session,
  task: TaskRef,
  name: string,
  input: JsonObject,
  options: ToolOptions,
): Promise<JsonObject> {
  const rows = DATABASE_FAILURES;
  const result = await toolCall(session, task, name, input, options, rows);
  if (isRecord(result)) return result as JsonObject;
  throw unreadable("an answer of a database");
}

/** Ask a database by a question, as servers without tools want it. */
async function chatCall(
  session: Session,
  task: TaskRef,
  type: QuestionType,
  text: string,
  { node: _, ...options }: DatabaseOptions,
): Promise<PipelineResult> {
  const question = addQuestion(createQuestion({ type }), text);
  return await chat(session, task, question, options);
}

/**
 * Run a query in the database that a pipeline leads to.
 *
 * Servers from 1.3 on have a tool for it. On older ones it travels as a
 * question of the type `execute`, for which the pipeline needs a source that
 * leads questions to the database, and the rows are read from its answer.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline has a database. Or a
 * {@linkcode Transaction}, which the query then belongs to.
 * @param sql The query, in the language of the database; see {@linkcode
 * dialect}.
 * @param options See {@linkcode QueryOptions}.
 * @returns The rows, and how many were changed.
 * @throws {TypeError} The query is blank. Nothing was sent.
 * @throws {RocketRideException} The transaction is over (`transaction-ended`);
 * the node does not allow queries (`permission-denied`); or values were given,
 * and the server has no tools (`not-supported`).
 * @throws What {@linkcode tool} and {@linkcode chat} throw.
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
 *     instance: () => ({
 *       invoke({ args: { tool, args } }) {
 *         if (tool !== "execute") return undefined;
 *         const { sql } = args as { sql: string };
 *         return { rows: [{ ran: sql }], affected_rows: 0 };
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
 * const { rows } = await query(session, task, "SELECT 1");
 * assertEquals(rows, [{ ran: "SELECT 1" }]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function query(
  session: Session,
  task: TaskRef | Transaction,
  sql: string,
  options: QueryOptions = {},
): Promise<QueryResult> {
  checkOptions(options, "query(session, task, sql, { params })", {
    ...DATABASE_NAMES,
    params: 1,
  });
  const text = requireText("sql", sql);
  const { params, ...rest } = options;
  if (typeof (params ?? {}) !== "object") {
    throw new TypeError(
      `Expected params as a list or an object, not ${kindOf(params)}`,
    );
  }
  const { sessionId, node = options.node }: Partial<Transaction> = Object(task);
  const input: JsonObject = {
    sql: text,
    ...(sessionId !== undefined && { session_id: sessionId }),
    ...(params && Object.keys(params).length > 0 && {
      params: params as JsonValue,
    }),
  };
  return await byTools(session, async () => {
    const how = { ...rest, node };
    const answer = await databaseCall(session, task, "execute", input, how);
    return rowsOf(answer) ?? unreadableRows();
  }, async () => {
    if (Object.keys(input).length > 1) throw needsTools();
    const result = await chatCall(session, task, "execute", text, rest);
    const found = rowsOf(getJson(firstAnswer(result) ?? null));
    return { ...(found ?? NOTHING), result };
  });
}

const NOTHING: QueryResult = { rows: [], affected_rows: 0 };

/** The rows of an answer: a list of them, or a record that has one. */
function rowsOf(answer: JsonValue): QueryResult | undefined {
  const record = isRecord(answer) ? answer : { rows: answer };
  const { rows, affected_rows: affected } = record;
  if (!Array.isArray(rows) || !rows.every(isRecord)) return undefined;
  const count = typeof affected === "number" ? affected : 0;
  return { rows: rows as readonly JsonObject[], affected_rows: count };
}

function unreadableRows(): never {
  throw unreadable("the rows of a query");
}

export function needsTools(): RocketRideException {
  return new RocketRideException(
    "Server has neither transactions nor values of queries",
    { code: "not-supported", hint: "Servers from 1.4 on have them" },
  );
}

/** What the language of a database is called. */
export type DatabaseDialect = "postgres" | "mysql" | "neo4j";

const DIALECTS: readonly DatabaseDialect[] = ["postgres", "mysql", "neo4j"];

/**
 * Ask which language the database speaks that a pipeline leads to.
 *
 * Servers from 1.3 on have a tool for it; older ones get a question.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token; its pipeline leads to a database.
 * @param options See {@linkcode DatabaseOptions}.
 * @returns The dialect.
 * @throws {ProtocolException} The pipeline gave no answer, or another one.
 * @throws What {@linkcode tool} and {@linkcode chat} throw.
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
 *     instance: () => ({
 *       invoke: ({ args: { tool } }) =>
 *         tool === "dialect" ? { dialect: "neo4j" } : undefined,
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
  options: DatabaseOptions = {},
): Promise<DatabaseDialect> {
  checkOptions(options, "dialect(session, task, { node })", DATABASE_NAMES);
  const answer = await byTools<JsonValue>(
    session,
    () => databaseCall(session, task, "dialect", {}, options),
    async () => {
      const type = "dialect";
      const result = await chatCall(session, task, type, type, options);
      return getJson(firstAnswer(result) ?? null);
    },
  );
  const name = isRecord(answer) ? answer.dialect : undefined;
  const known = DIALECTS.find((dialect) => dialect === name);
  if (known) return known;
  throw unreadable(`one of the dialects ${DIALECTS.join(", ")}`);
}
