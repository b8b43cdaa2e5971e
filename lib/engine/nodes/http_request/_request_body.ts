import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";

/** What a request sends. */
export interface RequestBody {
  /** The body; none when `undefined`. */
  readonly content: string | FormData | URLSearchParams | undefined;
  /** Its media type, where the platform would not know it. */
  readonly contentType?: string;
}

/**
 * Make the body of a request: `body`, or else `body_json`.
 *
 * @throws {ExecutionException} `body` is of a kind that there is not.
 */
export function requestBody(
  { body, body_json }: Readonly<Record<string, unknown>>,
): RequestBody {
  if (isRecord(body)) return advanced(body);
  if (body_json === undefined) return { content: undefined };
  // Models write JSON as text, too.
  const content = typeof body_json === "string"
    ? body_json
    : JSON.stringify(body_json);
  return { content, contentType: "application/json" };
}

function advanced(body: Readonly<Record<string, unknown>>): RequestBody {
  switch (body.type ?? "none") {
    case "none":
      return { content: undefined };
    case "raw": {
      const { content = "", content_type } = members(body.raw);
      return {
        content: String(content),
        contentType: String(content_type ?? "application/json"),
      };
    }
    case "form_data": {
      const content = new FormData();
      for (const [name, value] of Object.entries(members(body.form_data))) {
        content.append(name, String(value));
      }
      return { content };
    }
    case "x_www_form_urlencoded": {
      const content = new URLSearchParams();
      for (const [name, value] of Object.entries(members(body.urlencoded))) {
        content.append(name, String(value));
      }
      return { content };
    }
    default:
      throw new ExecutionException("'body.type' is unknown");
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
