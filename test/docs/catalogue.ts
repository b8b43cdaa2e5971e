import { EXAMPLE_OUTPUTS } from "../support/example_outputs.ts";
import { readTree } from "../support/read_tree.ts";
import { type Mark, readMark } from "./marks.ts";
import { type Exports, readPage } from "./page.ts";

/** A program of the documentation. */
export interface DocumentedProgram {
  /** What it is called in messages: its file, or its page and line. */
  readonly name: string;
  /** The runtimes that it names; absent where it names none. */
  readonly mark: Mark | undefined;
  /** Its file in the project, in a folder with what it needs. */
  readonly file: string;
  /** Whether this is all that it prints, or some parts of that. */
  readonly prints:
    | { readonly all: string }
    | { readonly parts: readonly string[] };
}

/** The programs of the documentation, and the files of a project with them. */
export interface Catalogue {
  /** Programs that are run to their end and print something. */
  readonly programs: readonly DocumentedProgram[];
  /** Servers, pages and tests: what is run in a way of its own, with its mark. */
  readonly others: ReadonlyMap<string, Mark | undefined>;
  /** Texts by path in the project. */
  readonly files: Readonly<Record<string, string>>;
}

/** Pages with programs that are not run, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "examples/from_the_official_sdk.md":
    "its programs need an engine and files of the reader",
};

/** Read all programs of all pages, and all examples. */
export async function readCatalogue(exports: Exports): Promise<Catalogue> {
  const pages = await pagePrograms(exports);
  const examples = await readTree(["examples"]);
  const texts = [...examples.values()].join("\n");
  const programs: DocumentedProgram[] = [];
  const others = new Map<string, Mark | undefined>();
  for (const [path, text] of examples) {
    const file = path.slice(path.lastIndexOf("/") + 1);
    // What another one imports is a part of it.
    if (texts.includes(`/${file}"`)) continue;
    const mark = readMark(text, path);
    const parts =
      EXAMPLE_OUTPUTS[path.slice("examples/".length, -".ts".length)];
    if (parts) {
      programs.push({ name: path, mark, file: path, prints: { parts } });
    } else others.set(path, mark);
  }
  return {
    programs: [...pages.programs, ...programs],
    others,
    files: { ...pages.files, ...await exampleFiles() },
  };
}

/** Everything below `examples` as it is, besides the pages. */
async function exampleFiles(): Promise<Record<string, string>> {
  const files = [...await readTree(["examples"], "")]
    .filter(([path]) => !/^examples\/\w+\.md$/.test(path));
  return Object.fromEntries(files);
}

async function pagePrograms(
  exports: Exports,
): Promise<Pick<Catalogue, "programs" | "files">> {
  const folders = ["README.md", "examples", "lib", "schema", "test", "bench"];
  const programs: DocumentedProgram[] = [];
  const files: Record<string, string> = {};
  for (const [path, text] of await readTree(folders, ".md")) {
    if (path in NOT_RUN) continue;
    if (/^```ts$/m.test(text)) throw new Error(`${path} has a program in ts`);
    const page = readPage(path, text, exports);
    const folder = `pages/${path.replaceAll("/", "_")}`;
    for (const [at, { name, mark, text, output }] of page.programs.entries()) {
      const file = `${folder}/${at}.mjs`;
      files[file] = text;
      const prints = output === undefined ? { parts: [] } : { all: output };
      programs.push({ name, mark, file, prints });
    }
    if (page.programs.length === 0) continue;
    for (const [name, text] of Object.entries(page.files)) {
      files[`${folder}/${name}`] = text;
    }
  }
  return { programs, files };
}
