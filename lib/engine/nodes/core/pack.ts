import { preprocessorCodeNode } from "../code/preprocessor_code.ts";
import { hashNode } from "../hash.ts";
import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { parseNode } from "../parse/parse.ts";
import { preprocessorLangchainNode } from "../preprocessor_langchain.ts";
import { promptNode } from "../prompt.ts";
import { questionNode } from "../question.ts";
import { responseNodes } from "../response.ts";
import { sourceNodes } from "../sources.ts";

/** Sources, responses, and what needs neither a model nor a store. */
export function starters({ parsers }: BuiltinNodesOptions): Starters {
  const byProvider = [...sourceNodes(), ...responseNodes()]
    .map(({ provider, start }) => [provider, start] as const);
  return {
    ...Object.fromEntries(byProvider),
    parse: parseNode(parsers).start,
    hash: hashNode().start,
    question: questionNode().start,
    prompt: promptNode().start,
    preprocessor_langchain: preprocessorLangchainNode().start,
    preprocessor_code: preprocessorCodeNode().start,
  };
}
