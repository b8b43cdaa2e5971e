/** A value as text, for a message. */
export function format(value: unknown): string {
  const { Deno } = globalThis as { Deno?: { inspect?: Inspect } };
  if (typeof Deno?.inspect !== "function") return plain(value);
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
  });
}

type Inspect = (value: unknown, options: Record<string, unknown>) => string;

/** What a runtime without an inspector can say. */
function plain(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value, undefined, 2) ?? String(value);
  } catch {
    return String(value); // cyclic
  }
}
