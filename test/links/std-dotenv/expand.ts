const REFERENCE = /\$\{(.+?)(?::-(.+?))?\}|(?<!\\)\$(\w+)(?::-(.+))?/g;

/** Values may name values that name values; this many steps, then no more. */
const MAX_PASSES = 100;

/**
 * Replace references to variables, again and again until none is left.
 *
 * As with the original, what is unknown and has no default becomes the text
 * `undefined`.
 */
export function expand(
  text: string,
  known: Readonly<Record<string, string>>,
): string {
  let result = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = result.replace(
      REFERENCE,
      (_, braced, bracedDefault, plain, plainDefault) =>
        String(lookUp(braced ?? plain, known) ?? bracedDefault ?? plainDefault),
    );
    if (next === result) break;
    result = next;
  }
  return result;
}

function lookUp(
  name: string,
  known: Readonly<Record<string, string>>,
): string | undefined {
  if (Object.hasOwn(known, name)) return known[name];
  const { Deno } = globalThis as {
    Deno?: { env: { get(name: string): string | undefined } };
  };
  return Deno?.env.get(name);
}
