import type { JsonObject } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import { type ChunkRule, chunkRule } from "./chunk_limit.ts";
import { LATEX, MARKDOWN, PLAIN, readSeparators } from "./separators.ts";
import {
  splitAtSeparator,
  splitByForce,
  splitRecursively,
} from "./text_splitter.ts";

/** Cuts a text into chunks. */
export type Splitter = (text: string) => string[];

/** The profiles of the chunker. */
export const PROFILES = [
  "default",
  "recursive",
  "custom",
  "character",
  "markdown",
  "latex",
  "nltk",
  "spacy",
] as const;

/**
 * Choose how texts are cut.
 *
 * @param config The effective configuration; `splitter` names the profile.
 * @param id The component's id, for messages.
 * @throws {ValidationException} A setting is wrong, or the profile needs a
 * model.
 */
export function splitterFor(config: JsonObject, id: string): Splitter {
  const rule = chunkRule(config, id);
  const cut = cutter(config, id, rule);
  return rule.force ? (text) => splitByForce(cut(text), rule) : cut;
}

function cutter(config: JsonObject, id: string, rule: ChunkRule): Splitter {
  switch (config.splitter) {
    case "markdown":
      return (text) => splitRecursively(text, MARKDOWN, rule);
    case "latex":
      return (text) => splitRecursively(text, LATEX, rule);
    case "character": {
      const separator = oneSeparator(config, id);
      return (text) => splitAtSeparator(text, separator, rule);
    }
    case "nltk":
    case "spacy":
      throw refusal(config.splitter);
    default: {
      const own = readSeparators(config.separators, "separators", id);
      const separators = own.length > 0 ? own : PLAIN;
      return (text) => splitRecursively(text, separators, rule);
    }
  }
}

function oneSeparator(config: JsonObject, id: string): string {
  const found = readSeparators(config.separator, "separator", id);
  if (found.length > 1) {
    throw new ValidationException(
      `Component ${id}: 'separator' must be one quoted string`,
    );
  }
  return found[0] ?? "\n\n";
}

function refusal(profile: string): ValidationException {
  return new ValidationException(
    `Profile '${profile}' of node 'preprocessor_langchain' exists in ` +
      "RocketRide but is not available in the embedded engine (needs model); " +
      "connect to a server to run it",
    {
      code: "not-supported",
      hint: "The profile 'recursive' cuts text without a model",
    },
  );
}
