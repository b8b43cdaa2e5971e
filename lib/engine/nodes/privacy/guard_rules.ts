import { type PrivateKind, privateSpans } from "./private_data.ts";

/** The most characters between two parts of a phrase. */
const MAX_GAP = 40;

/** What gives a model other orders: parts that stand near each other. */
const PHRASES: readonly (readonly [name: string, ...parts: RegExp[]])[] = [
  [
    "instruction override",
    /\b(?:ignore|disregard|forget|override|bypass|drop)\b/gi,
    /\b(?:previous|prior|above|earlier|preceding|foregoing|all|any|your|system)\b/gi,
    /\b(?:instruction|prompt|rule|direction|guideline|order|restriction|safeguard)s?\b/gi,
  ],
  [
    "prompt extraction",
    /\b(?:reveal|show|print|repeat|output|display|leak|recite|tell me|what (?:is|are|was|were))\b/gi,
    /\b(?:your|system|initial|original|hidden|secret) (?:(?:system|initial|original|hidden|secret) ){0,5}(?:instructions?|prompts?|rules)\b/gi,
  ],
  [
    "role-play",
    /\b(?:pretend (?:to be|that you|you)|act as (?:if|though) you|you are now (?:a|an|the|in|free|no longer)|from now on,? you|role-?play as|jailbreak|do anything now|developer mode)\b/gi,
  ],
  [
    "chat delimiters",
    /<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>|^[ \t]{0,9}(?:#{1,6}[ \t]{0,9})?(?:system|assistant)[ \t]{0,9}:/gim,
  ],
  [
    "encoded commands",
    /\b(?:decode|execute|run|follow|obey)\b/gi,
    /\b(?:base64|rot13|hex(?:adecimal)?|ciphertext)\b/gi,
  ],
  [
    "encoded commands",
    /\b(?:base64|rot13|hex(?:adecimal)?|ciphertext)\b/gi,
    /\b(?:decode|execute|run|follow|obey)\b/gi,
  ],
];

/** Tell phrases, in English, that give a model other orders. */
export function injection(text: string): string | undefined {
  const found = PHRASES.filter(([, ...parts]) => isNearby(text, parts))
    .map(([name]) => name);
  if (found.length === 0) return undefined;
  return `looks like ${[...new Set(found)].join(", ")}`;
}

/** Whether parts follow each other in a sentence, 40 characters apart at most. */
function isNearby(text: string, parts: readonly RegExp[]): boolean {
  let ends: readonly number[] | undefined;
  for (const part of parts) {
    const others = ends;
    let next = 0;
    ends = [...text.matchAll(part)].filter(({ index }) => {
      if (!others) return true;
      // Only the nearest counts: between farther ones there is more.
      while (next < others.length && others[next]! <= index) next += 1;
      const nearest = others[next - 1] ?? -Infinity;
      return index - nearest <= MAX_GAP &&
        !/[.!?\n]/.test(text.slice(nearest, index));
    }).map(({ index, 0: found }) => index + found.length);
  }
  return ends !== undefined && ends.length > 0;
}

const LEAKS: readonly PrivateKind[] = [
  "e-mail address",
  "phone number",
  "social security number",
  "card number",
  "IPv4 address",
];

/** Name the personal data that a text has. */
export function personalData(text: string): string | undefined {
  const kinds = new Set(privateSpans(text, LEAKS).map(({ kind }) => kind));
  return kinds.size > 0 ? `has ${[...kinds].join(", ")}` : undefined;
}

/** The least share of a sentence's words that must be in the documents. */
const LEAST_SHARE = 0.3;

/** The longest sentence that is too short to say anything. */
const SHORT = 10;

/** Words of three letters and more that say nothing about a subject. */
const STOP_WORDS = new Set(
  ("about above after again all also and any are because been before being " +
    "below between both but can cannot could did does doing down during each " +
    "few for from further had has have having her here hers him his how into " +
    "its itself just may might more most must nor not now off once only other " +
    "our ours out over own same shall she should some such than that the " +
    "their theirs them then there these they this those through too under " +
    "until very was were what when where which while who whom why will with " +
    "would you your yours").split(" "),
);

/**
 * Count the sentences of an answer that share too few words with the documents
 * to rest on them. Without documents none is counted.
 */
export function ungrounded(
  text: string,
  seen: readonly string[],
): string | undefined {
  if (seen.length === 0) return undefined;
  const known = new Set(seen.flatMap(wordsOf));
  const sentences = text.split(/[.!?\n]+/).map((sentence) => sentence.trim());
  const count = sentences.filter((sentence) => {
    const words = wordsOf(sentence);
    if (sentence.length <= SHORT || words.length === 0) return false;
    const shared = words.filter((word) => known.has(word)).length;
    return shared / words.length < LEAST_SHARE;
  }).length;
  return count > 0
    ? `${count} of its sentences rest on no document`
    : undefined;
}

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]{3,}/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}

/** The formats that an answer can be checked for; empty for any. */
export const FORMATS = [
  "",
  "json",
  "markdown",
  "bullet_list",
  "numbered_list",
] as const;

const MARKDOWN: readonly RegExp[] = [
  /^#{1,6} /m,
  /^[ \t]*(?:[-*+]|\d+\.) /m,
  /^[ \t]*>/m,
  /```/,
  /`[^`\n]+`/,
  /\*\*[^*\n]+\*\*/,
  /\[[^[\]\n]+\]\(\S/,
];

/** Say how an answer is not in a format; `undefined` when it is. */
export function formatFault(
  text: string,
  format: (typeof FORMATS)[number],
): string | undefined {
  const is = {
    "": () => true,
    json: isJson,
    markdown: isMarkdown,
    bullet_list: () => isList(text, /^\s*[-*+•] /),
    numbered_list: () => isList(text, /^\s*\d+[.)] /),
  };
  return is[format](text) ? undefined : `is not of the format ${format}`;
}

function isMarkdown(text: string): boolean {
  return MARKDOWN.some((sign) => sign.test(text)) ||
    text.split("\n").some((line) => /^\|[^]*\|$/.test(line.trimEnd()));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Why does not matter.
    return false;
  }
}

/** Half of the lines are enough: an answer may say more around a list. */
function isList(text: string, item: RegExp): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const items = lines.filter((line) => item.test(line));
  return items.length > 0 && items.length * 2 >= lines.length;
}
