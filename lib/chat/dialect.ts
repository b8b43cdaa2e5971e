import { getJson } from "../../schema/answer.ts";
import { isRecord } from "../../schema/json.ts";
import { ProtocolException } from "../errors.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { askDatabase } from "./_ask_database.ts";
import { firstAnswer } from "./answers.ts";
import type { ChatOptions } from "./chat.ts";

/** The databases whose language {@linkcode query} may have to speak. */
export type DatabaseDialect = "postgres" | "mysql" | "neo4j";

const DIALECTS: readonly DatabaseDialect[] = ["postgres", "mysql", "neo4j"];

/**
 * Ask a pipeline's database node which language it speaks (api §5.3). Engines
 * from 1.1 on know it.
 *
 * @param session A session from {@linkcode connect}.
 * @param task A task whose `chat` source leads to a database, or its token.
 * @param options See {@linkcode ChatOptions}.
 * @returns The dialect that {@linkcode query} has to use.
 * @throws {ProtocolException} The node gave no dialect that is known.
 * @throws What {@linkcode chat} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, dialect, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * // The scripted model stands in for a database.
 * const replies = [{ match: "dialect", reply: { dialect: "postgres" } }];
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
 * assertEquals(await dialect(session, task), "postgres");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function dialect(
  session: Session,
  task: TaskRef,
  options: ChatOptions = {},
): Promise<DatabaseDialect> {
  const result = await askDatabase(
    session,
    task,
    "dialect",
    "dialect",
    options,
  );
  const answer = getJson(firstAnswer(result) ?? null);
  const named = isRecord(answer) ? answer.dialect : undefined;
  const known = DIALECTS.find((name) => name === named);
  if (known !== undefined) return known;
  throw new ProtocolException(
    `Expected one of ${DIALECTS.join(", ")} as the dialect of the database`,
    { dapResult: result },
  );
}
