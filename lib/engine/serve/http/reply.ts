import { isRecord } from "../../../../schema/json.ts";
import { DAPException } from "../../../errors.ts";
import { messageOf, placeOf } from "../../run/failure.ts";

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
export function ok(data?: Readonly<Record<string, unknown>>): Response {
  const empty = data === undefined || Object.keys(data).length === 0;
  return json(200, { status: "OK", ...(empty ? {} : { data }) });
}

/** What went wrong, as bodies tell it. */
export function describe(error: unknown): Readonly<Record<string, unknown>> {
  const { trace } = error instanceof DAPException
    ? error.dapResult as { trace?: unknown }
    : {};
  const { file, line: lineno } = placeOf(error);
  const place = isRecord(trace) ? trace : { file, lineno };
  return { message: messageOf(error), ...place };
}

/** The envelope of a failure. */
export function failed(error: unknown, status = 400): Response {
  return json(status, { status: "Error", error: describe(error) });
}

/** A stranger; JSON, text or a page, as the caller likes it. */
export function denied(request: Request): Response {
  const accepted = request.headers.get("accept") ?? "";
  const text = "Access denied";
  if (accepted.includes("text/html")) {
    return new Response(
      `<!doctype html><title>${text}</title><h1>${text}</h1>`,
      {
        status: 401,
        headers: { "content-type": "text/html; charset=utf-8" },
      },
    );
  }
  if (accepted.includes("text/plain")) {
    return new Response(text, { status: 401 });
  }
  return json(401, { status: "Error", error: { error: text } });
}

/** Something that the request lacks, or has wrongly. */
export function invalid(place: readonly string[], msg: string): Response {
  const type = msg === "Field required" ? "missing" : "value_error";
  return json(422, { detail: [{ type, loc: place, msg, input: null }] });
}
