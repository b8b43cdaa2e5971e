import {
  fetchPlace,
  fileFailure,
  noDisk,
  shownPlace,
  unescaped,
  unreadable,
} from "../fetch_place.ts";

/** What was read, and from where. */
interface ReadJson {
  readonly value: unknown;
  /** The place for a message, in quotes. */
  shown(): string;
  /**
   * What the file is called, without `.pipe` and `.json`; inline data has no
   * name.
   */
  readonly name: string | undefined;
}

/**
 * Read JSON from a path or a URL.
 *
 * @throws {ValidationException} It cannot be read, or is not JSON.
 * @throws The signal's reason.
 */
export async function readJson(
  place: string | URL,
  signal?: AbortSignal | null,
): Promise<ReadJson> {
  const isFile = typeof place === "string" || place.protocol === "file:";
  const text = isFile
    ? await readTextFile(place)
    : await (await fetchPlace(place, signal)).text();
  try {
    const value: unknown = JSON.parse(text);
    const shown = (): string => `"${shownPlace(place)}"`;
    return { value, name: nameOf(place), shown };
  } catch {
    // Parsers quote what they could not read, and that may hold a key.
    const fault = jsonFault(text);
    const where = fault && `, see line ${fault.line}, column ${fault.column}`;
    const code = "invalid-pipeline";
    throw unreadable(place, `it is not JSON${where ?? ""}`, { code });
  }
}

function nameOf(place: string | URL): string | undefined {
  const isPath = typeof place === "string";
  if (!isPath && place.protocol === "data:") return undefined;
  const path = isPath ? place : unescaped(place.pathname);
  const file = path.split(/[\\/]/).at(-1);
  return file?.replace(/(\.pipe)?(\.json)?$/, "") || undefined;
}

/** The members of the runtimes that reading a file needs. */
interface Runtime {
  readonly Deno?: { readTextFile(path: string | URL): Promise<string> };
  readonly process?: {
    getBuiltinModule?(name: string): {
      readFile(path: string | URL, encoding: "utf8"): Promise<string>;
    };
  };
}

/**
 * Read a text file on runtimes that have files: Deno, Bun, Node.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param scope Where the runtime is looked for. Default: the global object.
 * @returns The text, as UTF-8.
 * @throws {ValidationException} There is no such file, it may not be read, or
 * the runtime has no files; `code` says which.
 */
export async function readTextFile(
  path: string | URL,
  scope: object = globalThis,
): Promise<string> {
  const { Deno, process } = scope as Runtime;
  const files = process?.getBuiltinModule?.("node:fs/promises");
  try {
    if (Deno) return await Deno.readTextFile(path);
    if (files) return await files.readFile(path, "utf8");
  } catch (error) {
    throw fileFailure(path, error);
  }
  throw noDisk(path, "Pass the pipeline as an object or a URL");
}

const SPACE = /[ \t\n\r]*/y;
const WORD =
  /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
// deno-lint-ignore no-control-regex -- JSON has none of them in a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** A place in a text; both count from 1. */
interface TextPlace {
  readonly line: number;
  /** In UTF-16 units. */
  readonly column: number;
}

/**
 * Find where a text stops being JSON. Parsers say that in a form of their own,
 * and some not at all.
 *
 * @returns The first place that cannot be part of JSON, or `undefined` if the
 * text is JSON.
 */
export function jsonFault(text: string): TextPlace | undefined {
  let at = 0;

  /** Skip what a pattern matches here, if it matches anything. */
  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const length = pattern.exec(text)?.[0].length ?? 0;
    at += length;
    return length > 0;
  }

  /** Skip one character, and the white space after it. */
  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at++;
    skip(SPACE);
    return true;
  }

  /** Skip a string; a fault inside it is reported at its start. */
  function string(): boolean {
    const start = at;
    if (text[at++] === '"') {
      do skip(PLAIN); while (skip(ESCAPE));
      if (take('"')) return true;
    }
    at = start;
    return false;
  }

  function word(): boolean {
    const found = skip(WORD);
    skip(SPACE);
    return found;
  }

  /** What closes the lists and objects around this place. */
  const closers: string[] = [];
  skip(SPACE);
  for (;;) {
    if (closers.at(-1) === "}" && !(string() && take(":"))) break;
    const closer = take("{") ? "}" : take("[") ? "]" : "";
    if (closer && !take(closer)) {
      closers.push(closer);
      continue;
    }
    if (!closer && !string() && !word()) break;
    while (closers.length > 0 && take(closers.at(-1)!)) closers.pop();
    if (closers.length === 0 && at === text.length) return undefined;
    if (closers.length === 0 || !take(",")) break;
  }
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
