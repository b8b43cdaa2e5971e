import { isRecord } from "../../../../schema/json.ts";
import { textParts } from "./_text_parts.ts";
import type { Dialect, DialectRequest, LlmReply } from "./dialect.ts";

const VERSION = "2023-06-01";

/** Models up to 4.6 take a temperature; newer ones refuse to be given one. */
const TAKES_TEMPERATURE =
  /^claude-(3|instant|[a-z]+-4($|-latest|-[0-6]($|-)|-\d{8}))/;

/** The dialect of Anthropic's messages. */
export const anthropicDialect: Dialect = {
  request(prompt, { key, model, outputTokens }): DialectRequest {
    return {
      path: "/messages",
      headers: { "x-api-key": key, "anthropic-version": VERSION },
      body: {
        model,
        messages: [{ role: "user", content: prompt }],
        max_tokens: outputTokens,
        ...(TAKES_TEMPERATURE.test(model) && { temperature: 0 }),
      },
    };
  },

  read(body): LlmReply | string {
    if (!isRecord(body) || !Array.isArray(body.content)) {
      return "The answer is not a message";
    }
    const { content, stop_reason } = body;
    return { text: textParts(content), cut: stop_reason === "max_tokens" };
  },
};
