import { type PrivateKind, privateSpans } from "../privacy/private_data.ts";
import { formatFault } from "./_format.ts";
import { ungrounded } from "./_grounding.ts";
import type { Policy } from "./_policy.ts";
import {
  matchedNames,
  type NamedPatterns,
  type Violation,
} from "./_violation.ts";

/** Between two words of one sentence; bounded, so that it is found fast. */
const NEAR = "[^.!?\\n]{0,40}";

const UNSAFE: NamedPatterns = [
  [
    "self-harm",
    new RegExp(
      `\\b(?:how to|ways? to|steps? to|method of|should)\\b${NEAR}\\b(?:kill|` +
        "hang|cut|hurt|harm) (?:your|my|one)self\\b|\\b(?:commit|attempt)" +
        "(?:ting)? suicide\\b",
      "i",
    ),
  ],
  [
    "violence",
    new RegExp(
      "\\b(?:build|make|assemble|construct|detonate|plant)(?:ing)?\\b" + NEAR +
        "\\b(?:bomb|explosive|molotov|grenade)s?\\b|\\b(?:how to|steps to|" +
        `ways? to)\\b${NEAR}\\b(?:kill|murder|poison|stab|strangle|torture) ` +
        "(?:a |the |an? )?(?:person|people|someone|somebody|him|her|them|" +
        "neighbou?r|child)\\b",
      "i",
    ),
  ],
  [
    "illegal activity",
    new RegExp(
      `\\b(?:how to|steps to|ways? to|guide to)\\b${NEAR}\\b(?:launder money|` +
        "hack into|pick(?:pocket| a lock)|steal|forge|counterfeit|smuggle|" +
        "shoplift|evade taxes)\\b|\\b(?:cook|synthesi[sz]e|manufactur)" +
        `(?:e|ing)?\\b${NEAR}\\b(?:meth(?:amphetamine)?|heroin|cocaine|` +
        "fentanyl)\\b",
      "i",
    ),
  ],
];

const LEAKS: readonly PrivateKind[] = [
  "e-mail address",
  "phone number",
  "social security number",
  "card number",
  "IPv4 address",
];

/**
 * Check what a model answers (engine §4.6).
 *
 * @param seen The texts of the documents that the answer can rest on.
 */
export function outputViolations(
  text: string,
  policy: Policy,
  seen: readonly string[],
): readonly Violation[] {
  const found: Violation[] = [];
  const loose = policy.hallucination ? ungrounded(text, seen) : 0;
  if (loose > 0) {
    found.push({
      rule: "hallucination",
      severity: "high",
      details: `${loose} of its sentences rest on no document`,
    });
  }
  const unsafe = policy.contentSafety ? matchedNames(text, UNSAFE) : [];
  if (unsafe.length > 0) {
    found.push({
      rule: "content_safety",
      severity: "critical",
      details: `about ${unsafe.join(", ")}`,
    });
  }
  const spans = policy.piiDetection ? privateSpans(text, LEAKS) : [];
  if (spans.length > 0) {
    const kinds = new Set(spans.map(({ kind }) => kind));
    found.push({
      rule: "pii_leak",
      severity: "high",
      details: `has ${[...kinds].join(", ")}`,
    });
  }
  const fault = formatFault(text, policy.expectedFormat);
  if (fault !== undefined) {
    found.push({
      rule: "format_compliance",
      severity: "medium",
      details: fault,
    });
  }
  return found;
}
