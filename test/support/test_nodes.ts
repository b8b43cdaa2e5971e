import {
  defineNode,
  type Lane,
  type LaneHandlers,
  type NodeDefinition,
  type NodeInstance,
  type PipeContext,
  type TaskContext,
} from "../../lib/engine/node.ts";
import { LANES } from "../../lib/engine/registry.ts";
import type { Pipeline } from "../../schema/pipeline.ts";

/** What a node for tests is made of; the rest has defaults. */
export interface TestNode
  extends Partial<Omit<NodeDefinition, "provider" | "start">> {
  readonly provider: string;
  /** Called when the task starts. */
  readonly start?: (context: TaskContext) => void | Promise<void>;
  /** Called when the task has stopped. */
  readonly dispose?: () => void | Promise<void>;
  /** Makes what works on one object. */
  readonly instance?: (pipe: PipeContext, task: TaskContext) => NodeInstance;
}

/** A node that takes and gives every lane unless it says otherwise. */
export function testNode(node: TestNode): NodeDefinition {
  const { start, dispose, instance, ...rest } = node;
  return defineNode({
    title: node.provider,
    description: "For tests",
    classType: ["other"],
    lanes: Object.fromEntries(LANES.map((lane) => [lane, LANES])),
    ...rest,
    start: async (context) => {
      await start?.(context);
      return {
        instance: (pipe) => instance?.(pipe, context) ?? {},
        ...(dispose && { dispose }),
      };
    },
  });
}

/** A source of every lane. */
export function entry(provider = "entry"): NodeDefinition {
  return testNode({
    provider,
    classType: ["source"],
    lanes: { _source: LANES },
  });
}

/** Writes what arrives, on any lane, to the field `seen` at close. */
export function collector(provider = "response_all"): NodeDefinition {
  return testNode({
    provider,
    lanes: Object.fromEntries(LANES.map((lane) => [lane, []])),
    instance: (pipe) => {
      const seen: [Lane, unknown][] = [];
      const on = Object.fromEntries(
        LANES.map((lane) => [
          lane,
          (payload: unknown): void => void seen.push([lane, payload]),
        ]),
      ) as LaneHandlers;
      return {
        on,
        close: (): void => {
          for (const [lane, payload] of seen) {
            pipe.respond("seen", lane, plain(payload));
          }
        },
      };
    },
  });
}

/** Bytes as text, so that payloads can be compared after JSON. */
function plain(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null) return payload;
  if (!("bytes" in payload)) return payload;
  const bytes = payload.bytes as Uint8Array;
  return { ...payload, bytes: new TextDecoder().decode(bytes) };
}

/** A chain of components on one lane: `["a=entry", "b=upper"]`. */
export function chain(lane: Lane, ...nodes: readonly string[]): Pipeline {
  const ids = nodes.map((node) => node.split("=")[0] ?? node);
  return {
    components: nodes.map((node, index) => {
      const [id = node, provider = node] = node.split("=");
      const from = ids[index - 1];
      return {
        id,
        provider,
        config: {},
        ...(from !== undefined && { input: [{ lane, from }] }),
      };
    }),
    source: ids[0] ?? "",
    project_id: "project",
  };
}
