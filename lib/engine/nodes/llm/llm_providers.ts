import { ValidationException } from "../../../errors.ts";
import type { NodeField } from "../../node.ts";
import type { ConfigReader } from "../config_reader.ts";
import { baseUrl } from "./_base_url.ts";
import { anthropicDialect } from "./anthropic_dialect.ts";
import { geminiDialect } from "./gemini_dialect.ts";
import type { LlmProvider } from "./llm_provider.ts";
import { openaiDialect as dialect } from "./openai_dialect.ts";
import { ANTHROPIC_PROFILES } from "./profiles/anthropic_profiles.ts";
import {
  DEEPSEEK_CLOUD_PROFILES,
  DEEPSEEK_LOCAL_PROFILES,
  DEEPSEEK_PROFILES,
  GMI_DEPLOYED_PROFILES,
  GMI_SHARED_PROFILES,
  MISTRAL_PROFILES,
  OLLAMA_PROFILES,
  PERPLEXITY_PROFILES,
  QWEN_PROFILES,
  XAI_PROFILES,
} from "./profiles/family_profiles.ts";
import { GEMINI_PROFILES } from "./profiles/gemini_profiles.ts";
import { OPENAI_PROFILES } from "./profiles/openai_profiles.ts";
import { profileTable } from "./profiles/profile_table.ts";

const OPENAI = "https://api.openai.com/v1";
const OLLAMA = "http://localhost:11434/v1";
const DEEPSEEK = "https://api.deepseek.com/v1";
const GMI = "https://api.gmi-serving.com/v1";
const ANTHROPIC = "https://api.anthropic.com/v1";
const GEMINI = "https://generativelanguage.googleapis.com/v1beta";

/** Qwen's regions and the part of the host's name that tells them apart. */
const QWEN_REGIONS = { us: "-us", intl: "-intl", cn: "" } as const;

const KEY = { apikey: "" };

const SERVERBASE: NodeField = {
  name: "serverbase",
  type: "string",
  description: "Where the API is.",
};

/**
 * The providers of models that are asked over HTTP: their dialects, addresses,
 * presets and what their keys look like.
 */
export function llmProviders(): readonly LlmProvider[] {
  return [
    {
      provider: "llm_openai_api",
      title: "OpenAI",
      dialect,
      defaultProfile: "custom",
      profiles: profileTable("custom - 32768", { base_url: "", ...KEY }),
      keyless: true,
      fields: [{
        name: "base_url",
        type: "string",
        description: "Where the API is; OpenAI's own when empty.",
        optional: true,
      }],
      endpoint: (read) => baseUrl(read, "base_url", { fallback: OPENAI }),
    },
    {
      provider: "llm_openai",
      title: "OpenAI",
      dialect,
      defaultProfile: "openai-5-2",
      profiles: profileTable(OPENAI_PROFILES, KEY),
      endpoint: () => OPENAI,
      checkKey: required,
    },
    {
      provider: "llm_ollama",
      title: "Ollama",
      dialect,
      defaultProfile: "llama3_3",
      profiles: profileTable(OLLAMA_PROFILES, { serverbase: OLLAMA }),
      keyless: true,
      fields: [{ ...SERVERBASE, default: OLLAMA }],
      endpoint: (read) => {
        const base = baseUrl(read, "serverbase", { fallback: OLLAMA });
        return base.endsWith("/v1") ? base : `${base}/v1`;
      },
    },
    {
      provider: "llm_deepseek",
      title: "DeepSeek",
      dialect,
      defaultProfile: "cloud-reasoner",
      profiles: {
        ...profileTable(DEEPSEEK_CLOUD_PROFILES, {
          serverbase: DEEPSEEK,
          ...KEY,
        }),
        ...profileTable(DEEPSEEK_LOCAL_PROFILES, { serverbase: OLLAMA }),
        ...profileTable(DEEPSEEK_PROFILES, KEY),
      },
      keyless: true,
      fields: [SERVERBASE],
      endpoint: (read) =>
        baseUrl(read, "serverbase", {
          missing: "DeepSeek serverbase is required.",
        }),
      checkKey: (key, read, base) => {
        if (base === DEEPSEEK) beginsWith("sk-")(key, read);
      },
    },
    {
      provider: "llm_mistral",
      title: "Mistral AI",
      dialect,
      defaultProfile: "mistral-large",
      profiles: profileTable(MISTRAL_PROFILES, KEY),
      endpoint: () => "https://api.mistral.ai/v1",
      checkKey: (key, read) => {
        required(key, read);
        if (/^(sk-|AI)/.test(key)) {
          throw read.fault("'apikey' is the key of another provider");
        }
      },
    },
    {
      provider: "llm_xai",
      title: "xAI",
      dialect,
      defaultProfile: "grok-3",
      profiles: profileTable(XAI_PROFILES, KEY),
      endpoint: () => "https://api.x.ai/v1",
      checkKey: beginsWith("xai-"),
    },
    {
      provider: "llm_perplexity",
      title: "Perplexity",
      dialect,
      defaultProfile: "sonar",
      profiles: profileTable(PERPLEXITY_PROFILES, KEY),
      endpoint: () => "https://api.perplexity.ai",
    },
    {
      provider: "llm_qwen",
      title: "Qwen",
      dialect,
      defaultProfile: "qwen-flash",
      profiles: profileTable(QWEN_PROFILES, { region: "us", ...KEY }),
      fields: [{
        name: "region",
        type: "string",
        description: "Where the API is.",
        default: "us",
        enum: Object.keys(QWEN_REGIONS),
      }, {
        name: "base_url",
        type: "string",
        description: "Where the API is, if not in one of the regions.",
        optional: true,
      }],
      endpoint: (read) => {
        const region = read.choice("region", ["us", "intl", "cn"]);
        const host = `dashscope${QWEN_REGIONS[region]}.aliyuncs.com`;
        const fallback = `https://${host}/compatible-mode/v1`;
        return baseUrl(read, "base_url", { fallback });
      },
      checkKey: beginsWith("sk-"),
    },
    {
      provider: "llm_gmi_cloud",
      title: "GMI Cloud",
      dialect,
      defaultProfile: "deepseek-v3",
      profiles: {
        ...profileTable(GMI_SHARED_PROFILES, {
          serverbase: GMI,
          ...KEY,
        }),
        ...profileTable(GMI_DEPLOYED_PROFILES, {
          serverbase: "",
          ...KEY,
        }),
      },
      fields: [SERVERBASE],
      endpoint: (read) => baseUrl(read, "serverbase", { secure: true }),
      checkKey: required,
    },
    {
      provider: "llm_anthropic",
      title: "Anthropic",
      dialect: anthropicDialect,
      defaultProfile: "claude-sonnet-4-6",
      profiles: profileTable(ANTHROPIC_PROFILES, KEY),
      endpoint: () => ANTHROPIC,
      checkKey: (key) => {
        if (key.startsWith("sk-ant")) return;
        throw new ValidationException(
          "Invalid Anthropic API key format, please check your API key.",
        );
      },
    },
    {
      provider: "llm_gemini",
      title: "Gemini",
      dialect: geminiDialect,
      defaultProfile: "gemini-3_1-pro-preview",
      profiles: profileTable(GEMINI_PROFILES, KEY),
      endpoint: () => GEMINI,
      checkKey: (key) => {
        if (key !== "") return;
        throw new ValidationException("Please enter your Gemini API key.");
      },
    },
  ];
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
