import { isRecord } from "../../../../schema/json.ts";
import { DAPException } from "../../../errors.ts";
import type { Core } from "../../core.ts";
import { messageOf, placeOf } from "../../run/failure.ts";
import type { BudgetShare } from "./memory_budget.ts";
import type { CommandChannel } from "./command_channel.ts";

/** A request on its way to its route. */
export interface RouteCall {
  readonly core: Core;
  readonly request: Request;
  /** The parameters after the question mark. */
  readonly query: URLSearchParams;
  /** What the request holds of the engine's memory. */
  readonly share: BudgetShare;
  /** A connection of the caller's, logged in unless the route is public. */
  readonly channel: CommandChannel;
}

/** Answers requests for pages; `undefined` leaves them to the engine. */
export type Page = (
  request: Request,
) => Response | Promise<Response> | undefined;

/** One path, with its methods. */
export interface Route {
  readonly methods: readonly string[];
  readonly path: string;
  /**
   * Who may ask: everybody, who has a credential in any place, or who has it
   * in the `Authorization` header.
   */
  readonly access: "public" | "credential" | "header";
  answer(call: RouteCall): Response | Promise<Response>;
}

/** A JSON response. */
export function json(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** The envelope of success; without `data` when there is none. */
export function ok(data: Readonly<Record<string, unknown>> = {}): Response {
  const isEmpty = Object.keys(data).length === 0;
  return json(200, { status: "OK", ...(isEmpty ? {} : { data }) });
}

/** The envelope of a failure. */
export function failed(error: unknown, status = 400): Response {
  return json(status, { status: "Error", error: describe(error) });
}

/** A failure, as bodies describe it. */
export function describe(error: unknown): Readonly<Record<string, unknown>> {
  const { trace } = error instanceof DAPException
    ? error.dapResult as { trace?: unknown }
    : {};
  const { file, line: lineno } = placeOf(error);
  const place = isRecord(trace) ? trace : { file, lineno };
  return { message: messageOf(error), ...place };
}

/** The answer without a credential: JSON, text or a page, as is accepted. */
export function denied(request: Request): Response {
  const accepted = request.headers.get("accept") ?? "";
  const text = "Access denied";
  if (accepted.includes("text/html")) {
    return new Response(
      `<!doctype html><title>${text}</title><h1>${text}</h1>`,
      { status: 401, headers: { "content-type": "text/html; charset=utf-8" } },
    );
  }
  if (accepted.includes("text/plain")) {
    return new Response(text, { status: 401 });
  }
  return json(401, { status: "Error", error: { error: text } });
}

/** The answer to a request that lacks something, or has it wrong. */
export function invalid(place: readonly string[], msg: string): Response {
  const type = msg === "Field required" ? "missing" : "value_error";
  return json(422, { detail: [{ type, loc: place, msg, input: null }] });
}
