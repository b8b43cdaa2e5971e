import type { JsonObject } from "../../../../schema/json.ts";

/** What a request to a model is made of, besides the prompt. */
export interface LlmSettings {
  /** Who is asked, for messages. */
  readonly api: string;
  /** Where the API is, without a slash at the end. */
  readonly base: string;
  /** The key; empty when none is needed. */
  readonly key: string;
  /** The model's name. */
  readonly model: string;
  /** How many tokens prompt and reply may have together. */
  readonly contextTokens: number;
  /** How many tokens a reply may have. */
  readonly outputTokens: number;
}

/** A request in the words of an API. */
export interface DialectRequest {
  /** The address below the base, with its slash. */
  readonly path: string;
  /** The headers besides the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: JsonObject;
}

/** What a model replied. */
export interface LlmReply {
  /** The text. */
  readonly text: string;
  /** Whether the limit of the output cut it short. */
  readonly cut: boolean;
}

/**
 * How an API wants to be asked, and how it answers.
 *
 * All get the whole prompt as one message of the user, and none is asked for
 * a JSON mode: the prompt does that, because the modes differ in what JSON
 * they allow, and several allow no lists.
 */
export interface Dialect {
  /** Make the request for a prompt. */
  request(prompt: string, settings: LlmSettings): DialectRequest;
  /** Read an answer; a text says what is wrong with it. */
  read(body: unknown): LlmReply | string;
}
