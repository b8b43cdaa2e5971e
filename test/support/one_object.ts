import type { NodeDefinition, PipeContext } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { dataPort, withEngine } from "./engine_rig.ts";
import type { Body } from "./raw_client.ts";
import { testNode } from "./test_nodes.ts";

/** `["b=node", "text<a", "llm!c"]`: an id, its inputs, who controls it. */
export function graph(...components: readonly (readonly string[])[]): Pipeline {
  return {
    components: components.map(([head = "", ...connections]) => {
      const [id = head, provider = head] = head.split("=");
      const input = connections.filter((text) => text.includes("<"))
        .map((text) => {
          const [lane = "", from = ""] = text.split("<");
          return { lane, from };
        });
      const control = connections.filter((text) => text.includes("!"))
        .map((text) => {
          const [classType = "", from = ""] = text.split("!");
          return { classType, from };
        });
      return { id, provider, config: {}, input, control };
    }),
    source: "in",
  };
}

/** Emits what `act` makes of each text. */
export function worker(
  provider: string,
  act: (pipe: PipeContext, text: string) => Promise<void | "consume">,
  more: Partial<NodeDefinition> = {},
): NodeDefinition {
  const { start: _, ...rest } = more;
  return testNode({
    ...rest,
    provider,
    instance: (pipe) => ({ on: { text: (text) => act(pipe, text) } }),
  });
}

/** Send one text through a pipeline in an engine of its own. */
export async function run(
  nodes: readonly NodeDefinition[],
  pipeline: Pipeline,
  options: { forwarding?: "clean" | "engine"; text?: string } = {},
): Promise<Body> {
  const { forwarding = "clean", text = "x" } = options;
  let body: Body;
  await withEngine(nodes, async ({ client, start }) => {
    const { token } = await start(pipeline);
    body = await dataPort(client, token).send("text/plain", text);
  }, { forwarding });
  return body;
}
