import type { Span } from "./_span.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(
  `(?<![\\w.])(?:${OCTET}\\.){3}${OCTET}(?!\\w|\\.\\w)`,
  "g",
);

/** Whatever may be one; the platform's parser decides. */
const IPV6_LIKE = /(?<![\w:.])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*/gi;

/** Find IPv4 addresses. */
export function ipv4Addresses(text: string): Iterable<Span> {
  return Array.from(text.matchAll(IPV4), (match) => span(match, match[0]));
}

/** Find IPv6 addresses. */
export function* ipv6Addresses(text: string): Generator<Span> {
  for (const match of text.matchAll(IPV6_LIKE)) {
    // A sentence may end behind it.
    const address = match[0].replace(
      /(?<![.:])[.:]+$/,
      (end) => end.startsWith("::") ? "::" : "",
    );
    const end = match.index + address.length;
    if (/\w/.test(text[end] ?? "")) continue;
    if (!/[0-9a-f]/i.test(address) || address.length > 45) continue;
    if (URL.canParse(`http://[${address}]/`)) yield span(match, address);
  }
}

function span({ index }: RegExpExecArray, found: string): Span {
  return { from: index, to: index + found.length };
}
