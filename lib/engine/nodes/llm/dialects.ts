import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import { dig } from "../call_api.ts";

/** What a request to a model is made of, besides the prompt. */
export interface LlmSettings {
  /** The API's name in messages. */
  readonly api: string;
  /** Its address, without a slash at the end. */
  readonly base: string;
  /** Empty when none is needed. */
  readonly key: string;
  readonly model: string;
  /** How many tokens prompt and reply may have together. */
  readonly contextTokens: number;
  /** How many tokens a reply may have. */
  readonly outputTokens: number;
}

/** A request as an API takes it, its path below the base. */
export interface DialectRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** What a model replied. */
export interface LlmReply {
  readonly text: string;
  /** Whether the limit of the output cut it. */
  readonly cut: boolean;
}

/**
 * The form of an API's requests and answers.
 *
 * The whole prompt is sent as one message of the user. No JSON mode is used:
 * the modes differ in what JSON they allow, and several allow no lists; the
 * prompt asks for JSON instead.
 */
export interface Dialect {
  /** Make the request for a prompt. */
  request(prompt: string, settings: LlmSettings): DialectRequest;
  /** Read an answer; a string says what is wrong with it. */
  read(body: unknown): LlmReply | string;
}

/** Families that take another limit and no temperature. */
const REASONING = /(^|\/)(gpt-[5-9]|o[134](-|$))/;

/** The dialect of OpenAI's chat completions, which most APIs share. */
export const openaiDialect: Dialect = {
  request(prompt, { key, model, outputTokens }): DialectRequest {
    const limits = REASONING.test(model)
      ? { max_completion_tokens: outputTokens }
      : { temperature: 0, max_tokens: outputTokens };
    return {
      path: "/chat/completions",
      headers: key === "" ? {} : { authorization: `Bearer ${key}` },
      body: {
        model,
        messages: [{ role: "user", content: prompt }],
        ...limits,
      },
    };
  },

  read(body): LlmReply | string {
    const message = dig(body, "choices", 0, "message");
    if (!isRecord(message)) return "The answer is not a chat completion";
    // A model that declines gives `refusal` instead of `content`.
    const text = textOf(message.content) || textOf(message.refusal);
    const cut = dig(body, "choices", 0, "finish_reason") === "length";
    return { text, cut };
  },
};

const ANTHROPIC_VERSION = "2023-06-01";

/** Models up to 4.6 take a temperature; newer ones refuse one. */
const TAKES_TEMPERATURE =
  /^claude-(3|instant|[a-z]+-4($|-latest|-[0-6]($|-)|-\d{8}))/;

/** The dialect of Anthropic's messages. */
export const anthropicDialect: Dialect = {
  request(prompt, { key, model, outputTokens }): DialectRequest {
    return {
      path: "/messages",
      headers: { "x-api-key": key, "anthropic-version": ANTHROPIC_VERSION },
      body: {
        model,
        messages: [{ role: "user", content: prompt }],
        max_tokens: outputTokens,
        ...(TAKES_TEMPERATURE.test(model) && { temperature: 0 }),
      },
    };
  },

  read(body): LlmReply | string {
    const content = dig(body, "content");
    if (!Array.isArray(content)) return "The answer is not a message";
    const cut = dig(body, "stop_reason") === "max_tokens";
    return { text: textOf(content), cut };
  },
};

/** The dialect of Gemini's `generateContent`. */
export const geminiDialect: Dialect = {
  request(prompt, { key, model, outputTokens }): DialectRequest {
    const name = model.startsWith("models/") ? model : `models/${model}`;
    return {
      path: `/${name}:generateContent`,
      // Not in the address, which ends up in logs.
      headers: { "x-goog-api-key": key },
      body: {
        contents: [{ role: "user", parts: [{ text: prompt }] }],
        generationConfig: { temperature: 0, maxOutputTokens: outputTokens },
      },
    };
  },

  read(body): LlmReply | string {
    const first = dig(body, "candidates", 0);
    const reason = dig(body, "promptFeedback", "blockReason");
    if (!isRecord(first)) {
      return typeof reason === "string"
        ? `The prompt is blocked: ${reason}`
        : "The answer is not a generated content";
    }
    const { finishReason } = first;
    const text = textOf(dig(first, "content", "parts"));
    const cut = finishReason === "MAX_TOKENS";
    const stopped = text === "" && !cut && finishReason !== "STOP";
    if (!stopped) return { text, cut };
    const why = typeof finishReason === "string" ? finishReason : "no reason";
    return `The reply is withheld: ${why}`;
  },
};

/** A string, or the text of a list of parts without others and thoughts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: unknown) => {
    if (!isRecord(part) || part.thought === true) return "";
    const { type = "text", text } = part;
    return type === "text" && typeof text === "string" ? text : "";
  }).join("");
}
