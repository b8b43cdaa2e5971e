import { either, matching, nearby } from "./_nearby.ts";
import { matchedNames, type NamedTests, type Violation } from "./_violation.ts";

const DECODING = /\b(?:decode|execute|run|follow|obey)\b/gi;
const ENCODING = /\b(?:base64|rot13|hex(?:adecimal)?|ciphertext)\b/gi;

const TESTS: NamedTests = [
  [
    "instruction override",
    nearby(
      /\b(?:ignore|disregard|forget|override|bypass|drop)\b/gi,
      /\b(?:previous|prior|above|earlier|preceding|foregoing|all|any|your|system)\b/gi,
      /\b(?:instruction|prompt|rule|direction|guideline|order|restriction|safeguard)s?\b/gi,
    ),
  ],
  [
    "prompt extraction",
    nearby(
      /\b(?:reveal|show|print|repeat|output|display|leak|recite|tell me|what (?:is|are|was|were))\b/gi,
      /\b(?:your|system|initial|original|hidden|secret) (?:(?:system|initial|original|hidden|secret) ){0,5}(?:instructions?|prompts?|rules)\b/gi,
    ),
  ],
  [
    "role-play",
    matching(
      /\b(?:pretend (?:to be|that you|you)|act as (?:if|though) you|you are now (?:a|an|the|in|free|no longer)|from now on,? you|role-?play as|jailbreak|do anything now|developer mode)\b/i,
    ),
  ],
  [
    "chat delimiters",
    either(
      matching(/<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>/i),
      matching(/^[ \t]*(?:#+[ \t]*)?(?:system|assistant)[ \t]*:/im),
    ),
  ],
  [
    "encoded commands",
    either(nearby(DECODING, ENCODING), nearby(ENCODING, DECODING)),
  ],
];

/** Words that say little alone and much together. */
const WEIGHTS: Readonly<Record<string, number>> = {
  "system prompt": 0.5,
  "previous instructions": 0.5,
  "secret instructions": 0.4,
  "hidden instructions": 0.4,
  "admin mode": 0.4,
  "no restrictions": 0.4,
  "uncensored": 0.4,
  "unfiltered": 0.3,
  "unrestricted": 0.3,
  "override": 0.3,
  "bypass": 0.3,
  "disregard": 0.3,
  "ignore": 0.2,
  "confidential": 0.2,
  "privileged": 0.2,
};

const MOST_WEIGHT = 0.7;

/** Tell attempts to give a model other orders. */
export function injectionViolations(text: string): readonly Violation[] {
  const names = matchedNames(text, TESTS);
  const weighty = names.length === 0 && weightOf(text) >= MOST_WEIGHT;
  const details = weighty ? ["suspicious words"] : names;
  if (details.length === 0) return [];
  return [{
    rule: "prompt_injection",
    severity: "critical",
    details: `looks like ${details.join(", ")}`,
  }];
}

function weightOf(text: string): number {
  const lower = text.toLowerCase();
  const sum = Object.entries(WEIGHTS)
    .filter(([words]) => lower.includes(words))
    .reduce((sum, [, weight]) => sum + weight, 0);
  // Tenths add up inexactly.
  return Math.round(sum * 10) / 10;
}
