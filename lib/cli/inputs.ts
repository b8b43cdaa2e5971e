import { join, process, resolve, stat } from "./platform.ts";
import type { Command } from "commander";
import { glob } from "tinyglobby";
import type { FileInput } from "../../mod.ts";
import { oneLine } from "./output.ts";
import { Failure } from "./run.ts";

/** How many words without a file a message lists. */
const MOST_NAMED = 5;

/** The files that were found, and the words that match none. */
export interface ExpandedFiles {
  /** Paths as they were given or found, each file once. */
  readonly files: readonly string[];
  /** Words that match no file. */
  readonly skipped: readonly string[];
}

/**
 * Find the files that words of a command line name: files, folders with their
 * content, and patterns such as `*.csv`. Names that begin with a period must be
 * given in full.
 */
export async function expandFiles(
  words: readonly string[],
): Promise<ExpandedFiles> {
  const files = new Map<string, string>();
  const skipped: string[] = [];
  for (const word of words) {
    const found = await filesOf(word);
    if (found.length === 0) skipped.push(word);
    for (const path of found) {
      const key = resolve(path);
      if (!files.has(key)) files.set(key, path);
    }
  }
  return { files: [...files.values()], skipped };
}

async function filesOf(word: string): Promise<string[]> {
  const entry = await stat(word).catch(() => undefined);
  if (entry?.isDirectory()) {
    const names = await glob("**/*", { cwd: word });
    return names.sort().map((name) => join(word, name));
  }
  if (entry) return [word];
  return (await glob(word, { expandDirectories: false })).sort();
}

/** An input, with a name to show. */
export interface Input {
  readonly name: string;
  readonly file: FileInput;
  /** The size in bytes, if it is known. */
  readonly size: number | undefined;
}

/** Options about inputs. */
export interface InputFlags {
  /** The name of standard input, or of the only input. */
  readonly name?: string | undefined;
  /** The media type of all of them. */
  readonly type?: string | undefined;
}

/** Add the argument for inputs, and the options about them. */
export function withInputs(command: Command): Command {
  return command
    .argument("[inputs...]", "files, folders, patterns, URLs, or - for input")
    .option("--name <name>", "the name of standard input, or of the only file")
    .option("--type <type>", "the media type of the inputs");
}

/**
 * Find the inputs: files, folders, patterns, URLs, and `-` for standard input,
 * which is also the default.
 */
export async function expandInputs(
  words: readonly string[],
  { name, type }: InputFlags = {},
): Promise<{ inputs: readonly Input[]; skipped: readonly string[] }> {
  const inputs: Input[] = [];
  const skipped: string[] = [];
  const paths: string[] = [];
  const details = type === undefined ? {} : { mimeType: type };
  for (const word of words.length > 0 ? words : ["-"]) {
    if (word === "-") {
      inputs.push({
        name: name ?? "stdin",
        size: undefined,
        file: { name: name ?? "stdin", stream: standardInput, ...details },
      });
    } else if (/^(https?|data):/.test(word)) {
      inputs.push({
        name: word.startsWith("data:") ? "data:" : word,
        size: undefined,
        file: { file: new URL(word), ...details },
      });
    } else paths.push(word);
  }
  const found = await expandFiles(paths);
  skipped.push(...found.skipped.map((it) => `${it}: there is no such file`));
  const only = found.files.length === 1 && inputs.length === 0;
  for (const path of found.files) {
    const entry = await stat(path).catch(() => undefined);
    if (!entry?.isFile()) {
      skipped.push(`${path}: it is not a file`);
      continue;
    }
    inputs.push({
      name: path,
      size: entry.size,
      file: { file: path, ...(only && name ? { name } : {}), ...details },
    });
  }
  if (inputs.length === 0) {
    const some = skipped.slice(0, MOST_NAMED).join("; ");
    throw new Failure(`No files found: ${oneLine(some)}`);
  }
  return { inputs, skipped };
}

/** The bytes of standard input, with back-pressure. */
function standardInput(): AsyncIterable<Uint8Array> {
  return process.stdin;
}
