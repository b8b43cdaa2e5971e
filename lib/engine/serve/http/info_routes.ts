import { VERSION } from "../../../version.ts";
import { services } from "../../commands/info.ts";
import { validate } from "../../commands/validate.ts";
import { invalid, ok } from "./reply.ts";
import type { RouteCall } from "./route.ts";
import { readJson } from "./task_routes.ts";

/** `GET /version`: what this is. */
export function getVersion(): Response {
  return ok({ version: VERSION, hash: "embedded", stamp: "" });
}

/** `GET /ping`: is anybody there. */
export function getPing(): Response {
  return ok();
}

/**
 * `GET /status`: that of the engine, for who has a credential. Times are in
 * seconds.
 */
export function getStatus({ core }: RouteCall): Response {
  const { uptime } = core.dashboard;
  const startTime = Date.now() / 1_000 - uptime;
  return ok({ server: { version: VERSION, startTime, uptime } });
}

/** `GET /services`: all nodes, or one of them. */
export function getServices({ core, query }: RouteCall): Response {
  const service = query.get("service");
  return ok({ ...services({ core, args: service ? { service } : {} }) });
}

/** `POST /pipe/validate`: everything that is wrong with a pipeline. */
export async function postValidate(call: RouteCall): Promise<Response> {
  const { core, query } = call;
  const pipeline = await readJson(call);
  if (pipeline === undefined) return invalid(["body"], "JSON decode error");
  const source = query.get("source");
  const args = source === null ? { pipeline } : { pipeline, source };
  return ok({ ...await validate({ core, args }) });
}
