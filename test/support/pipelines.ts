import type { NodeDefinition } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { testNode } from "./test_nodes.ts";

/** Text comes back as it came, with a blank line after each write. */
export const TEXT: Pipeline = {
  project_id: "text",
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
  ],
};

/** Bytes come back as digests in `metadata`. */
export const DIGEST: Pipeline = {
  project_id: "digest",
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "hash",
      provider: "hash",
      config: {},
      input: [{ lane: "tags", from: "in" }],
    },
    // What a node finds out is told only where there is a response.
    {
      id: "parse",
      provider: "parse",
      config: {},
      input: [{ lane: "tags", from: "hash" }],
    },
    {
      id: "out",
      provider: "response_audio",
      config: {},
      input: [{ lane: "audio", from: "parse" }],
    },
  ],
};

/** Questions come back as the engine read them. */
export const QUESTIONS: Pipeline = {
  project_id: "questions",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "out",
      provider: "response_questions",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
  ],
};

/** A question gets the answer `Paris`. */
export const MODEL: Pipeline = {
  project_id: "model",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "model",
      provider: "llm_mock",
      config: { replies: [{ reply: "Paris" }] },
      input: [{ lane: "questions", from: "in" }],
    },
    {
      id: "out",
      provider: "response_answers",
      config: {},
      input: [{ lane: "answers", from: "model" }],
    },
  ],
};

/** A lane goes through a node of the test's own; text of it comes back. */
export function through(provider: string, lane = "text"): Pipeline {
  return {
    project_id: provider,
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "middle",
        provider,
        config: {},
        input: [{ lane, from: "in" }],
      },
      {
        id: "out",
        provider: "response_text",
        config: {},
        input: [{ lane: "text", from: "middle" }],
      },
    ],
  };
}

/** A node that holds each text back until it is let through. */
export interface Valve {
  /** Give this to the engine. */
  readonly node: NodeDefinition;
  /** Settles when a text has reached the node since it was last asked. */
  reached(): Promise<void>;
  /** Let what waits, and all that comes, through. */
  open(): void;
  /** Hold back what comes from now on, as at first. */
  shut(): void;
}

/** Make a valve; its provider is `valve`. */
export function valve(): Valve {
  let opened = Promise.withResolvers<void>();
  let arrival = Promise.withResolvers<void>();
  return {
    node: testNode({
      provider: "valve",
      lanes: { text: ["text"] },
      instance: ({ signal }) => ({
        on: {
          text(): Promise<void> {
            arrival.resolve();
            const given = Promise.withResolvers<void>();
            signal.addEventListener("abort", () => given.reject(signal.reason));
            opened.promise.then(given.resolve);
            return given.promise;
          },
        },
      }),
    }),
    async reached(): Promise<void> {
      await arrival.promise;
      arrival = Promise.withResolvers<void>();
    },
    open: () => opened.resolve(),
    shut(): void {
      opened = Promise.withResolvers();
      arrival = Promise.withResolvers();
    },
  };
}

/** A node that fails on every text; its provider is `bomb`. */
export function bomb(message = "Node exploded"): NodeDefinition {
  return testNode({
    provider: "bomb",
    lanes: { text: ["text"] },
    instance: () => ({
      on: {
        text(): never {
          throw new Error(message);
        },
      },
    }),
  });
}

/**
 * A question gets the first reply whose `match` is in it.
 *
 * @param replies The script of the model, which answers nothing else.
 * @param response The configuration of the response.
 */
export function answering(
  replies: readonly Readonly<Record<string, unknown>>[],
  response: Readonly<Record<string, unknown>> = {},
): Pipeline {
  return {
    source: "in",
    components: [
      { id: "in", provider: "chat", config: {} },
      {
        id: "llm",
        provider: "llm_mock",
        config: { replies },
        input: [{ lane: "questions", from: "in" }],
      },
      {
        id: "out",
        provider: "response_answers",
        config: response,
        input: [{ lane: "answers", from: "llm" }],
      },
    ],
  };
}
