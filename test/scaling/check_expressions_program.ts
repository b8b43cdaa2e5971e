/**
 * Check regular expressions, which come as JSON from standard input, and print
 * for each that may take long what was found, as a line of JSON.
 *
 * @module
 */

import { check } from "recheck";
import { print } from "../runner/report.ts";
import type { FoundExpression } from "./expressions_in.ts";

/** How many are checked at a time. */
const PARALLEL = 2;
/** A busy machine may need more than the first of these. */
const TIMEOUTS_MS = [10_000, 30_000];

const expressions: FoundExpression[] = await new Response(
  Deno.stdin.readable,
).json();

async function checked(
  { source, flags, path }: FoundExpression,
): Promise<void> {
  let found: string | undefined;
  for (const timeout of TIMEOUTS_MS) {
    const result = await check(source, flags, { timeout });
    if (result.status === "safe") return;
    found = result.status === "vulnerable"
      ? `${result.complexity.summary}, for example ${result.attack.pattern}`
      : `unknown: ${result.error.kind}`;
    if (result.status === "vulnerable") break;
  }
  print(JSON.stringify({ path, source, flags, found }));
}

const queue = expressions.values();
await Promise.all(Array.from({ length: PARALLEL }, async () => {
  for (const expression of queue) await checked(expression);
}));
Deno.exit();
