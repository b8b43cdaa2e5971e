import type { JsonObject } from "../../../../schema/json.ts";
import { ValidationException } from "../../../errors.ts";
import type {
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import {
  type ChunkLimit,
  codePoints,
  LATEX,
  MARKDOWN,
  PLAIN,
  readSeparators,
  splitAtSeparator,
  splitByForce,
  splitRecursively,
  utf8Bytes,
} from "../text_splitter.ts";

/** Cuts a text into chunks. */
type Splitter = (text: string) => string[];

/**
 * The node `preprocessor_langchain`: cuts text and tables into documents.
 *
 * Tables become documents at once, text when the object is complete; all
 * documents of a cut are written together. Chunks are numbered from 0 through
 * the whole object.
 */
export function preprocessorLangchain(context: TaskContext): NodeTask {
  const split = splitterFor(context);
  return { instance: (pipe) => instance(pipe, split, context.id) };
}

function instance(
  pipe: PipeContext,
  split: Splitter,
  signature: string,
): NodeInstance {
  const texts: string[] = [];
  let chunkId = 0;

  async function emit(text: string, isTable: boolean): Promise<void> {
    pipe.signal.throwIfAborted();
    const documents = split(text).map((part) =>
      objectDoc(pipe.object, part, { chunkId: chunkId++, signature, isTable })
    );
    if (documents.length > 0) await pipe.emit("documents", documents);
  }

  return {
    on: {
      text: (text) => void texts.push(text, "\n"),
      table: (table) => emit(table, true),
    },
    closing: () => emit(texts.join(""), false),
  };
}

function splitterFor(context: TaskContext): Splitter {
  const { config } = context;
  const read = configReader(context);
  const { force, ...limit } = chunkLimit(config, read);
  const cut = cutter(config, read, limit);
  return force ? (text) => splitByForce(cut(text), limit) : cut;
}

/** `splitter` names a class of the library LangChain, as forms write it. */
function cutter(
  config: JsonObject,
  read: ConfigReader,
  limit: ChunkLimit,
): Splitter {
  const name = read.text("splitter", "RecursiveCharacterTextSplitter");
  const quoted = (member: string): readonly string[] => {
    const found = readSeparators(config[member]);
    if (found) return found;
    throw read.fault(
      `'${member}' must be quoted strings parted by commas, for example ` +
        String.raw`"\n\n", "\n"`,
    );
  };
  switch (name) {
    case "RecursiveCharacterTextSplitter": {
      const own = quoted("separators");
      const separators = own.length > 0 ? own : PLAIN;
      return (text) => splitRecursively(text, separators, limit);
    }
    case "CharacterTextSplitter": {
      const found = quoted("separator");
      if (found.length > 1) {
        throw read.fault("'separator' must be one quoted string");
      }
      const [separator = "\n\n"] = found;
      return (text) => splitAtSeparator(text, separator, limit);
    }
    case "MarkdownTextSplitter":
      return (text) => splitRecursively(text, MARKDOWN, limit);
    case "LatexTextSplitter":
      return (text) => splitRecursively(text, LATEX, limit);
    case "NLTKTextSplitter":
    case "SpacyTextSplitter":
      throw new ValidationException(
        `Profile '${name === "NLTKTextSplitter" ? "nltk" : "spacy"}' of node ` +
          "'preprocessor_langchain' exists in RocketRide but is not " +
          "available in the embedded engine (needs model); connect to a " +
          "server to run it",
        {
          code: "not-supported",
          hint: "The profile 'recursive' cuts text without a model",
        },
      );
  }
  throw read.fault(
    `'splitter' must be the name of a class, such as ` +
      `'RecursiveCharacterTextSplitter', 'CharacterTextSplitter', ` +
      `'MarkdownTextSplitter' or 'LatexTextSplitter', not '${name}'`,
  );
}

/**
 * The greatest length of a chunk, and whether longer parts are cut by force.
 *
 * `strlen` counts characters, that is, code points. `tokens` estimates
 * `ceil(UTF-8 bytes / bytes_per_token)`; the limit is kept in bytes, so that
 * lengths add up. `max_model_tokens` less `token_safety_margin` caps the
 * limit, and then nothing may exceed it.
 */
function chunkLimit(
  config: JsonObject,
  read: ConfigReader,
): ChunkLimit & { readonly force: boolean } {
  const positive = (name: string, fallback: number): number => {
    const value = config[name] ?? fallback;
    if (typeof value === "number" && value > 0) return value;
    throw read.fault(`'${name}' must be a number above 0`);
  };
  const mode = read.choice("mode", ["strlen", "tokens"]);
  if (mode === "strlen") {
    return {
      most: positive("strlen", 512),
      measure: codePoints,
      force: false,
    };
  }
  const margin = config.token_safety_margin === 0
    ? 0
    : positive("token_safety_margin", 32);
  const wanted = Math.max(1, Math.floor(positive("tokens", 512)));
  const force = (config.max_model_tokens ?? undefined) !== undefined;
  const tokens = force
    ? Math.max(1, Math.min(wanted, positive("max_model_tokens", 0) - margin))
    : wanted;
  const most = tokens * positive("bytes_per_token", 3);
  return { most, measure: utf8Bytes, force };
}
