import { ExecutionException, ValidationException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { withoutSlashes } from "../without_slashes.ts";
import { countTokens } from "./ask_llm.ts";
import {
  anthropicDialect,
  type Dialect,
  geminiDialect,
  type LlmSettings,
  openaiDialect,
} from "./dialects.ts";
import type { Model } from "./model.ts";

/** What distinguishes an API from the others, beside its presets. */
interface Api {
  /** Its name in messages. */
  readonly api: string;
  /** Chat completions when absent. */
  readonly dialect?: Dialect;
  /** Its address, without a slash at the end. */
  base(read: ConfigReader): string;
  /** Refuse a key that cannot be right, without its text. */
  checkKey?(key: string, read: ConfigReader, base: string): void;
}

const OPENAI = "https://api.openai.com/v1";
const OLLAMA = "http://localhost:11434/v1";
const DEEPSEEK = "https://api.deepseek.com/v1";

/** Qwen's regions and the part of the host's name that tells them apart. */
const QWEN_REGIONS = { us: "-us", intl: "-intl", cn: "" };

const APIS: Readonly<Record<string, Api>> = {
  llm_openai_api: {
    api: "OpenAI",
    base: (read) => baseUrl(read, "base_url", { fallback: OPENAI }),
  },
  llm_openai: { api: "OpenAI", base: () => OPENAI, checkKey: required },
  llm_ollama: {
    api: "Ollama",
    base: (read) => {
      const base = baseUrl(read, "serverbase", { fallback: OLLAMA });
      return base.endsWith("/v1") ? base : `${base}/v1`;
    },
  },
  llm_deepseek: {
    api: "DeepSeek",
    base: (read) =>
      baseUrl(read, "serverbase", {
        missing: "DeepSeek serverbase is required.",
      }),
    checkKey: (key, read, base) => {
      if (base === DEEPSEEK) beginsWith("sk-")(key, read);
    },
  },
  llm_mistral: {
    api: "Mistral AI",
    base: () => "https://api.mistral.ai/v1",
    checkKey: (key, read) => {
      required(key, read);
      if (/^(sk-|AI)/.test(key)) {
        throw read.fault("'apikey' is the key of another provider");
      }
    },
  },
  llm_xai: {
    api: "xAI",
    base: () => "https://api.x.ai/v1",
    checkKey: beginsWith("xai-"),
  },
  llm_perplexity: {
    api: "Perplexity",
    base: () => "https://api.perplexity.ai",
  },
  llm_qwen: {
    api: "Qwen",
    base: (read) => {
      const region = read.choice("region", ["us", "intl", "cn"]);
      const host = `dashscope${QWEN_REGIONS[region]}.aliyuncs.com`;
      const fallback = `https://${host}/compatible-mode/v1`;
      return baseUrl(read, "base_url", { fallback });
    },
    checkKey: beginsWith("sk-"),
  },
  llm_gmi_cloud: {
    api: "GMI Cloud",
    base: (read) => baseUrl(read, "serverbase", { secure: true }),
    checkKey: required,
  },
  llm_anthropic: {
    api: "Anthropic",
    dialect: anthropicDialect,
    base: () => "https://api.anthropic.com/v1",
    checkKey: (key) => {
      if (key.startsWith("sk-ant")) return;
      throw new ValidationException(
        "Invalid Anthropic API key format, please check your API key.",
      );
    },
  },
  llm_gemini: {
    api: "Gemini",
    dialect: geminiDialect,
    base: () => "https://generativelanguage.googleapis.com/v1beta",
    checkKey: (key) => {
      if (key !== "") return;
      throw new ValidationException("Please enter your Gemini API key.");
    },
  },
};

/** Reasoning may take minutes. */
const TIMEOUT_MS = 300_000;
const MIN_OUTPUT = 1_024;

/** Begins with a letter or digit, then also `. _ : / @ -`. */
const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;

/**
 * Make the model that a component names, which is asked over HTTP.
 *
 * A prompt that seems too long for the model is sent with a warning; a reply
 * that was cut also reaches the pipeline with one. An empty reply is a
 * failure.
 *
 * @throws {ValidationException} Something in the configuration is missing or
 * cannot be right.
 */
export function httpModel(provider: string, context: TaskContext): Model {
  const row = APIS[provider]!;
  const { dialect = openaiDialect } = row;
  const settings = readSettings(row, configReader(context));
  const { api, base, key: secret, contextTokens, outputTokens } = settings;
  const { id, fetch, clock } = context;
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
      const { text, cut } = await callApi(
        { api, url, headers, body, secret, timeoutMs: TIMEOUT_MS },
        { fetch, clock, signal, warn },
        dialect.read,
      );
      if (text === "") {
        const why = cut ? `; the limit is ${outputTokens} tokens` : "";
        throw new ExecutionException(
          `An error occurred with the ${api} API. The reply is empty${why}`,
        );
      }
      if (cut) {
        warn(`Component ${id}: the reply was cut at ${outputTokens} tokens`);
      }
      return text;
    },
  };
}

function readSettings(
  { api, base, checkKey }: Api,
  read: ConfigReader,
): LlmSettings {
  const model = read.text("model", "").trim();
  if (!MODEL_NAME.test(model)) {
    throw read.fault(
      model === "" ? "'model' is empty" : `'model' cannot be "${model}"`,
    );
  }
  const address = base(read);
  const key = read.secret("apikey");
  checkKey?.(key, read, address);
  return { api, base: address, key, model, ...modelLimits(read) };
}

/** The limits of a model; it never writes more than it can hold. */
export function modelLimits(
  read: ConfigReader,
): Pick<Model, "contextTokens" | "outputTokens"> {
  const contextTokens = read.number("modelTotalTokens", 16_384, { min: 1 });
  const wanted = read.number("modelOutputTokens", 4_096, { min: 1 });
  const outputTokens = Math.min(wanted, contextTokens);
  if (outputTokens >= MIN_OUTPUT) return { contextTokens, outputTokens };
  throw read.fault(
    `Model output tokens (${outputTokens}) must be at least ${MIN_OUTPUT}`,
  );
}

interface BaseUrlRule {
  /** The address when the configuration has none. */
  readonly fallback?: string;
  /** The message for a missing address. */
  readonly missing?: string;
  /** Whether only `https:` is allowed. */
  readonly secure?: boolean;
}

function baseUrl(
  read: ConfigReader,
  name: string,
  { fallback = "", missing, secure = false }: BaseUrlRule,
): string {
  const text = read.text(name, "").trim() || fallback;
  if (text === "") {
    throw missing === undefined
      ? read.fault(`'${name}' is empty`)
      : new ValidationException(missing);
  }
  const url = URL.parse(text);
  const allowed = secure ? ["https:"] : ["https:", "http:"];
  if (!url || !allowed.includes(url.protocol)) {
    throw read.fault(
      `'${name}' must be an address with ${allowed.join(" or ")}`,
    );
  }
  if (url.username + url.password + url.search + url.hash !== "") {
    throw read.fault(
      `'${name}' must have no user, password, query or fragment`,
    );
  }
  return withoutSlashes(url.href);
}

function required(key: string, read: ConfigReader): void {
  if (key === "") throw read.fault("'apikey' is required");
}

function beginsWith(
  prefix: string,
): (key: string, read: ConfigReader) => void {
  return (key, read) => {
    required(key, read);
    if (key.startsWith(prefix)) return;
    throw read.fault(`'apikey' must begin with ${prefix}`);
  };
}
