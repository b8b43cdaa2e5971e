import { seededRandom } from "./faithful_peer/seeded_random.ts";
import { ROOT } from "./read_tree.ts";

/** The variable that names the seed; children of a test process inherit it. */
export const SEED_VARIABLE = "TEST_SEED";

/** The value of the variable that asks for a seed that has not been tried. */
const FRESH = "fresh";

/**
 * The seed that everything left to chance in tests follows from: a word.
 *
 * `TEST_SEED` names it; `TEST_SEED=fresh` makes one at random. Without the
 * variable it is the beginning of the hash of the commit that is checked out, or
 * the date where there is no git. So each commit tries new cases, and two runs
 * of one commit try the same.
 *
 * What it chose is put into the variable, for this process and its children.
 */
export function testSeed(): string {
  const named = Deno.env.get(SEED_VARIABLE) ?? "";
  if (named !== "" && named !== FRESH) return named;
  const seed = named === FRESH ? freshSeed() : commit() ?? date();
  Deno.env.set(SEED_VARIABLE, seed);
  return seed;
}

/** A random seed, short enough to be typed. */
export function freshSeed(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number.toString(36);
}

/**
 * A seed as a signed number of 32 bits. The decimal digits of such a number,
 * which fast-check prints, stand for that number; other words for a hash.
 */
export function seedNumber(seed: string = testSeed()): number {
  const number = Number(seed);
  return /^-?\d+$/.test(seed) && number === (number | 0)
    ? number
    : seededRandom(seed).whole(-(2 ** 31), 2 ** 31 - 1);
}

function commit(): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["rev-parse", "HEAD"],
      cwd: ROOT,
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout.slice(0, 12)) : undefined;
  } catch {
    return undefined; // git is not installed
  }
}

function date(): string {
  return new Date().toISOString().slice(0, 10);
}
