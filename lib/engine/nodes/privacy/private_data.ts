import { cardNumbers } from "./_card_numbers.ts";
import { ibans } from "./_ibans.ts";
import { ipv4Addresses, ipv6Addresses } from "./_ip_addresses.ts";
import type { Span } from "./_span.ts";

/** A kind of personal data that patterns can tell. */
export type PrivateKind =
  | "e-mail address"
  | "phone number"
  | "card number"
  | "IBAN"
  | "social security number"
  | "IPv4 address"
  | "IPv6 address"
  | "credentials in a URL";

/** Where in a text personal data is. */
export interface PrivateSpan extends Span {
  /** What it is. */
  readonly kind: PrivateKind;
}

const LOCAL_PART = /[\p{L}\p{N}._%+-]/u;
const DOMAIN = /[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/uy;

/** As in the US, or with a country's code in front. */
const PHONE: readonly Form[] = [{
  notAfter: String.raw`[\w+.-]`,
  body: String
    .raw`(?:\+?1[ .\-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-]?)\d{3}[ .\-]?\d{4}(?![\w\-])`,
}, {
  notAfter: String.raw`[\w+]`,
  body: String.raw`\+[1-9](?:[ .\(\)\/\-]{0,2}\d){6,14}(?!\d)`,
}];

const SSN: readonly Form[] = [{
  notAfter: String.raw`[\w\-]`,
  body: String
    .raw`(?!000|666|9)\d{3}([ \-])(?!00)\d{2}\1(?!0000)\d{4}(?![\w\-])`,
}];

const USER_INFO = /(?<=:\/\/)[^\s/?#]+(?=@)/g;

type Finder = (text: string) => Iterable<Span>;

const FINDERS: Readonly<Record<PrivateKind, Finder>> = {
  "credentials in a URL": userInfo,
  "e-mail address": emailAddresses,
  "card number": cardNumbers,
  IBAN: ibans,
  "social security number": formFinder(SSN),
  "phone number": formFinder(PHONE),
  "IPv4 address": ipv4Addresses,
  "IPv6 address": ipv6Addresses,
};

/** The kinds of personal data that patterns can tell. */
export const PRIVATE_KINDS = Object.keys(FINDERS) as readonly PrivateKind[];

/**
 * Find personal data in a text by its form. Names, places and whatever else
 * has no form of its own are not found.
 *
 * @param kinds What to look for; everything when absent.
 * @returns Where it is, kind by kind; spans of different kinds may overlap.
 */
export function privateSpans(
  text: string,
  kinds: readonly PrivateKind[] = PRIVATE_KINDS,
): readonly PrivateSpan[] {
  return kinds.flatMap((kind) =>
    Array.from(FINDERS[kind](text), ({ from, to }) => ({ kind, from, to }))
  );
}

/** How data of a kind is written. */
interface Form {
  /** What must not stand right before it. */
  readonly notAfter: string;
  /** The data itself, and what must not stand right behind it. */
  readonly body: string;
}

/**
 * Finds data in one of several forms.
 *
 * Right behind data that was found, whatever has the form counts as well: it
 * is the data that stands before it, and whoever masks that one would find
 * the next only then, and so on.
 */
function formFinder(forms: readonly Form[]): Finder {
  const anywhere = forms.map(({ notAfter, body }) => `(?<!${notAfter})${body}`);
  const first = new RegExp(anywhere.join("|"), "gu");
  const next = new RegExp(forms.map(({ body }) => body).join("|"), "yu");
  return function* (text): Generator<Span> {
    let match = execAt(first, text, 0);
    while (match) {
      const to = match.index + match[0].length;
      yield { from: match.index, to };
      match = execAt(next, text, to) ?? execAt(first, text, to);
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

function localPartStart(text: string, least: number, end: number): number {
  let start = end;
  while (start > least) {
    const isLow = text.charCodeAt(start - 1) >> 10 === 0x37;
    const before = Math.max(least, isLow ? start - 2 : start - 1);
    if (!LOCAL_PART.test(text.slice(before, start))) break;
    start = before;
  }
  return start;
}

function userInfo(text: string): Iterable<Span> {
  return Array.from(text.matchAll(USER_INFO), (match) => ({
    from: match.index,
    to: match.index + match[0].length,
  }));
}
