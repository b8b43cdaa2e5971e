/** What stands where a key would be. */
const HIDDEN = "(hidden: needs the permission task.data)";

/**
 * A status without the public key of its task: its notes say how to send data,
 * and not everybody who may read it may do that.
 */
export function withoutKey<T extends { readonly notes?: unknown }>(
  status: T,
  publicToken: string,
): T {
  return { ...status, notes: hidden(status.notes, publicToken) };
}

function hidden(value: unknown, key: string): unknown {
  if (typeof value === "string") return value.replaceAll(key, HIDDEN);
  if (Array.isArray(value)) return value.map((item) => hidden(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, hidden(item, key)]),
  );
}
