import { defineNode, type NodeDefinition } from "@rocketride/streams/engine";
import type { Pipeline } from "@rocketride/streams";
import { MODEL, TEXT } from "../support/pipelines.ts";

/** A program that computes keeps others waiting, such as pings. */
const MOST_AT_ONCE = 1_000;

/** Swallows an object. */
const sink = defineNode({
  provider: "load_sink",
  title: "Load sink",
  description: "Swallows bytes.",
  classType: ["data"],
  lanes: { tags: [] },
  start: () => ({ instance: () => ({ on: { tags(): void {} } }) }),
});

/**
 * Sends numbered events at a pace while it takes a text: `rate` of them a
 * second, `count` in all; without a rate, all at once.
 */
const bell = defineNode({
  provider: "load_bell",
  title: "Load bell",
  description: "Sends `count` events, `rate` a second, for each text.",
  classType: ["text"],
  lanes: { text: [] },
  start: ({ config }) => {
    const count = Number(config.count);
    // JSON has no infinity.
    const rate = Number(config.rate ?? Infinity);
    return {
      instance: (pipe) => ({
        on: {
          async text(): Promise<void> {
            const start = performance.now();
            for (let sent = 0; sent < count;) {
              const passed = (performance.now() - start) / 1000;
              // What it is behind by it catches up with turn by turn.
              const due = rate === Infinity
                ? count
                : Math.min(passed * rate, sent + MOST_AT_ONCE);
              for (; sent < Math.min(due, count); sent++) {
                pipe.sse("bell", { at: sent });
              }
              await new Promise((resolve) => setTimeout(resolve));
            }
          },
        },
      }),
    };
  },
});

/** What an engine under load has besides its own nodes. */
export const LOAD_NODES: readonly NodeDefinition[] = [sink, bell];

/** Bytes go in, and nothing comes out. */
export function sinkPipeline(name: string): Pipeline {
  return chainOf(name, "tags", { provider: "load_sink", config: {} });
}

/** A text makes it send numbered events. */
export function bellPipeline(
  config: { readonly count: number; readonly rate?: number },
): Pipeline {
  return chainOf("bell", "text", { provider: "load_bell", config });
}

/** A text comes back, with a blank line after each write. */
export function textPipeline(name: string): Pipeline {
  return { ...TEXT, project_id: name };
}

/** A question gets the answer `Paris`. */
export function modelPipeline(name: string): Pipeline {
  return { ...MODEL, project_id: name };
}

function chainOf(
  name: string,
  lane: string,
  node: { readonly provider: string; readonly config: object },
): Pipeline {
  return {
    project_id: name,
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "node",
        provider: node.provider,
        config: { ...node.config },
        input: [{ lane, from: "in" }],
      },
    ],
  };
}
