import type { NodeDefinition } from "../../../lib/engine/node.ts";
import { testNode } from "../../support/test_nodes.ts";
import type { Gates } from "./gates.ts";

/** The nodes that only pipelines of conformance cases have. */
export function conformanceNodes(gates: Gates): readonly NodeDefinition[] {
  return [gateNode(gates), slowNode(gates), bombNode(), talkNode(), bigNode()];
}

/** Holds an object back at a step: `config: { gate, at: "text" | "closing" }`. */
function gateNode(gates: Gates): NodeDefinition {
  return testNode({
    provider: "gate",
    lanes: { text: ["text"] },
    instance: (pipe, { config }) => {
      const wait = (step: string): Promise<void> =>
        (config.at ?? "text") === step
          ? gates.pass(String(config.gate), pipe.signal)
          : Promise.resolve();
      return {
        on: { text: (): Promise<void> => wait("text") },
        closing: () => wait("closing"),
      };
    },
  });
}

/** Takes until its gate is open to start. */
function slowNode(gates: Gates): NodeDefinition {
  return testNode({
    provider: "slow",
    lanes: { text: ["text"] },
    start: ({ config, signal }) => gates.pass(String(config.gate), signal),
  });
}

/** Fails at a step: `config: { at: "text" | "closing" }`, or at bytes. */
function bombNode(): NodeDefinition {
  return testNode({
    provider: "bomb",
    lanes: { text: ["text"], audio: ["text"] },
    instance: (_, { config }) => {
      function explode(step: string): void {
        if ((config.at ?? "text") === step) throw new Error("Node exploded");
      }
      return {
        on: {
          text: (): void => explode("text"),
          audio({ bytes }): void {
            if (bytes) explode("text");
          },
        },
        closing: () => explode("closing"),
      };
    },
  });
}

/** Says `config.count` things about each text. */
function talkNode(): NodeDefinition {
  return testNode({
    provider: "talk",
    lanes: { text: ["text"] },
    instance: (pipe, { config }) => ({
      on: {
        text(): void {
          for (let at = 0; at < Number(config.count); at++) {
            pipe.sse("thinking", { message: String(at) });
          }
        },
      },
    }),
  });
}

/** Makes of each object a result of `config.bytes` letters. */
function bigNode(): NodeDefinition {
  return testNode({
    provider: "big",
    lanes: { text: [] },
    instance: (pipe, { config }) => ({
      close: () => {
        pipe.respond("big", "text", "x".repeat(Number(config.bytes)));
      },
    }),
  });
}
