import { codePoints } from "../chunk_limit.ts";
import { injectionViolations } from "./_injection.ts";
import type { Policy } from "./_policy.ts";
import type { Violation } from "./_violation.ts";

/** How many tokens a word counts for. */
const TOKENS_PER_WORD = 1.3;

/** Check what is asked, before a model sees it. */
export function inputViolations(
  text: string,
  policy: Policy,
): readonly Violation[] {
  return [
    ...(policy.promptInjection ? injectionViolations(text) : []),
    ...topicViolations(text, policy),
    ...lengthViolations(text, policy),
  ];
}

function topicViolations(
  text: string,
  { blockedTopics, allowedTopics }: Policy,
): readonly Violation[] {
  const lower = text.toLowerCase();
  const within = (topic: string): boolean =>
    lower.includes(topic.toLowerCase());
  const rule = "topic_restriction";
  const blocked = blockedTopics.filter(within).map((topic): Violation => ({
    rule,
    severity: "high",
    details: `about the blocked topic '${topic}'`,
  }));
  if (allowedTopics.length === 0 || allowedTopics.some(within)) return blocked;
  const details = "about none of the allowed topics";
  return [...blocked, { rule, severity: "medium", details }];
}

function lengthViolations(
  text: string,
  { maxInputLength, maxTokensEstimate }: Policy,
): readonly Violation[] {
  const length = codePoints(text);
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  const tokens = Math.ceil(words * TOKENS_PER_WORD);
  const over = [
    { size: length, most: maxInputLength, unit: "characters" },
    { size: tokens, most: maxTokensEstimate, unit: "tokens or so" },
  ].filter(({ size, most }) => most > 0 && size > most);
  return over.map(({ size, most, unit }) => ({
    rule: "input_length",
    severity: "medium",
    details: `${size} ${unit}, more than ${most}`,
  }));
}
