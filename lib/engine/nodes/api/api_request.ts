import type { JsonObject } from "../../../../schema/json.ts";

/** One request to the HTTP API of a model. */
export interface ApiRequest {
  /** Who is asked, for messages: `OpenAI`, `Anthropic`, … */
  readonly api: string;
  /** Where to. */
  readonly url: string;
  /** The headers besides the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent, as JSON. */
  readonly body: JsonObject;
  /** The key; never part of a message. Empty when there is none. */
  readonly secret: string;
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number;
}
