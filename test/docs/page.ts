import { type Mark, readMark } from "./marks.ts";

/** A program of a page, ready to be run. */
export interface PageProgram {
  /** The page and the line of it where the program begins. */
  readonly name: string;
  readonly text: string;
  /** The runtimes that it names; absent where it names none. */
  readonly mark: Mark | undefined;
  /** What it must print; absent where the page does not say. */
  readonly output: string | undefined;
}

/** A page of the documentation. */
export interface Page {
  /** Its files, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly programs: readonly PageProgram[];
}

/** The names that each entry exports, by the entry's name. */
export type Exports = Readonly<Record<string, readonly string[]>>;

const FENCE = /^```(js|json)(?: (\S+))?\n([^]*?)^```$/gm;
/** Where a piece that continues the first program goes. */
const PLACE = "await terminate(";

/**
 * Read the files and programs of a page, given its path and its text.
 *
 * A fence with a name behind `js` or `json` is a file. A `js` fence that imports
 * something is a program; one that imports nothing goes into the page's first
 * program before `terminate`, its names go into the import, and where it names no
 * runtime, it has those of the first program. The comments at the end of a
 * program are what it prints.
 */
export function readPage(path: string, page: string, exports: Exports): Page {
  const files: Record<string, string> = {};
  const programs: PageProgram[] = [];
  let first: string | undefined;
  for (
    const { 1: language, 2: file, 3: text = "", index } of page.matchAll(FENCE)
  ) {
    if (file !== undefined) files[file] = text;
    if (language !== "js") continue;
    const line = page.slice(0, index).split("\n").length;
    const isWhole = /^import /m.test(text);
    if (!isWhole && first === undefined) {
      throw new Error(`${path}:${line}: there is no program to continue`);
    }
    const { code, output } = withoutOutput(text);
    const name = `${path}:${line}`;
    programs.push({
      name,
      mark: readMark(isWhole ? text : first + text, name),
      text: isWhole ? code : continued(first!, code, exports),
      output: isWhole ? output : joined(withoutOutput(first!).output, output),
    });
    if (isWhole) first ??= text;
  }
  return { files, programs };
}

function withoutOutput(
  text: string,
): { readonly code: string; readonly output: string | undefined } {
  const [comments = ""] = /(?:^\/\/ .*\n)*(?![^])/m.exec(text) ?? [];
  const code = text.slice(0, text.length - comments.length);
  return {
    code,
    output: comments === "" ? undefined : comments.replaceAll(/^\/\/ /gm, ""),
  };
}

function joined(
  first: string | undefined,
  second: string | undefined,
): string | undefined {
  return second === undefined ? undefined : (first ?? "") + second;
}

function continued(first: string, piece: string, exports: Exports): string {
  const { code } = withoutOutput(first);
  const whole = code.replace(PLACE, () => piece + PLACE);
  const imported = new Set(
    Array.from(code.matchAll(/^import \{ (.*) \}/gm), ([, names = ""]) => names)
      .flatMap((names) => names.split(", ")),
  );
  const imports = Object.entries(exports).flatMap(([entry, names]) => {
    const used = names.filter((name) =>
      !imported.has(name) && new RegExp(`\\b${name}\\(`).test(piece)
    );
    for (const name of used) imported.add(name);
    return used.length === 0
      ? []
      : [`import { ${used.join(", ")} } from "${entry}";\n`];
  });
  return imports.join("") + whole;
}
