import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { preprocessorCode } from "./preprocessor_code.ts";
import { preprocessorLangchain } from "./preprocessor_langchain.ts";
import { prompt } from "./prompt.ts";
import { question } from "./question.ts";
import { response } from "./response.ts";
import { source } from "./sources.ts";

/** Sources, responses, and nodes that need neither a model nor a store. */
export function starters(
  { parsers, overrides }: BuiltinNodesOptions,
): Starters {
  return {
    webhook: source("webhook"),
    chat: source("chat"),
    dropper: source("dropper"),
    // These two bring libraries.
    parse: async () => (await import("./parse.ts")).parse(parsers),
    hash: async () => (await import("./hash.ts")).hash(),
    question,
    prompt,
    preprocessor_langchain: preprocessorLangchain,
    preprocessor_code: preprocessorCode(overrides?.preprocessor_code),
    response: response(),
    response_text: response("text"),
    response_table: response("table"),
    response_documents: response("documents"),
    response_questions: response("questions"),
    response_answers: response("answers"),
    response_audio: response("audio"),
    response_video: response("video"),
    response_image: response("image"),
  };
}
