/** A kind of personal data that its form tells. */
export type PrivateKind =
  | "e-mail address"
  | "phone number"
  | "card number"
  | "IBAN"
  | "social security number"
  | "IPv4 address"
  | "IPv6 address"
  | "credentials in a URL";

interface Span {
  readonly from: number;
  /** The first position behind it. */
  readonly to: number;
}

/** Where in a text personal data is. */
export interface PrivateSpan extends Span {
  /** What it is. */
  readonly kind: PrivateKind;
}

type Finder = (text: string) => Iterable<Span>;

/** What may separate the groups of a number, a line end included. */
const GAP = String.raw`[ .\-\/]{0,3}\n?`;

const AREA = String.raw`(?:\(\d{3}\)|\d{3})`;

/** Neither part of a longer number nor of a word. */
const ALONE_BEFORE = String.raw`(?<![\p{L}\p{N}+.]|\d-)`;
const ALONE_AFTER = String.raw`(?![\p{L}\p{N}]|-\d)`;

/** As in the US, or with a country's code in front. */
const PHONE = numberFinder([
  [
    ALONE_BEFORE,
    String.raw`(?:\+?1${GAP})?${AREA}${GAP}\d{3}${GAP}\d{4}${ALONE_AFTER}`,
  ],
  [
    String.raw`(?<![\p{L}\p{N}+])`,
    String.raw`\+[1-9](?:[ .()\/\-\n]{0,3}\d){6,14}(?!\d)`,
  ],
]);

const SSN = numberFinder(
  [String.raw`-\n?`, String.raw`(?: \n?|\n)`].map((gap) => [
    String.raw`(?<![\p{L}\p{N}]|\d-)`,
    String.raw`(?!000|666|9)\d{3}${gap}(?!00)\d{2}${gap}(?!0000)\d{4}` +
    ALONE_AFTER,
  ]),
);

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const IPV4 = new RegExp(
  String.raw`(?<![\p{L}\p{N}.])(?:${OCTET}\.){3}${OCTET}` +
    String.raw`(?!\.?[\p{L}\p{N}])`,
  "gu",
);

/** Whatever may be one; the platform's parser decides. */
const IPV6_LIKE = /(?<![\p{L}\p{N}:.])[0-9a-f:][0-9a-f:.]*/giu;

const CARD_GROUPS = /(?<![\d.])\d+(?:[ \-\n]{1,3}\d+)*/g;
const IBAN_GROUPS =
  /(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]*(?:[ \-\n]{1,3}[A-Z0-9]+)*/gi;

const LOCAL_PART = /[\p{L}\p{M}\p{N}.!#$%&'*+^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/uy;

const USER_INFO = /(?<=:\/\/)[^\s/?#]+(?=@)/g;

const FINDERS: Readonly<Record<PrivateKind, Finder>> = {
  "credentials in a URL": (text) => matches(text, USER_INFO),
  "e-mail address": emailAddresses,
  "card number": (text) => groupSpans(text, CARD_GROUPS, 19, isCardNumber),
  IBAN: (text) => groupSpans(text, IBAN_GROUPS, 34, isIban),
  "social security number": SSN,
  "phone number": PHONE,
  "IPv4 address": (text) => matches(text, IPV4),
  "IPv6 address": ipv6Addresses,
};

/** The kinds of personal data that their form tells. */
export const PRIVATE_KINDS = Object.keys(FINDERS) as readonly PrivateKind[];

/**
 * Find personal data in a text by its form. Names, places and whatever else has
 * no form of its own are not found.
 *
 * Digits, spaces and hyphens of all scripts count as those of ASCII, and
 * characters without a width do not count. Numbers may be wrapped over a line
 * end.
 *
 * @param kinds What to look for; everything when absent.
 * @returns Where it is, kind by kind; spans of different kinds may overlap.
 */
export function privateSpans(
  text: string,
  kinds: readonly PrivateKind[] = PRIVATE_KINDS,
): readonly PrivateSpan[] {
  const plain = new PlainText(text);
  return kinds.flatMap((kind) =>
    Array.from(FINDERS[kind](plain.text), ({ from, to }) => ({
      kind,
      from: plain.original(from),
      to: plain.original(to),
    }))
  );
}

/** What is written differently in ASCII, line ends with the blanks behind. */
const UNUSUAL =
  /\r?\n[ \t]*|\p{Cf}|[\p{Nd}\p{Zs}\p{Pd}\u2024\u2212\ufe50-\ufe6f\uff01-\uff5e](?<![\0-\x7f])/gu;

/** A text in the characters that patterns know, with the way back. */
class PlainText {
  readonly text: string;
  /** By how much places lie farther back in the original, from where on. */
  readonly #shifts: [from: number, by: number][] = [[0, 0]];

  constructor(original: string) {
    let text = "";
    let done = 0;
    for (const { index, 0: found } of original.matchAll(UNUSUAL)) {
      text += original.slice(done, index) + plainSign(found);
      done = index + found.length;
      this.#shifts.push([text.length, done - text.length]);
    }
    this.text = text + original.slice(done);
  }

  /** Where a place of the text is in the original. */
  original(place: number): number {
    let [low, high] = [0, this.#shifts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#shifts[middle]![0] <= place) low = middle;
      else high = middle;
    }
    return place + this.#shifts[low]![1];
  }
}

function plainSign(found: string): string {
  if (found.includes("\n")) return "\n"; // with the blanks behind it
  if (/^\p{Cf}$/u.test(found)) return "";
  if (/^\p{Nd}$/u.test(found)) return digitOf(found.codePointAt(0)!);
  if (/^\p{Zs}$/u.test(found)) return " ";
  if (/^[\p{Pd}\u2212]$/u.test(found)) return "-";
  const sign = found.normalize("NFKC");
  return sign.length === 1 ? sign : found;
}

/** Digits come in rows of ten, which begin with a zero. */
function digitOf(code: number): string {
  let zero = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

function matches(text: string, pattern: RegExp): Iterable<Span> {
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
    from: index,
    to: index + found.length,
  }));
}

