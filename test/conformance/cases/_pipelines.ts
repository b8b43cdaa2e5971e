import type { Pipeline, PipelineComponent } from "../../../mod.ts";

type Config = NonNullable<PipelineComponent["config"]>;

/** A pipeline of a project of its own, so that no task is anybody else's. */
function project(
  source: string,
  ...steps: readonly (readonly [
    provider: string,
    lane: string,
    config?: Config,
  ])[]
): Pipeline {
  const ids = ["in", ...steps.map(([provider]) => provider)];
  return {
    project_id: crypto.randomUUID(),
    source: "in",
    components: [
      { id: "in", provider: source, config: {} },
      ...steps.map(([provider, lane, config = {}], at) => ({
        id: provider,
        provider,
        config,
        input: [{ lane, from: ids[at]! }],
      })),
    ],
  };
}

/** Gives text back as it came, with a blank line after each write. */
export function textPipeline(): Pipeline {
  return project("webhook", ["response_text", "text"]);
}

/** Lets a lane through a node of the server's own; text of it comes back. */
export function through(
  provider: string,
  config: Config = {},
  lane = "text",
): Pipeline {
  return project(
    "webhook",
    [provider, lane, config],
    ["response_text", "text"],
  );
}

/** Gives the digests of bytes, in `metadata`. */
export function digestPipeline(): Pipeline {
  return project(
    "webhook",
    ["hash", "tags"],
    // What a node finds out is told only where there is a response.
    ["parse", "tags"],
    ["response_audio", "audio"],
  );
}

/** Gives questions back as the engine read them. */
export function questionsPipeline(): Pipeline {
  return project("chat", ["response_questions", "questions"]);
}

/** Answers questions by a script; what is not in it is echoed. */
export function chatPipeline(): Pipeline {
  return project(
    "chat",
    ["llm_mock", "questions", {
      replies: [
        { match: "json", reply: '```json\n{"n": 7}\n```' },
        { match: "think", reply: "Done", thinking: ["One", "Two"] },
        { match: "fail", error: "No model" },
      ],
    }],
    ["response_answers", "answers", { laneName: "said" }],
  );
}

/** Makes results of as many letters. */
export function bigPipeline(bytes: number): Pipeline {
  return project("webhook", ["big", "text", { bytes }]);
}
