import { defineNode, type NodeDefinition, type NodeField } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { toolCalls } from "../tool/tool_calls.ts";
import { fileTools } from "./_file_tools.ts";
import { pathRule } from "./_path_rule.ts";

/** What can be allowed, and whether it is where nothing is said. */
const ALLOWED = {
  allowRead: true,
  allowWrite: true,
  allowList: true,
  allowMkdir: true,
  allowStat: true,
  allowDelete: false,
} as const;

const FIELDS: readonly NodeField[] = [
  ...Object.entries(ALLOWED).map(([name, value]): NodeField => ({
    name,
    type: "boolean",
    default: value,
    optional: true,
  })),
  {
    name: "pathWhitelist",
    type: "array",
    description: "What may be touched: entries of `{whitelistPattern}`, a " +
      "pattern that must match the beginning of the path, up to the end of a " +
      "name. Without entries, everything.",
    default: [],
    optional: true,
  },
];

/**
 * The node `tool_filesystem`: lets an agent use the files of its
 * task's user, the same that the store of a client shows.
 *
 * Tools that the configuration does not allow are not advertised, and not
 * known. A path that leads upwards, or that no pattern of `pathWhitelist`
 * allows, is refused; and so is everything when whoever gave the pipeline may
 * not use the store.
 *
 * @returns The definition.
 */
export function filesystemNode(): NodeDefinition {
  return defineNode({
    provider: "tool_filesystem",
    title: "File system tool",
    description: "Lets an agent read, write and list files of the store.",
    classType: ["tool"],
    lanes: {},
    capabilities: ["INVOKE"],
    preconfig: { default: "default", profiles: { default: {} } },
    fields: FIELDS,
    start: (context) => {
      const read = configReader(context);
      const check = pathRule(read);
      const tools = fileTools(context.files, check)
        .filter(({ permission }) => read.flag(permission, ALLOWED[permission]));
      const calls = toolCalls(context.id, tools);
      return {
        instance: (pipe) => ({
          invoke: (call) => {
            pipe.signal.throwIfAborted();
            return calls(call);
          },
        }),
      };
    },
  });
}
