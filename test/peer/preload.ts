/**
 * Runs before every test file when the behaviour suite meets the faithful
 * peer: tells each case's title to the peers of that case, bounds its time,
 * and expects those to fail that are listed.
 *
 * @module
 */

import { beginCase, chosenPeer, endCase } from "../support/chosen_peer.ts";
import { AWAITING } from "./awaiting.ts";
import { logCase, type Outcome } from "./case_log.ts";
import { EXCEPTIONS } from "./exceptions.ts";

/** No case takes so long, on however busy a machine. */
const LIMIT_MS = 90_000;
/** Failures that take the form of waiting for ever need not be waited for. */
const LISTED_LIMIT_MS = 4_000;

type Body = (context: Deno.TestContext) => unknown;

const register = Deno.test;
const generation = chosenPeer()?.generation;
const excepted = titlesOf(EXCEPTIONS);
const awaited = titlesOf(AWAITING);

function titlesOf(
  cases: readonly { title: string; generation?: string }[],
): ReadonlySet<string> {
  const own = cases.filter((it) =>
    it.generation === undefined || it.generation === generation
  );
  return new Set(own.map(({ title }) => title));
}

/** Run a case; returns what it failed with. */
async function failureOf(
  run: Body,
  context: Deno.TestContext,
  limit: number,
): Promise<{ readonly error: unknown } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`Not done after ${limit / 1000} s`);
    timer = setTimeout(() => reject(error), limit);
  });
  try {
    const work = (async () => await run(context))();
    work.catch(() => {
      // It failed too late for anybody to mind.
    });
    await Promise.race([work, late]);
    return undefined;
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

function define(name: string, run: Body): void {
  const isListed = excepted.has(name) || awaited.has(name);
  register({
    name,
    // What a failure leaves behind is not looked at.
    sanitizeOps: !isListed,
    sanitizeResources: !isListed,
    async fn(context): Promise<void> {
      beginCase(name);
      const limit = isListed ? LISTED_LIMIT_MS : LIMIT_MS;
      const failure = await failureOf(run, context, limit);
      const peers = await endCase();
      const log = (outcome: Outcome): void => logCase({ title: name, outcome });
      // Sockets that were cut settle before the next case begins.
      if (failure) await new Promise((resolve) => setTimeout(resolve, 20));
      if (!isListed) {
        if (failure) log("failed");
        else log(peers > 0 ? "passed" : "without a peer");
        if (failure) throw failure.error;
        return;
      }
      if (failure) return log(excepted.has(name) ? "excepted" : "awaiting");
      log("passed although listed");
      throw new Error(`"${name}" is listed as failing, and passed`);
    },
  });
}

const replaced = (name: unknown, run: unknown): void => {
  if (typeof name === "string" && typeof run === "function") {
    return define(name, run as Body);
  }
  throw new TypeError("Cases of behaviour have a title and a function");
};

(Deno as { test: unknown }).test = Object.assign(replaced, register);
