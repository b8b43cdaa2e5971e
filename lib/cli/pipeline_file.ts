import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { Pipeline } from "../../mod.ts";
import { unwrapPipeline } from "../../schema/mod.ts";
import { Failure, shown } from "./failures.ts";
import { readFile } from "./platform.ts";

/** A pipeline, and the text of its file. */
export interface PipelineFile {
  readonly text: string;
  readonly pipeline: Pipeline;
}

/**
 * Read a pipeline, flat or wrapped, from a file.
 *
 * @throws {Failure} The file cannot be read, or has no pipeline.
 */
export async function readPipelineFile(file: string): Promise<PipelineFile> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).replace(/^\ufeff/, "");
  } catch (error) {
    throw new Failure(`Cannot read ${file}: ${shown(error).message}`);
  }
  return { text, pipeline: parsePipeline(file, text) };
}

/**
 * Parse the text of a pipeline, flat or wrapped.
 *
 * @param name What to call the text in messages.
 * @throws {Failure} It has no pipeline.
 */
export function parsePipeline(name: string, text: string): Pipeline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(`Invalid JSON in ${name}: ${malformedAt(text)}`);
  }
  const pipeline = unwrapPipeline(value);
  if (pipeline) return pipeline;
  throw new Failure(`${name} has no "components"`);
}

/** JSON without the extensions of editors. */
const STRICT = { disallowComments: true, allowTrailingComma: false };

/** The position and the kind of the first error in malformed JSON. */
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
    // Components are in the order of the text, so one pass is enough.
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
