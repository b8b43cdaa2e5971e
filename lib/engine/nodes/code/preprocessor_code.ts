import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type NodeInstance,
  type PipeContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import { languageOf, LANGUAGES } from "./_language.ts";
import { splitCode } from "./split_code.ts";

const PROFILES = ["auto", ...LANGUAGES] as const;

const FIELDS: readonly NodeField[] = [
  {
    name: "language",
    type: "string",
    description: "The language of the code; auto tells it by the name.",
    default: "auto",
    enum: PROFILES,
  },
  {
    name: "strlen",
    type: "integer",
    description: "Has no effect, here as on a server.",
    default: 512,
    optional: true,
  },
];

/**
 * The node `preprocessor_code`: makes a document of each
 * outermost construct of source code.
 *
 * The code of an object is gathered and cut when it is complete. With the
 * profile `auto` its language is told by the extension of the object's name or
 * by its media type; code of no known language is cut at blank lines, with a
 * warning. A stand-in: the real node reads a syntax tree, and makes documents
 * of the methods inside a class, too.
 *
 * @returns The definition.
 */
export function preprocessorCodeNode(): NodeDefinition {
  return defineNode({
    provider: "preprocessor_code",
    title: "Code chunker",
    description: "Cuts source code into documents at functions and classes.",
    classType: ["preprocessor"],
    lanes: { text: ["documents"] },
    preconfig: {
      default: "auto",
      profiles: Object.fromEntries(
        PROFILES.map((language) => [language, { language, strlen: 512 }]),
      ),
    },
    fields: FIELDS,
    limitation: "The embedded engine cuts code by its lines and brackets, " +
      "not by a syntax tree; what is inside a class or a namespace stays " +
      "together.",
    start: (context) => {
      const language = configReader(context).choice("language", PROFILES);
      return {
        instance: (pipe) => instance(pipe, context.id, language),
      };
    },
  });
}

function instance(
  pipe: PipeContext,
  signature: string,
  wanted: (typeof PROFILES)[number],
): NodeInstance {
  const texts: string[] = [];

  async function cut(): Promise<void> {
    pipe.signal.throwIfAborted();
    const { object } = pipe;
    const text = texts.join("");
    if (text.trim() === "") return;
    const language = wanted === "auto" ? languageOf(object) : wanted;
    if (language === undefined) {
      pipe.warn(
        `Component ${signature}: the language of '${object.name}' cannot be ` +
          "told by its name; it is cut at blank lines",
      );
    }
    const contents = splitCode(text, language)
      .map((piece) => piece.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd())
      .filter((piece) => piece !== "");
    const documents = contents.map((content, chunkId) =>
      objectDoc(object, content, { chunkId, signature })
    );
    await pipe.emit("documents", documents);
  }

  return {
    on: { text: (text) => void texts.push(text) },
    closing: cut,
  };
}
