import type { Span } from "./_span.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(
  `(?<![\\w.])(?:${OCTET}\\.){3}${OCTET}(?!\\w|\\.\\w)`,
  "g",
);

/** Whatever may be one; the platform's parser decides. */
const IPV6_LIKE = /(?<![\w:.])[0-9a-f:][0-9a-f:.]*/gi;

/** Find IPv4 addresses. */
export function ipv4Addresses(text: string): Iterable<Span> {
  return Array.from(text.matchAll(IPV4), (match) => span(match, match[0]));
}

/** Find IPv6 addresses. */
export function* ipv6Addresses(text: string): Generator<Span> {
  for (const match of text.matchAll(IPV6_LIKE)) {
    const address = withoutSentenceEnd(match[0]);
    const end = match.index + address.length;
    if (/\w/.test(text[end] ?? "")) continue;
    if (!/[0-9a-f]/i.test(address) || address.length > 45) continue;
    if (URL.canParse(`http://[${address}]/`)) yield span(match, address);
  }
}

/** A sentence may end behind an address, which may itself end in `::`. */
function withoutSentenceEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ".:".includes(text[end - 1]!)) end -= 1;
  return text.startsWith("::", end)
    ? text.slice(0, end + 2)
    : text.slice(0, end);
}

function span({ index }: RegExpExecArray, found: string): Span {
  return { from: index, to: index + found.length };
}
