import { ExecutionException } from "../../../errors.ts";
import type { TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import type { PreparedRequest } from "./_prepare_request.ts";

/** The methods that there are (engine §4.9). */
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
 * Read the rules of a component (engine §4.9).
 *
 * A pattern must match the beginning of the URL, as on a server; here it must
 * also cover the whole of scheme, host and port, so that what allows
 * `https://api.test` does not allow `https://api.test.example`.
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
        return new RegExp(`^(?:${source})`);
      } catch {
        // The platform's text says the same in other words.
        throw read.fault(`'urlWhitelist' has an invalid pattern: ${source}`);
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
      const { href, origin } = url;
      const covered = patterns.map((pattern) => pattern.exec(href)?.[0].length);
      if (covered.some((length = 0) => length >= origin.length)) return;
      throw refusal(`No pattern of 'urlWhitelist' allows ${place}`);
    },
  };
}

/** A host by its name, or any below one: `*.example.com`. */
function isHost(allowed: string, { hostname }: URL): boolean {
  const name = allowed.toLowerCase();
  return name.startsWith("*.")
    ? hostname.endsWith(name.slice(1))
    : hostname === name;
}

function refusal(message: string): ExecutionException {
  return new ExecutionException(message, { code: "permission-denied" });
}
