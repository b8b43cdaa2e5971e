import type { Clock } from "../../../async.ts";
import { ExecutionException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { readPatterns } from "./tools.ts";

/** The last two must be allowed explicitly. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Throws for a request that is not allowed. */
export interface Rules {
  check(request: { readonly method: string; readonly url: URL }): void;
}

/**
 * Read the rules of a component.
 *
 * @param allowHosts The hosts that the engine allows; all when absent.
 * @throws {ValidationException} A member is not valid.
 */
export function readRules(
  context: Pick<TaskContext, "config" | "id">,
  allowHosts: readonly string[] | undefined,
): Rules {
  const read = configReader(context);
  const methods = METHODS.filter((method) =>
    read.flag(`allow${method}`, method !== "HEAD" && method !== "OPTIONS")
  );
  const patterns = readPatterns(read, "urlWhitelist", urlPattern);

  return {
    check({ method, url }): void {
      if (!methods.includes(method)) {
        throw refusal(
          `Method ${method} is not allowed, only ${methods.join(", ")}`,
        );
      }
      // The query may hold a key.
      const place = `${url.origin}${url.pathname}`;
      if (allowHosts && !allowHosts.some((host) => isHost(host, url))) {
        throw refusal(`The engine does not allow requests to ${place}`);
      }
      if (patterns.length === 0) return;
      if (patterns.some((matches) => matches(url))) return;
      throw refusal(`No pattern of 'urlWhitelist' allows ${place}`);
    },
  };
}

/** A host by its name, or any below one: `*.example.com`. */
function isHost(allowed: string, { hostname }: URL): boolean {
  const below = allowed.startsWith("*.");
  const name = hostOf(below ? allowed.slice(2) : allowed);
  if (!name) return false;
  return below ? hostname.endsWith(`.${name}`) : hostname === name;
}

/** A name as URLs have it: lower-case, and in Punycode. */
function hostOf(name: string): string | undefined {
  return URL.parse(`http://${name}/`)?.hostname;
}

function refusal(message: string): ExecutionException {
  return new ExecutionException(message, { code: "permission-denied" });
}

/**
 * Read a regular expression that URLs must begin with.
 *
 * What it says up to its third slash must match the whole of scheme, host and
 * port, and the rest the beginning of path and query: neither does
 * `https://api.test` allow `https://api.test.example`, nor `https://.*\\.test` a
 * URL with `.test` in its path. Each alternative outside of groups is a pattern
 * of its own.
 *
 * @throws {SyntaxError} It is not a regular expression.
 * @throws {RangeError} Its third slash is in a group, so that the end of the
 * host is unknown.
 */
function urlPattern(source: string): (url: URL) => boolean {
  // As a whole: the halves of an invalid one may be valid.
  new RegExp(source);
  const parts: ((url: URL) => boolean)[] = [];
  let [start, slashes, depth, inClass] = [0, 0, 0, false];
  let hostEnd: number | undefined;

  function endAlternative(end: number): void {
    const middle = hostEnd ?? end;
    const origin = new RegExp(`^(?:${source.slice(start, middle)})$`, "i");
    const path = new RegExp(`^(?:${source.slice(middle, end)})`);
    parts.push((url) =>
      originsOf(url).some((it) => origin.test(it)) &&
      path.test(`${url.pathname}${url.search}`)
    );
    [start, slashes, hostEnd] = [end + 1, 0, undefined];
  }

  for (let at = 0; at < source.length; at++) {
    const first = at;
    const isEscaped = source[at] === "\\";
    const char = isEscaped ? source[++at] : source[at];
    // A slash may be escaped or not.
    if (char === "/" && !inClass && ++slashes === 3) {
      if (depth > 0) {
        throw new RangeError("the slash behind the host is in a group");
      }
      hostEnd = first;
    }
    if (isEscaped) continue;
    if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "|" && depth === 0) endAlternative(at);
  }
  endAlternative(source.length);
  return (url) => parts.some((matches) => matches(url));
}

/** An origin as URLs have it, and with the default port. */
function originsOf({ origin, port, protocol }: URL): readonly string[] {
  if (port !== "") return [origin];
  return [origin, `${origin}:${protocol === "http:" ? 80 : 443}`];
}

/** Read how often something may be done. What exceeds that throws at once. */
export function rateLimit(
  read: ConfigReader,
  clock: Clock,
): <T>(work: () => Promise<T>) => Promise<T> {
  const [perSecond, perMinute, atOnce] = [
    read.number("rateLimitPerSecond", 10, { min: 0 }),
    read.number("rateLimitPerMinute", 100, { min: 0 }),
    read.number("maxConcurrentRequests", 5, { min: 0 }),
  ];
  const buckets = [
    { most: perSecond, left: perSecond, periodMs: 1_000, what: "second" },
    { most: perMinute, left: perMinute, periodMs: 60_000, what: "minute" },
  ].filter(({ most }) => most > 0);
  let filledAt = clock.now();
  let underWay = 0;
  const refuse = (why: string): never => {
    const message = `Rate limit exceeded: ${why}`;
    throw new ExecutionException(message, { retryable: true });
  };

  return async (work) => {
    // What is refused for this takes nothing from the rates.
    if (atOnce > 0 && underWay >= atOnce) {
      refuse(`${atOnce} requests are under way`);
    }
    const elapsed = clock.now() - filledAt;
    filledAt += elapsed;
    for (const bucket of buckets) {
      const more = elapsed * bucket.most / bucket.periodMs;
      bucket.left = Math.min(bucket.most, bucket.left + more);
    }
    const empty = buckets.find(({ left }) => left < 1);
    if (empty) refuse(`${empty.most} requests a ${empty.what} are allowed`);
    for (const bucket of buckets) bucket.left--;
    underWay++;
    try {
      return await work();
    } finally {
      underWay--;
    }
  };
}
