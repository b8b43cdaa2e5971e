import { isRecord } from "../../../../schema/json.ts";
import { textParts } from "./_text_parts.ts";
import type { Dialect, DialectRequest, LlmReply } from "./dialect.ts";

/** Families that take another limit and no temperature. */
const REASONING = /(^|\/)(gpt-[5-9]|o[134](-|$))/;

/** The dialect of OpenAI's chat completions, which most others speak too. */
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
    const choices = isRecord(body) ? body.choices : undefined;
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    const message = isRecord(choice) ? choice.message : undefined;
    if (!isRecord(choice) || !isRecord(message)) {
      return "The answer is not a chat completion";
    }
    const { content, refusal } = message;
    const said = typeof content === "string" ? content : textParts(content);
    // A model that declines says so where others give the content.
    const text = said === "" && typeof refusal === "string" ? refusal : said;
    return { text, cut: choice.finish_reason === "length" };
  },
};
