import { filesystemNode } from "../filesystem/filesystem.ts";
import { httpRequestNode } from "../http_request/http_request.ts";
import { memoryInternalNode } from "../memory/memory_internal.ts";
import { memoryPersistentNode } from "../memory/memory_persistent.ts";
import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { agentRocketrideNode } from "./agent_rocketride.ts";

/** Agents, their memories and their tools. */
export function starters(options: BuiltinNodesOptions): Starters {
  return {
    agent_rocketride: agentRocketrideNode(options).start,
    memory_internal: memoryInternalNode().start,
    memory_persistent: memoryPersistentNode().start,
    tool_http_request: httpRequestNode(options).start,
    tool_filesystem: filesystemNode().start,
  };
}
