import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { Awaitable, ControlCall } from "../../node.ts";
import { schemaFault } from "./_schema_fault.ts";
import type { Tool, ToolDescription } from "./tool.ts";

/**
 * Answer the control calls of the class `tool`.
 *
 * - `query` lists the tools under their public names, `<component>.<tool>`.
 * - `validate` with `{tool, args}` answers `true`, or throws what is wrong.
 * - `invoke` with `{tool, args}` checks the same and uses the tool.
 *
 * A tool is found by its public name or by its own. Of other tools, and of
 * other calls, nothing is known: then the next helper may try.
 *
 * @param id The component's id.
 * @param tools The tools of the node.
 */
export function toolCalls(
  id: string,
  tools: readonly Tool[],
): (call: ControlCall) => Awaitable<unknown> {
  return ({ op, args: { tool: name, args: given } }) => {
    if (op === "query") return tools.map((tool) => described(id, tool));
    if (op !== "validate" && op !== "invoke") return undefined;
    const tool = tools.find((tool) =>
      tool.name === name || publicName(id, tool) === name
    );
    if (!tool) return undefined;
    const args = given ?? {};
    const fault = schemaFault(args, tool.inputSchema);
    if (fault !== undefined) {
      throw new ExecutionException(`${publicName(id, tool)}: ${fault}`);
    }
    return op === "validate" || !isRecord(args) ? true : tool.invoke(args);
  };
}

function publicName(id: string, { name }: Tool): string {
  return `${id}.${name}`;
}

function described(id: string, tool: Tool): ToolDescription {
  const { description, inputSchema, outputSchema } = tool;
  return {
    name: publicName(id, tool),
    description,
    inputSchema,
    ...(outputSchema && { outputSchema }),
  };
}
