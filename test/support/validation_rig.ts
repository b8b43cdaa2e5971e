import type { NodeDefinition } from "../../lib/engine/node.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { type EngineRig, withEngine } from "./engine_rig.ts";
import type { Body } from "./raw_client.ts";
import { testNode } from "./test_nodes.ts";

/** A node that takes text only. */
const TEXT_ONLY = testNode({
  provider: "text_only",
  lanes: { text: ["text"] },
});
/** A node that needs one helper and takes two at most. */
const AGENT = testNode({
  provider: "agent",
  invoke: { llm: { description: "Thinks", min: 1, max: 2 } },
});
const HELPER = testNode({ provider: "helper" });
const PROFILED = testNode({
  provider: "profiled",
  classType: ["llm"],
  preconfig: {
    default: "plain",
    profiles: {
      plain: { model: "m", apikey: "k" },
      empty: { apikey: "" },
      old: { deprecated: true, migration: "use plain" },
    },
  },
});
const STAND_IN = testNode({
  provider: "stand_in",
  title: "Stand-in",
  limitation: "Knows nothing of pictures",
});
const REPLACING = testNode({ provider: "replacing", replaces: true });
/** Nodes with something to check each. */
export const VALIDATE_NODES: readonly NodeDefinition[] = [
  TEXT_ONLY,
  AGENT,
  HELPER,
  PROFILED,
  STAND_IN,
  REPLACING,
];

/** A sound source and sink around the components under test. */
export function around(...components: readonly object[]): object {
  return {
    components: [
      { id: "in", provider: "entry", config: {} },
      ...components,
      {
        id: "out",
        provider: "response_all",
        config: {},
        input: [{ lane: "text", from: "in" }],
      },
    ],
    source: "in",
  };
}

/** A component that is fed by the source on the lane `text`. */
export function fed(id: string, provider: string, more: object = {}): object {
  return {
    id,
    provider,
    config: {},
    input: [{ lane: "text", from: "in" }],
    ...more,
  };
}

/** What `rrext_validate` answers, from an engine of its own. */
export async function check(
  pipeline: object,
  options: EngineOptions = {},
): Promise<Body> {
  let body: Body;
  await withEngine(VALIDATE_NODES, async ({ client }: EngineRig) => {
    body = await client.ok("rrext_validate", { pipeline });
  }, options);
  return body;
}

/** The errors alone, as message and id. */
export async function errorsOf(pipeline: object): Promise<[string, string?][]> {
  const { errors } = await check(pipeline);
  return errors.map(({ message, id }: Body) => id ? [message, id] : [message]);
}

/** The texts of the warnings alone. */
export async function warningsOf(
  pipeline: object,
  options?: EngineOptions,
): Promise<string[]> {
  const { warnings } = await check(pipeline, options);
  return warnings.map(({ message }: Body) => message);
}
