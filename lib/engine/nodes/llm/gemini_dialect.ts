import { isRecord } from "../../../../schema/json.ts";
import { textParts } from "./_text_parts.ts";
import type { Dialect, DialectRequest, LlmReply } from "./dialect.ts";

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
    if (!isRecord(body)) return "The answer is not a generated content";
    const { candidates, promptFeedback } = body;
    const first: unknown = Array.isArray(candidates)
      ? candidates[0]
      : undefined;
    if (!isRecord(first)) {
      const reason = isRecord(promptFeedback)
        ? promptFeedback.blockReason
        : undefined;
      return typeof reason === "string"
        ? `The prompt is blocked: ${reason}`
        : "The answer is not a generated content";
    }
    const { content, finishReason } = first;
    const text = textParts(isRecord(content) ? content.parts : undefined);
    const cut = finishReason === "MAX_TOKENS";
    const stopped = text === "" && !cut && finishReason !== "STOP";
    return stopped ? `The reply is withheld: ${finishReason}` : { text, cut };
  },
};
