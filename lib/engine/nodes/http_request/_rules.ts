import { ExecutionException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import type { PreparedRequest } from "./_prepare_request.ts";
import { urlPattern } from "./_url_pattern.ts";

/** The methods that there are. */
export const METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
] as const;

/** What requests are allowed. */
export interface Rules {
  /**
   * Check a request before it is sent.
   *
   * @throws {ExecutionException} It is not allowed.
   */
  check(request: Pick<PreparedRequest, "method" | "url">): void;
}

/**
 * Read the rules of a component.
 *
 * A pattern must match the beginning of the URL, as on a server. Here what it
 * says up to its third slash must match the whole of scheme, host and port, so
 * that neither `https://api.test` allows `https://api.test.example`, nor
 * `https://.*\\.test` what has a `.test` in its path.
 *
 * @param allowHosts The hosts that the engine allows; all when absent.
 * @throws {ValidationException} A member is of the wrong kind, or a pattern is
 * none.
 */
export function readRules(
  context: Pick<TaskContext, "config" | "id">,
  allowHosts: readonly string[] | undefined,
): Rules {
  const read = configReader(context);
  const methods = METHODS.filter((method) =>
    read.flag(`allow${method}`, method !== "HEAD" && method !== "OPTIONS")
  );
  const patterns = read.records("urlWhitelist")
    .map(({ whitelistPattern: source = "" }) => {
      if (typeof source !== "string") {
        throw read.fault("'urlWhitelist' must have patterns that are texts");
      }
      return source.trim();
    })
    .filter((source) => source !== "")
    .map((source) => {
      try {
        return urlPattern(source);
      } catch (error) {
        const fault = `'urlWhitelist' has an invalid pattern: ${source}`;
        // The platform's text says the same in other words.
        const why = error instanceof RangeError ? `: ${error.message}` : "";
        throw read.fault(`${fault}${why}`);
      }
    });

  return {
    check({ method, url }): void {
      if (!methods.some((allowed) => allowed === method)) {
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
      if (patterns.some((pattern) => pattern.matches(url))) return;
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
