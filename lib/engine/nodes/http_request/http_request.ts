import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type PipeContext,
  type TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import type { Tool } from "../tool/tool.ts";
import { toolCalls } from "../tool/tool_calls.ts";
import { DESCRIPTION, INPUT_SCHEMA, OUTPUT_SCHEMA } from "./_description.ts";
import { performRequest } from "./_perform_request.ts";
import { prepareRequest } from "./_prepare_request.ts";
import { RateLimit } from "./_rate_limit.ts";
import { METHODS, readRules } from "./_rules.ts";

/** Options of {@linkcode httpRequestNode}. */
export interface HttpRequestOptions {
  /** Hosts that may be asked, see `EngineOptions`; all when absent. */
  readonly allowHosts?: readonly string[] | undefined;
}

const FIELDS: readonly NodeField[] = [
  ...METHODS.map((method): NodeField => ({
    name: `allow${method}`,
    type: "boolean",
    description: `Whether ${method} requests are allowed.`,
    default: method !== "HEAD" && method !== "OPTIONS",
    optional: true,
  })),
  {
    name: "urlWhitelist",
    type: "array",
    description: "Where requests may go: entries of `{whitelistPattern}`, a " +
      "regular expression. Up to its third slash it must match the whole of " +
      "scheme, host and port, and from there on the beginning of the path. " +
      "Without entries, anywhere.",
    default: [],
    optional: true,
  },
  {
    name: "rateLimitPerSecond",
    type: "integer",
    description: "How many requests a second are allowed; 0 for any number.",
    default: 10,
    optional: true,
  },
  {
    name: "rateLimitPerMinute",
    type: "integer",
    description: "How many requests a minute are allowed; 0 for any number.",
    default: 100,
    optional: true,
  },
  {
    name: "maxConcurrentRequests",
    type: "integer",
    description: "How many requests may be under way; 0 for any number.",
    default: 5,
    optional: true,
  },
];

/**
 * The node `tool_http_request`: lets an agent make HTTP
 * requests.
 *
 * Before anything is sent, the method, the URL and the rate are checked
 * against the configuration. Redirects are answered, not followed: they could
 * lead out of what is allowed. A response may have 10 MiB; a request may last
 * 30 seconds unless it says otherwise, and ends with the task or the pipe.
 * Whatever keeps a request from being answered is an exception for the agent;
 * a status of 400 or more is an answer.
 *
 * @param options See {@linkcode HttpRequestOptions}.
 * @returns The definition.
 */
export function httpRequestNode(
  { allowHosts }: HttpRequestOptions = {},
): NodeDefinition {
  return defineNode({
    provider: "tool_http_request",
    title: "HTTP request",
    description: "Lets an agent make HTTP requests, within limits.",
    classType: ["tool"],
    lanes: {},
    capabilities: ["INVOKE"],
    preconfig: { default: "default", profiles: { default: {} } },
    fields: FIELDS,
    start: (context: TaskContext) => {
      const rules = readRules(context, allowHosts);
      const limit = readLimit(context);
      const tool = (pipe: PipeContext): Tool => ({
        name: "http_request",
        description: DESCRIPTION,
        inputSchema: INPUT_SCHEMA,
        outputSchema: OUTPUT_SCHEMA,
        invoke: async (args) => {
          const request = prepareRequest(args);
          rules.check(request);
          return await limit.during(() =>
            performRequest(request, { ...context, signal: pipe.signal })
          );
        },
      });
      return {
        instance: (pipe) => ({ invoke: toolCalls(context.id, [tool(pipe)]) }),
      };
    },
  });
}

function readLimit(context: TaskContext): RateLimit {
  const read = configReader(context);
  return new RateLimit({
    perSecond: read.number("rateLimitPerSecond", 10, { min: 0 }),
    perMinute: read.number("rateLimitPerMinute", 100, { min: 0 }),
    atOnce: read.number("maxConcurrentRequests", 5, { min: 0 }),
    clock: context.clock,
  });
}
