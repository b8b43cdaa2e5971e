import type { ConfigReader } from "../config_reader.ts";
import type { LlmSettings } from "./dialect.ts";
import type { LlmProvider } from "./llm_provider.ts";

const LEAST_OUTPUT = 1_024;

/** Begins with a letter or digit, then also `. _ : / @ -`. */
const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;

/**
 * Read what a provider's requests are made of, and check it.
 *
 * @throws {ValidationException} Something is missing or cannot be meant.
 */
export function llmSettings(
  { title, endpoint, checkKey }: LlmProvider,
  read: ConfigReader,
): LlmSettings {
  const model = read.text("model", "").trim();
  if (!MODEL_NAME.test(model)) {
    throw read.fault(
      model === "" ? "'model' is empty" : `'model' cannot be "${model}"`,
    );
  }
  const base = endpoint(read);
  const key = read.secret("apikey");
  checkKey?.(key, read, base);
  return { api: title, base, key, model, ...llmLimits(read) };
}

/** The limits of a model; what it may write is never more than it can hold. */
export function llmLimits(
  read: ConfigReader,
): Pick<LlmSettings, "contextTokens" | "outputTokens"> {
  const contextTokens = read.number("modelTotalTokens", 16_384, { min: 1 });
  const wanted = read.number("modelOutputTokens", 4_096, { min: 1 });
  const outputTokens = Math.min(wanted, contextTokens);
  if (outputTokens >= LEAST_OUTPUT) return { contextTokens, outputTokens };
  throw read.fault(
    `Model output tokens (${outputTokens}) must be at least ${LEAST_OUTPUT}`,
  );
}
