import { checkNesting } from "../nesting.ts";
import { heldBody } from "./held_body.ts";
import { invalid, ok } from "./reply.ts";
import type { RouteCall } from "./route.ts";

/** What a server gives a task that does not ask for more. */
const DEFAULT_THREADS = 4;

/** Far above any pipeline; some routes take them from anybody. */
const JSON_BYTES = 16 * 1024 * 1024;

/** `POST /task`: start a pipeline. */
export async function postTask(call: RouteCall): Promise<Response> {
  const { line, query } = call;
  const given = query.get("threads");
  const threads = given === null ? DEFAULT_THREADS : Number(given);
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    return invalid(["query", "threads"], "Input should be from 1 to 64");
  }
  const pipeline = await readJson(call);
  if (pipeline === undefined) return invalid(["body"], "JSON decode error");
  const started = await line.call("execute", {
    pipeline,
    threads: Math.min(threads, call.core.settings.maxPipes),
    ...optional("token", query.get("token")),
    ...optional("pipelineTraceLevel", query.get("trace")),
  });
  return ok({ token: started.token });
}

/** `GET /task`: the status of a task. */
export async function getTask({ line, query }: RouteCall): Promise<Response> {
  const token = query.get("token");
  if (token === null) return invalid(["query", "token"], "Field required");
  return ok(await line.call("rrext_get_task_status", { token }));
}

/** `DELETE /task`: end a task. */
export async function deleteTask(
  { line, query }: RouteCall,
): Promise<Response> {
  await line.call("terminate", optional("token", query.get("token")));
  return ok();
}

/**
 * The JSON of a body; `undefined` when it is none.
 *
 * @throws {RangeError} It is too large.
 * @throws {ProtocolException} It is nested too deeply.
 */
export async function readJson(call: RouteCall): Promise<unknown> {
  const text = await (await heldBody(call, JSON_BYTES, "Pipelines")).text();
  const json = parsed(text);
  checkNesting(json);
  return json;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The platform's text would say where, which the protocol does not tell.
    return undefined;
  }
}

function optional(
  name: string,
  value: string | null,
): Readonly<Record<string, string>> {
  return value === null ? {} : { [name]: value };
}
