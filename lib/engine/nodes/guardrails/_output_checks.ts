import { type PrivateKind, privateSpans } from "../privacy/private_data.ts";
import { formatFault } from "./_format.ts";
import { ungrounded } from "./_grounding.ts";
import type { Policy } from "./_policy.ts";
import { either, matching, nearby } from "./_nearby.ts";
import { matchedNames, type NamedTests, type Violation } from "./_violation.ts";

const UNSAFE: NamedTests = [
  [
    "self-harm",
    either(
      nearby(
        /\b(?:how to|ways? to|steps? to|method of|should)\b/gi,
        /\b(?:kill|hang|cut|hurt|harm) (?:your|my|one)self\b/gi,
      ),
      matching(/\b(?:commit|attempt)(?:ting)? suicide\b/i),
    ),
  ],
  [
    "violence",
    either(
      nearby(
        /\b(?:build|make|assemble|construct|detonate|plant)(?:ing)?\b/gi,
        /\b(?:bomb|explosive|molotov|grenade)s?\b/gi,
      ),
      nearby(
        /\b(?:how to|steps to|ways? to)\b/gi,
        /\b(?:kill|murder|poison|stab|strangle|torture) (?:a |the |an )?(?:person|people|someone|somebody|him|her|them|neighbou?r|child)\b/gi,
      ),
    ),
  ],
  [
    "illegal activity",
    either(
      nearby(
        /\b(?:how to|steps to|ways? to|guide to)\b/gi,
        /\b(?:launder money|hack into|pick(?:pocket| a lock)|steal|forge|counterfeit|smuggle|shoplift|evade taxes)\b/gi,
      ),
      nearby(
        /\b(?:cook|synthesi[sz]e|manufactur)(?:e|ing)?\b/gi,
        /\b(?:meth(?:amphetamine)?|heroin|cocaine|fentanyl)\b/gi,
      ),
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
 * Check what a model answers.
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
