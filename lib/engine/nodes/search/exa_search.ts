import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import { defineNode, type NodeDefinition, type NodeField } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { configReader } from "../config_reader.ts";
import type { Tool } from "../agent/tools.ts";
import { toolCalls } from "../agent/tools.ts";

const TYPES = ["auto", "neural", "keyword", "fast"] as const;
const MOST_RESULTS = 100;
const TIMEOUT_MS = 60_000;

const FIELDS: readonly NodeField[] = [
  { name: "apikey", type: "string", description: "The key.", secure: true },
  {
    name: "numResults",
    type: "integer",
    description: `How many results are wanted, 1 to ${MOST_RESULTS}.`,
    default: 10,
    optional: true,
  },
  {
    name: "searchType",
    type: "string",
    description: "How Exa searches.",
    default: "auto",
    enum: TYPES,
    optional: true,
  },
  { name: "useAutoprompt", type: "boolean", default: true, optional: true },
  {
    name: "includeText",
    type: "boolean",
    description: "Whether results have the text of their pages.",
    default: true,
    optional: true,
  },
];

const INPUT_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    query: { type: "string", description: "What is looked for." },
    numResults: { type: "integer", minimum: 1, maximum: MOST_RESULTS },
  },
  required: ["query"],
};

/**
 * The node `tool_exa_search`: lets an agent search the web with
 * Exa.
 *
 * The tool `search` takes a query, and answers what Exa does, with a list of
 * `results`. Failures that pass are waited out, as with models; others are
 * exceptions for the agent.
 *
 * @returns The definition.
 */
export function exaSearchNode(): NodeDefinition {
  return defineNode({
    provider: "tool_exa_search",
    title: "Exa search tool",
    description: "Lets an agent search the web with Exa.",
    classType: ["tool"],
    lanes: {},
    capabilities: ["INVOKE"],
    preconfig: { default: "default", profiles: { default: {} } },
    fields: FIELDS,
    start: (context) => {
      const read = configReader(context);
      const secret = read.secret("apikey");
      if (secret === "") throw read.fault("'apikey' is missing");
      const numResults = read.number("numResults", 10, {
        min: 1,
        max: MOST_RESULTS,
      });
      const search: JsonObject = {
        type: read.choice("searchType", TYPES),
        useAutoprompt: read.flag("useAutoprompt", true),
        ...(read.flag("includeText", true) && { contents: { text: true } }),
      };
      const tool = (signal: AbortSignal): Tool => ({
        name: "search",
        description: "Search the web.",
        inputSchema: INPUT_SCHEMA,
        invoke: ({ query, numResults: wanted = numResults }) =>
          callApi(
            {
              api: "Exa",
              url: "https://api.exa.ai/search",
              headers: { "x-api-key": secret },
              body: {
                ...search,
                query: String(query),
                numResults: Number(wanted),
              },
              secret,
              timeoutMs: TIMEOUT_MS,
            },
            { ...context, signal },
            (body) =>
              isRecord(body) && Array.isArray(body.results)
                ? body
                : "no results in the answer",
          ),
      });
      return {
        instance: ({ signal }) => ({
          invoke: toolCalls(context.id, [tool(signal)]),
        }),
      };
    },
  });
}
