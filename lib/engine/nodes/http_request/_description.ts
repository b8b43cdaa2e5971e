import type { JsonObject } from "../../../../schema/json.ts";
import { METHODS } from "./_rules.ts";

/** What agents are told about the tool. */
export const DESCRIPTION: string = "Make an HTTP request. `url` and `method` " +
  "are needed. Send JSON as `body_json`; log in with `bearer_token` or " +
  "`basic_auth`. Redirects are answered, not followed.";

const TEXTS: JsonObject = { type: "object" };

const BASIC: JsonObject = {
  type: "object",
  properties: { username: { type: "string" }, password: { type: "string" } },
};

/** The arguments of the tool. */
export const INPUT_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    url: { type: "string", description: "The whole URL." },
    method: { type: "string", enum: METHODS },
    query_params: { ...TEXTS, description: "Added to the URL's query." },
    path_params: {
      ...TEXTS,
      description: "Values for `:name` in the URL's path.",
    },
    headers: TEXTS,
    body_json: { description: "Any JSON value to send." },
    bearer_token: { type: "string" },
    basic_auth: BASIC,
    auth: {
      type: "object",
      description: "Other ways to log in.",
      properties: {
        type: { type: "string", enum: ["none", "basic", "bearer", "api_key"] },
        basic: BASIC,
        bearer: { type: "object", properties: { token: { type: "string" } } },
        api_key: {
          type: "object",
          properties: {
            key: { type: "string" },
            value: { type: "string" },
            add_to: { type: "string", enum: ["header", "query_param"] },
          },
          required: ["key", "value"],
        },
      },
    },
    body: {
      type: "object",
      description: "Other bodies.",
      properties: {
        type: {
          type: "string",
          enum: ["none", "raw", "form_data", "x_www_form_urlencoded"],
        },
        raw: {
          type: "object",
          properties: {
            content: { type: "string" },
            content_type: { type: "string" },
          },
        },
        form_data: TEXTS,
        urlencoded: TEXTS,
      },
    },
    timeout: {
      type: "number",
      description: "Seconds, 30 unless given, 300 at most.",
    },
  },
  required: ["url", "method"],
};

/** What the tool answers. */
export const OUTPUT_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    status_code: { type: "integer" },
    status_text: { type: "string" },
    headers: { type: "object" },
    body: { type: "string" },
    json: { description: "The body, where it is JSON; else null." },
    elapsed_ms: { type: "integer" },
    content_type: { type: "string" },
  },
};
