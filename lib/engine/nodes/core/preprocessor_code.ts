import type { NodeInstance, ObjectInfo, PipeContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import type { NodeOverrides, Start } from "../options.ts";

/** The languages that the node knows, with the extensions of their files. */
const EXTENSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["c", ["c", "h"]],
  ["cpp", ["cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "ipp"]],
  ["python", ["py", "pyi", "pyw"]],
  ["javascript", ["js", "mjs", "cjs", "jsx"]],
  ["typescript", ["ts", "mts", "cts", "tsx"]],
]);

/**
 * The node `preprocessor_code`: makes documents of source code.
 *
 * The code of an object is collected and cut when it is complete. A server cuts
 * it by its syntax tree. Here, an override does; without one, code of any
 * language is cut at blank lines before lines that are not indented.
 */
export function preprocessorCode(
  cut: NodeOverrides["preprocessor_code"],
): Start {
  return (context) => {
    const { id, config } = context;
    const wanted = configReader(context)
      .choice("language", ["auto", ...EXTENSIONS.keys()]);

    async function pieces(code: string, pipe: PipeContext): Promise<unknown> {
      if (!cut) return splitParagraphs(code);
      const language = wanted === "auto" ? languageOf(pipe.object) : wanted;
      const { signal } = pipe;
      const found: unknown = await cut(code, { id, config, signal, language });
      signal.throwIfAborted();
      return found;
    }

    return { instance: (pipe) => instance(pipe, id, pieces) };
  };
}

function instance(
  pipe: PipeContext,
  signature: string,
  cut: (code: string, pipe: PipeContext) => Promise<unknown>,
): NodeInstance {
  const texts: string[] = [];
  return {
    on: { text: (text) => void texts.push(text) },
    closing: async () => {
      pipe.signal.throwIfAborted();
      const code = texts.join("");
      if (code.trim() === "") return;
      const pieces = await cut(code, pipe);
      if (!Array.isArray(pieces) || !pieces.every(isString)) {
        throw new TypeError(
          "Cannot cut code: the function 'preprocessor_code' must return an " +
            "array of strings",
        );
      }
      const documents = pieces
        .map((piece) => piece.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd())
        .filter((piece) => piece !== "")
        .map((piece, chunkId) =>
          objectDoc(pipe.object, piece, { chunkId, signature })
        );
      if (documents.length > 0) await pipe.emit("documents", documents);
    },
  };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/**
 * The language of an object by the extension of its name, else by its media
 * type; `undefined` if it is not one that the node knows.
 */
export function languageOf(
  { name, mimeType }: Pick<ObjectInfo, "name" | "mimeType">,
): string | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  for (const [language, extensions] of EXTENSIONS) {
    if (extensions.includes(extension)) return language;
  }
  const [, subtype = ""] = /^\w+\/(?:x-)?([\w+]+?)(?:src)?\s*(?:;|$)/
    .exec(mimeType.toLowerCase()) ?? [];
  const language = subtype === "c++" ? "cpp" : subtype;
  return EXTENSIONS.has(language) ? language : undefined;
}

/** Cut a text at blank lines before lines that are not indented. */
export function splitParagraphs(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let at = 0;
  let blank = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (blank && /^\S/.test(line)) {
      pieces.push(text.slice(start, at));
      start = at;
    }
    blank = line.trim() === "";
    at += line.length;
  }
  if (start < at) pieces.push(text.slice(start, at));
  return pieces;
}
