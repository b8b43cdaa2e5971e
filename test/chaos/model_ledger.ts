import { concat } from "../../lib/bytes.ts";
import type { NodeDefinition } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { testNode } from "../support/test_nodes.ts";

/** One object, as it went through a pipeline. */
export interface Delivered {
  readonly name: string;
  /** What arrived of it so far. */
  bytes: Uint8Array;
  /** Whether the node works on it, saw its end, or was told to give it up. */
  state: "open" | "finished" | "abandoned";
}

/** What went through the pipelines of all engines that had its node. */
export interface Ledger {
  readonly node: NodeDefinition;
  readonly delivered: readonly Delivered[];
  /** Keep the node from working; what arrives waits. */
  hold(): void;
  /** Let it work. */
  release(): void;
}

/** The sum of some bytes, short enough to be in a result. */
export function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${bytes.length}:${hash.toString(16)}`;
}

/** A pipeline whose node writes down what it gets; `ledger` is its provider. */
export function ledgerPipeline(project: string): Pipeline {
  return {
    project_id: project,
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "ledger",
        provider: "ledger",
        config: {},
        input: [
          { lane: "tags", from: "in" },
          { lane: "questions", from: "in" },
        ],
      },
    ],
  };
}

/** Make a ledger. It outlives the engines that have its node. */
export function ledger(): Ledger {
  const delivered: Delivered[] = [];
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  /** Wait for the gate, as long as the object is wanted. */
  async function pass(signal: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<never>();
    const leave = (): void => gone.reject(signal.reason);
    signal.addEventListener("abort", leave);
    try {
      signal.throwIfAborted();
      await Promise.race([gate.promise, gone.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  const node = testNode({
    provider: "ledger",
    lanes: { tags: [], questions: [] },
    instance: (pipe) => {
      const { signal, object: { name } } = pipe;
      let entry: Delivered | undefined;
      function take(bytes: Uint8Array): void {
        if (entry) entry.bytes = concat([entry.bytes, bytes]);
      }
      signal.addEventListener("abort", () => {
        if (entry?.state === "open") entry.state = "abandoned";
      }, { once: true });
      return {
        open(): void {
          entry = { name, bytes: new Uint8Array(), state: "open" };
          delivered.push(entry);
        },
        on: {
          async tags(step): Promise<void> {
            if (step.kind !== "data") return;
            await pass(signal);
            take(step.bytes);
          },
          async questions(question): Promise<void> {
            await pass(signal);
            const texts = question.questions.map(({ text }) => text);
            take(new TextEncoder().encode(texts.join()));
          },
        },
        async close(): Promise<void> {
          await pass(signal);
          if (entry?.state !== "open") return;
          entry.state = "finished";
          pipe.sse("delivered", { name });
          pipe.respond("seen", "text", digest(entry.bytes));
        },
      };
    },
  });

  return {
    node,
    delivered,
    hold(): void {
      gate = Promise.withResolvers();
    },
    release: () => gate.resolve(),
  };
}
