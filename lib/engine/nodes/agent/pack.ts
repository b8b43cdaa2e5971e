import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { startAgent } from "./agent_rocketride.ts";
import { startFilesystem } from "./filesystem.ts";
import { startHttpRequest } from "./http_request.ts";
import { startMemoryInternal, startMemoryPersistent } from "./memory.ts";

/** Agents, their memories and their tools. */
export function starters(
  { maxWaves = 50, allowHosts }: BuiltinNodesOptions,
): Starters {
  return {
    agent_rocketride: (context) => startAgent(context, maxWaves),
    memory_internal: startMemoryInternal,
    memory_persistent: startMemoryPersistent,
    tool_http_request: (context) => startHttpRequest(context, allowHosts),
    tool_filesystem: startFilesystem,
  };
}
