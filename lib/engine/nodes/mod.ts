export { builtinNodes, type BuiltinNodesOptions } from "./builtin_nodes.ts";
export { markdownRow, markdownTable } from "./parse/markdown_table.ts";
export type {
  ParsedDocument,
  Parser,
  ParserInfo,
  ParserTable,
} from "./parse/parser_table.ts";
export { promptText, type PromptTextOptions } from "./prompt_text.ts";
