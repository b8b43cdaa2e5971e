import type { Clock } from "../../../async.ts";
import { ExecutionException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { readPatterns } from "./tools.ts";

/** The last two must be allowed explicitly. */
const METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
];

/** What requests are allowed. */
export interface Rules {
  /**
   * Check a request before it is sent.
   *
   * @throws {ExecutionException} It is not allowed.
   */
  check(request: { readonly method: string; readonly url: URL }): void;
}

/**
 * Read the rules of a component.
 *
 * A pattern must match the beginning of the URL. What it says up to its third
 * slash must match the whole of scheme, host and port, so that neither
 * `https://api.test` allows `https://api.test.example`, nor `https://.*\\.test`
 * a URL with `.test` in its path.
 *
 * @param allowHosts The hosts that the engine allows; all when absent.
 * @throws {ValidationException} A member has the wrong type, or a pattern is
 * not valid.
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
export function urlPattern(source: string): (url: URL) => boolean {
  // As a whole: the halves of an invalid one may be valid.
  new RegExp(source);
  const parts = alternatives(source).map(readAlternative);
  return (url) => parts.some((matches) => matches(url));
}

function readAlternative(source: string): (url: URL) => boolean {
  const third = marksOf(source).filter(({ what }) => what === "slash")[2];
  if (third && third.depth > 0) {
    throw new RangeError("the slash behind the host is in a group");
  }
  const end = third?.at ?? source.length;
  const origin = new RegExp(`^(?:${source.slice(0, end)})$`, "i");
  const path = new RegExp(`^(?:${source.slice(end)})`);
  return (url) =>
    originsOf(url).some((it) => origin.test(it)) &&
    path.test(`${url.pathname}${url.search}`);
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

/** How much is allowed; 0 of anything means any number. */
export interface RateLimitOptions {
  /** How many a second, on average and at once. */
  readonly perSecond: number;
  /** How many a minute, on average and at once. */
  readonly perMinute: number;
  /** How many at the same time. */
  readonly atOnce: number;
  /** Where time comes from. */
  readonly clock: Clock;
}

interface Bucket {
  readonly most: number;
  readonly periodMs: number;
  readonly what: string;
  left: number;
}

/**
 * Bounds how often something is done. What is too much is refused at once:
 * nothing waits, so nothing piles up.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets: readonly Bucket[];
  #filledAt: number;
  #underWay = 0;

  /** Begin with everything allowed. */
  constructor(options: RateLimitOptions) {
    const { perSecond, perMinute, clock } = options;
    this.#options = options;
    this.#filledAt = clock.now();
    this.#buckets = [
      bucket(perSecond, 1_000, "second"),
      bucket(perMinute, 60_000, "minute"),
    ].filter(({ most }) => most > 0);
  }

  /**
   * Do something, if it is allowed now.
   *
   * @throws {ExecutionException} It is not; it may be later.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { atOnce } = this.#options;
    // What is refused for this takes nothing from the rates.
    if (atOnce > 0 && this.#underWay >= atOnce) {
      throw tooMuch(`${atOnce} requests are under way`);
    }
    this.#take();
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  #take(): void {
    const now = this.#options.clock.now();
    const elapsed = now - this.#filledAt;
    this.#filledAt = now;
    for (const bucket of this.#buckets) {
      const more = elapsed * bucket.most / bucket.periodMs;
      bucket.left = Math.min(bucket.most, bucket.left + more);
    }
    const empty = this.#buckets.find(({ left }) => left < 1);
    if (empty) {
      throw tooMuch(`${empty.most} requests a ${empty.what} are allowed`);
    }
    for (const bucket of this.#buckets) bucket.left--;
  }
}

function bucket(most: number, periodMs: number, what: string): Bucket {
  return { most, periodMs, what, left: most };
}

function tooMuch(why: string): ExecutionException {
  return new ExecutionException(`Rate limit exceeded: ${why}`, {
    retryable: true,
  });
}
