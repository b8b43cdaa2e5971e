import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";

/** JSON as it is, without what editors add to it. */
const STRICT = { disallowComments: true, allowTrailingComma: false };

/** Say where in a text JSON is malformed, and how. */
export function malformedAt(text: string): string {
  const errors: ParseError[] = [];
  parseTree(text, errors, STRICT);
  const [first] = errors;
  if (!first) return "malformed JSON";
  const { offset, error } = first;
  const before = text.slice(0, offset).split("\n");
  const what = printParseErrorCode(error)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}`;
}

/**
 * Find the lines in which the components of a pipeline begin.
 *
 * @param text Valid JSON: a pipeline, flat or wrapped.
 * @returns Lines by id, from 1.
 */
export function linesOfComponents(text: string): ReadonlyMap<string, number> {
  const root = parseTree(text, [], STRICT);
  const components = root && (
    findNodeAtLocation(root, ["components"]) ??
      findNodeAtLocation(root, ["pipeline", "components"])
  );
  const found = new Map<string, number>();
  let line = 1;
  let from = 0;
  for (const component of listOf(components)) {
    // Components come in the order of the text, which is read once.
    for (; from < component.offset; from++) {
      if (text[from] === "\n") line++;
    }
    const id: unknown = findNodeAtLocation(component, ["id"])?.value;
    if (typeof id === "string" && !found.has(id)) found.set(id, line);
  }
  return found;
}

function listOf(node: Node | undefined): readonly Node[] {
  return node?.type === "array" ? node.children ?? [] : [];
}
