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

/** Starts at the start of a run only, so that long runs are read once. */
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** As in the US, or with a country's code in front. */
const PHONE =
  /(?<![\w+.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])|(?<![\w+])\+[1-9](?:[ .()/-]{0,2}\d){6,14}(?!\d)/g;

const SSN =
  /(?<![\w-])(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g;

const USER_INFO = /(?<=:\/\/)[^\s/?#]+(?=@)/g;

type Finder = (text: string) => Iterable<Span>;

const FINDERS: Readonly<Record<PrivateKind, Finder>> = {
  "credentials in a URL": matches(USER_INFO),
  "e-mail address": matches(EMAIL),
  "card number": cardNumbers,
  IBAN: ibans,
  "social security number": matches(SSN),
  "phone number": matches(PHONE),
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

function matches(pattern: RegExp): Finder {
  return (text) =>
    Array.from(text.matchAll(pattern), (match) => ({
      from: match.index,
      to: match.index + match[0].length,
    }));
}
