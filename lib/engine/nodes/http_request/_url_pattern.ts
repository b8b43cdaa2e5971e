/** A pattern of URLs. */
export interface UrlPattern {
  /** Whether it allows a URL. */
  matches(url: URL): boolean;
}

/** What stands where in a pattern. */
interface Mark {
  readonly at: number;
  readonly what: "slash" | "or";
  /** Groups that are open there. */
  readonly depth: number;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
};

/**
 * Read a regular expression that URLs must begin with.
 *
 * What it says up to its third slash must match the whole of scheme, host and
 * port, and the rest the beginning of path and query: as one expression, a
 * wildcard in the host could run on into the path and find the allowed host
 * there. Each alternative outside of groups is a pattern of its own.
 *
 * @throws {SyntaxError} It is not a regular expression.
 * @throws {RangeError} Its third slash is in a group, where nothing tells what
 * belongs to the host.
 */
export function urlPattern(source: string): UrlPattern {
  // As a whole, so that halves of a wrong one are not taken for two right ones.
  new RegExp(source);
  const parts = alternatives(source).map(readAlternative);
  return { matches: (url) => parts.some((part) => part.matches(url)) };
}

function readAlternative(source: string): UrlPattern {
  const third = marksOf(source).filter(({ what }) => what === "slash")[2];
  if (third && third.depth > 0) {
    throw new RangeError("the slash behind the host is in a group");
  }
  const end = third?.at ?? source.length;
  const origin = new RegExp(`^(?:${source.slice(0, end)})$`, "i");
  const path = new RegExp(`^(?:${source.slice(end)})`);
  return {
    matches(url): boolean {
      const rest = `${url.pathname}${url.search}`;
      return originsOf(url).some((it) => origin.test(it)) && path.test(rest);
    },
  };
}

/** An origin as URLs have it, and with the port that goes without saying. */
function originsOf({ origin, port, protocol }: URL): readonly string[] {
  const usual = DEFAULT_PORTS[protocol];
  return port === "" && usual ? [origin, `${origin}:${usual}`] : [origin];
}

function alternatives(source: string): readonly string[] {
  const cuts = marksOf(source)
    .filter(({ what, depth }) => what === "or" && depth === 0)
    .map(({ at }) => at);
  return [...cuts, source.length].map((end, index) =>
    source.slice(index === 0 ? 0 : cuts[index - 1]! + 1, end)
  );
}

/** The slashes and alternatives of a regular expression, less those in classes. */
function marksOf(source: string): readonly Mark[] {
  const marks: Mark[] = [];
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const start = at;
    const escaped = source[at] === "\\";
    const char = escaped ? source[++at] : source[at];
    // A slash needs no escape, but may have one.
    if (char === "/" && !inClass) {
      marks.push({ at: start, what: "slash", depth });
    }
    if (escaped) continue;
    if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "|") marks.push({ at, what: "or", depth });
  }
  return marks;
}
