import { ExecutionException, ValidationException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { withoutSlashes } from "../without_slashes.ts";
import apis from "./apis.json" with { type: "json" };
import { countTokens } from "./ask_llm.ts";
import {
  anthropicDialect,
  geminiDialect,
  type LlmSettings,
  openaiDialect,
} from "./dialects.ts";
import type { Model } from "./model.ts";

/** An API, as `apis.json` describes it. */
interface Api {
  /** Its name in messages. */
  readonly api: string;
  /** Chat completions when absent. */
  readonly dialect?: keyof typeof DIALECTS;
  /** The member of the configuration with another address. */
  readonly field?: string;
  /** Its address, without a slash at the end. */
  readonly base?: string;
  /** Its addresses by the member `region`; the first one is the default. */
  readonly regions?: Readonly<Record<string, string>>;
  /** The message for a missing address. */
  readonly missing?: string;
  /** Whether only `https:` is allowed. */
  readonly secure?: boolean;
  /** What every address ends with. */
  readonly end?: string;
  /** What the key must be; it may be absent when this is. */
  readonly key?: {
    readonly prefix?: string;
    /** Prefixes that keys of other providers have. */
    readonly others?: readonly string[];
    /** The only address where the rule counts. */
    readonly at?: string;
    /** The message for any wrong key. */
    readonly fault?: string;
  };
}

const DIALECTS = { anthropic: anthropicDialect, gemini: geminiDialect };

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
  const row = (apis as Readonly<Record<string, Api>>)[provider]!;
  const dialect = row.dialect ? DIALECTS[row.dialect] : openaiDialect;
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

function readSettings(row: Api, read: ConfigReader): LlmSettings {
  const model = read.text("model", "").trim();
  if (!MODEL_NAME.test(model)) {
    throw read.fault(
      model === "" ? "'model' is empty" : `'model' cannot be "${model}"`,
    );
  }
  const base = readBase(row, read);
  const key = read.secret("apikey");
  checkKey(key, row, base, read);
  return { api: row.api, base, key, model, ...modelLimits(read) };
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

function readBase(
  { base = "", regions, field, missing, secure, end = "" }: Api,
  read: ConfigReader,
): string {
  const fallback = regions
    ? regions[read.choice("region", Object.keys(regions))]!
    : base;
  if (field === undefined) return fallback;
  const text = read.text(field, "").trim() || fallback;
  if (text === "") {
    throw missing === undefined
      ? read.fault(`'${field}' is empty`)
      : new ValidationException(missing);
  }
  const url = URL.parse(text);
  const allowed = secure ? ["https:"] : ["https:", "http:"];
  if (!url || !allowed.includes(url.protocol)) {
    throw read.fault(
      `'${field}' must be an address with ${allowed.join(" or ")}`,
    );
  }
  if (url.username + url.password + url.search + url.hash !== "") {
    throw read.fault(
      `'${field}' must have no user, password, query or fragment`,
    );
  }
  const address = withoutSlashes(url.href);
  return address.endsWith(end) ? address : address + end;
}

function checkKey(
  key: string,
  { key: rule }: Api,
  base: string,
  read: ConfigReader,
): void {
  const { prefix = "", others = [], at = base, fault } = rule ?? {};
  if (!rule || at !== base) return;
  const wrong = key === ""
    ? "'apikey' is required"
    : !key.startsWith(prefix)
    ? `'apikey' must begin with ${prefix}`
    : others.some((other) => key.startsWith(other))
    ? "'apikey' is the key of another provider"
    : undefined;
  if (wrong === undefined) return;
  throw fault === undefined
    ? read.fault(wrong)
    : new ValidationException(fault);
}
