/** The kinds of members that a filter has. */
type Kind = "boolean" | "number" | "string" | "numbers" | "strings";

const KINDS: Readonly<Record<string, Kind>> = {
  fullTables: "boolean",
  fullDocuments: "boolean",
  offset: "number",
  limit: "number",
  minChunkId: "number",
  maxChunkId: "number",
  nodeId: "string",
  parent: "string",
  name: "string",
  permissions: "numbers",
  isDeleted: "boolean",
  objectIds: "strings",
  chunkIds: "numbers",
  isTable: "boolean",
  tableIds: "numbers",
  useQuickRank: "boolean",
  useGroupRank: "boolean",
  followUpQuestions: "number",
  context: "boolean",
};

/**
 * Say what is wrong with the filter of a question; `undefined` when nothing
 * is. Members may be null, and other members than the known ones anything.
 */
export function filterFault(
  filter: Readonly<Record<string, unknown>>,
): string | undefined {
  const wrong = Object.entries(KINDS).find(([name, kind]) =>
    !fits(filter[name] ?? null, kind)
  );
  if (!wrong) return undefined;
  const [name, kind] = wrong;
  const what = kind.endsWith("s") ? `a list of ${kind}` : `a ${kind}`;
  return `'filter.${name}' must be ${what}`;
}

function fits(value: unknown, kind: Kind): boolean {
  if (value === null) return true;
  if (kind !== "numbers" && kind !== "strings") return isOne(value, kind);
  const one = kind === "numbers" ? "number" : "string";
  return Array.isArray(value) && value.every((item) => isOne(item, one));
}

function isOne(value: unknown, kind: "boolean" | "number" | "string"): boolean {
  const found: string = typeof value;
  return kind === "number" ? Number.isFinite(value) : found === kind;
}