/**
 * Finds numbers in one of several forms, each with what must stand before it.
 * A number with two line ends in it is a column of others.
 *
 * Right behind a number that was found, whatever has the form counts as well:
 * once the first is masked, the next would be found too.
 */
function numberFinder(
  forms: readonly (readonly string[])[],
): Finder {
  const first = new RegExp(
    forms.map(([before, form]) => `${before}${form}`).join("|"),
    "gu",
  );
  const next = new RegExp(forms.map(([, form]) => form).join("|"), "yu");
  return function* (text): Generator<Span> {
    let match = execAt(first, text, 0);
    while (match) {
      const { index, 0: found } = match;
      const to = index + found.length;
      if (found.indexOf("\n") === found.lastIndexOf("\n")) {
        yield { from: index, to };
        match = execAt(next, text, to) ?? execAt(first, text, to);
      } else {
        match = execAt(first, text, index + 1);
      }
    }
  };
}

function execAt(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * Find what a check accepts, from the start of a group to the end of one: a
 * number may have other groups before and behind that do not belong to it. Of
 * what begins at a group the longest counts.
 *
 * @param runs What matches is a run of groups.
 * @param most The greatest number of characters in all groups.
 */
function* groupSpans(
  text: string,
  runs: RegExp,
  most: number,
  accepts: (bare: string) => boolean,
): Generator<Span> {
  for (const run of text.matchAll(runs)) {
    const groups = [...run[0].matchAll(/[A-Z0-9]+/gi)];
    for (let first = 0; first < groups.length; first += 1) {
      let found: number | undefined;
      let bare = "";
      for (let last = first; last < groups.length; last += 1) {
        bare += groups[last]![0];
        if (bare.length > most) break;
        if (accepts(bare)) found = last;
      }
      if (found === undefined) continue;
      const { index, 0: end } = groups[found]!;
      yield {
        from: run.index + groups[first]!.index,
        to: run.index + index + end.length,
      };
      first = found;
    }
  }
}

/** 13 to 19 digits that pass Luhn's check; all zeros do, and are none. */
function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && sum > 0;
}

/** Whether the check digits of an international account number are right. */
function isIban(bare: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/i.test(bare)) return false;
  let remainder = 0;
  for (const sign of bare.slice(4) + bare.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

function* ipv6Addresses(text: string): Generator<Span> {
  for (const { index: from, 0: found } of text.matchAll(IPV6_LIKE)) {
    // A sentence may end behind an address, which may itself end in `::`.
    let end = found.length;
    while (end > 0 && ".:".includes(found[end - 1]!)) end -= 1;
    if (found.startsWith("::", end)) end += 2;
    const address = found.slice(0, end);
    const to = from + end;
    if (/[\p{L}\p{N}]/u.test(text[to] ?? "")) continue;
    if (!/[0-9a-f]/i.test(address) || address.length > 45) continue;
    if (URL.canParse(`http://[${address}]/`)) yield { from, to };
  }
}

/** Looks around each `@`, so that no run is read from many beginnings. */
function* emailAddresses(text: string): Generator<Span> {
  let done = 0;
  let at = text.indexOf("@");
  while (at >= 0) {
    const from = localPartStart(text, done, at);
    const domain = from < at ? execAt(DOMAIN, text, at + 1) : null;
    done = at + 1;
    if (domain) {
      done = domain.index + domain[0].length;
      yield { from, to: done };
    }
    at = text.indexOf("@", done);
  }
}

/** The longest quoted name before an `@` that is looked for. */
const LONGEST_QUOTED = 64;

function localPartStart(text: string, least: number, end: number): number {
  if (text[end - 1] === '"') {
    const name = text.slice(Math.max(least, end - LONGEST_QUOTED), end);
    const quoted = /"[^"\n]+"$/.exec(name);
    if (quoted) return end - quoted[0].length;
  }
  let start = end;
  while (start > least) {
    const isLow = text.charCodeAt(start - 1) >> 10 === 0x37;
    const before = Math.max(least, isLow ? start - 2 : start - 1);
    if (!LOCAL_PART.test(text.slice(before, start))) break;
    start = before;
  }
  // Quotes and brackets around an address are not part of it.
  while (start < end && "'`{|*~".includes(text[start]!)) start += 1;
  return start;
}
