import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import type { NodeTask, TaskContext } from "../../node.ts";
import { callApi } from "../call_api.ts";
import { configReader } from "../config_reader.ts";
import { type Tool, toolCalls } from "../agent/tools.ts";
import { numberOf, textOf } from "../../text_of.ts";

const TYPES = ["auto", "neural", "keyword", "fast"] as const;
const MOST_RESULTS = 100;
const TIMEOUT_MS = 60_000;

const INPUT_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    query: { type: "string", description: "What is looked for." },
    numResults: { type: "integer", minimum: 1, maximum: MOST_RESULTS },
  },
  required: ["query"],
};

/**
 * Start `tool_exa_search`, which lets an agent search the web with Exa.
 *
 * The tool `search` takes a query, and returns Exa's answer, with a list of
 * `results`. Failures that pass are retried, as with models; others are
 * exceptions for the agent.
 */
export function startExaSearch(context: TaskContext): NodeTask {
  const read = configReader(context);
  const secret = read.secret("apikey");
  if (secret === "") throw read.fault("'apikey' is missing");
  const range = { min: 1, max: MOST_RESULTS };
  const most = read.number("numResults", 10, range);
  const search: JsonObject = {
    type: read.choice("searchType", TYPES),
    useAutoprompt: read.flag("useAutoprompt", true),
    ...(read.flag("includeText", true) && { contents: { text: true } }),
  };
  const tool = (signal: AbortSignal): Tool => ({
    name: "search",
    description: "Search the web.",
    inputSchema: INPUT_SCHEMA,
    invoke: ({ query, numResults }) =>
      callApi(
        {
          api: "Exa",
          url: "https://api.exa.ai/search",
          headers: { "x-api-key": secret },
          body: {
            ...search,
            query: textOf(query),
            numResults: numberOf(numResults ?? most),
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
}
