import type { TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { type Format, FORMATS } from "./_format.ts";

/** What is checked, and what happens then. */
export interface Policy {
  /** What to do about a violation. */
  readonly mode: "block" | "warn" | "log";
  /** Whether questions are checked for attempts to give other orders. */
  readonly promptInjection: boolean;
  /** Whether answers are checked for what may do harm. */
  readonly contentSafety: boolean;
  /** Whether answers are checked for personal data. */
  readonly piiDetection: boolean;
  /** Whether answers must rest on the documents. */
  readonly hallucination: boolean;
  /** What questions must not be about. */
  readonly blockedTopics: readonly string[];
  /** What questions must be about; anything when empty. */
  readonly allowedTopics: readonly string[];
  /** The most characters of a question; 0 for any number. */
  readonly maxInputLength: number;
  /** The most tokens of a question, estimated; 0 for any number. */
  readonly maxTokensEstimate: number;
  /** The format of answers. */
  readonly expectedFormat: Format;
}

/**
 * Read a policy from the configuration.
 *
 * @throws {ValidationException} A member is of the wrong kind.
 */
export function readPolicy(
  context: Pick<TaskContext, "config" | "id">,
): Policy {
  const read = configReader(context);
  const topics = (name: string): readonly string[] =>
    read.texts(name).map((topic) => topic.trim())
      .filter((topic) => topic !== "");
  return {
    mode: read.choice("policy_mode", ["warn", "block", "log"]),
    promptInjection: read.flag("enable_prompt_injection", true),
    contentSafety: read.flag("enable_content_safety", false),
    piiDetection: read.flag("enable_pii_detection", true),
    hallucination: read.flag("enable_hallucination_check", false),
    blockedTopics: topics("blocked_topics"),
    allowedTopics: topics("allowed_topics"),
    maxInputLength: read.number("max_input_length", 0, { min: 0 }),
    maxTokensEstimate: read.number("max_tokens_estimate", 0, { min: 0 }),
    expectedFormat: read.choice("expected_format", FORMATS),
  };
}
