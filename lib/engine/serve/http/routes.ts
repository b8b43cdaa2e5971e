import { VERSION } from "../../../version.ts";
import { services } from "../../commands/info.ts";
import { pipelineCode } from "../../commands/pipeline_code.ts";
import { postData } from "./data_route.ts";
import { getFile } from "./file_route.ts";
import { readJson } from "./request_body.ts";
import { invalid, ok, type Route, type RouteCall } from "./route.ts";

/**
 * All paths. `/ping` and `/pipe/validate` exist on servers, too, but most do
 * not serve them.
 */
export const ROUTES: readonly Route[] = [
  route(["POST", "PUT"], "/task", "header", postTask),
  route(["GET"], "/task", "header", getTask),
  route(["DELETE"], "/task", "header", deleteTask),
  route(["POST"], "/task/data", "header", postData),
  route(["GET"], "/task/fetch", "public", getFile),
  route(["POST"], "/webhook", "header", postData),
  route(["PUT"], "/task/process", "header", postData),
  route(["GET"], "/services", "public", getServices),
  route(["GET"], "/version", "public", getVersion),
  route(["GET"], "/status", "credential", getStatus),
  route(["GET"], "/ping", "public", () => ok()),
  route(["POST"], "/pipe/validate", "public", postValidate),
];

function route(
  methods: readonly string[],
  path: string,
  access: Route["access"],
  answer: Route["answer"],
): Route {
  return { methods, path, access, answer };
}

/** What a server gives a task that does not ask for more. */
const DEFAULT_THREADS = 4;
const MAX_THREADS = 64;

/** Start a pipeline. */
async function postTask(call: RouteCall): Promise<Response> {
  const { channel, query } = call;
  const threads = Number(query.get("threads") ?? DEFAULT_THREADS);
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    return invalid(["query", "threads"], "Input should be from 1 to 64");
  }
  const pipeline = await readJson(call);
  if (pipeline === undefined) return notJson();
  const { token } = await channel.call("execute", {
    pipeline,
    threads: Math.min(threads, call.core.settings.maxPipes),
    token: query.get("token"),
    pipelineTraceLevel: query.get("trace"),
  });
  return ok({ token });
}

/** The status of a task. */
async function getTask({ channel, query }: RouteCall): Promise<Response> {
  const token = query.get("token");
  if (token === null) return invalid(["query", "token"], "Field required");
  return ok(await channel.call("rrext_get_task_status", { token }));
}

/** End a task. */
async function deleteTask({ channel, query }: RouteCall): Promise<Response> {
  await channel.call("terminate", { token: query.get("token") });
  return ok();
}

function getVersion(): Response {
  return ok({ version: VERSION, hash: "embedded", stamp: "" });
}

/** The status of the engine. Times are in seconds. */
function getStatus({ core: { dashboard: { uptime } } }: RouteCall): Response {
  const startTime = Date.now() / 1_000 - uptime;
  return ok({ server: { version: VERSION, startTime, uptime } });
}

/** All nodes, or one of them. */
async function getServices({ core, query }: RouteCall): Promise<Response> {
  const args = { service: query.get("service") };
  return ok({ ...await services({ core, args }) });
}

/** Everything that is wrong with a pipeline. */
async function postValidate(call: RouteCall): Promise<Response> {
  const { core, query } = call;
  const pipeline = await readJson(call);
  if (pipeline === undefined) return notJson();
  const args = { pipeline, source: query.get("source") };
  const { validate } = await pipelineCode();
  return ok({ ...await validate({ core, args }) });
}

/** A parser's own message would say more than the protocol does. */
function notJson(): Response {
  return invalid(["body"], "JSON decode error");
}
