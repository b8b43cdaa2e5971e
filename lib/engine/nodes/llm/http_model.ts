import type { TaskContext } from "../../node.ts";
import { ExecutionException } from "../../../errors.ts";
import { callApi } from "../api/call_api.ts";
import { countTokens } from "./count_tokens.ts";
import type { Dialect, LlmReply, LlmSettings } from "./dialect.ts";
import type { Model } from "./model.ts";

/** Reasoning may take minutes. */
const TIMEOUT_MS = 300_000;

/**
 * Make a model that is asked over HTTP.
 *
 * A prompt that seems too long for the model is sent all the same, with a
 * warning, and so does a reply that was cut short reach the pipeline. A reply
 * of which nothing is left is a failure.
 */
export function httpModel(
  settings: LlmSettings,
  dialect: Dialect,
  { id, fetch, clock }: Pick<TaskContext, "id" | "fetch" | "clock">,
): Model {
  const { api, base, key, contextTokens, outputTokens } = settings;

  function emptied({ cut }: LlmReply): ExecutionException {
    const why = cut ? `; the limit is ${outputTokens} tokens` : "";
    return new ExecutionException(
      `An error occurred with the ${api} API. The reply is empty${why}`,
    );
  }

  return {
    contextTokens,
    outputTokens,
    async reply({ prompt }, { signal, warn }): Promise<string> {
      const length = countTokens(prompt);
      if (length > contextTokens) {
        warn(
          `Component ${id}: the prompt has some ${length} tokens, and the ` +
            `model takes ${contextTokens}`,
        );
      }
      const { path, headers, body } = dialect.request(prompt, settings);
      const url = base + path;
      const reply = await callApi(
        { api, url, headers, body, secret: key, timeoutMs: TIMEOUT_MS },
        { fetch, clock, signal, warn },
        dialect.read,
      );
      if (reply.text === "") throw emptied(reply);
      if (reply.cut) {
        warn(`Component ${id}: the reply was cut at ${outputTokens} tokens`);
      }
      return reply.text;
    },
  };
}
