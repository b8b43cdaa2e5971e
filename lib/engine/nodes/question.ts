import { createQuestion } from "../../../schema/question.ts";
import { defineNode, type NodeDefinition, type PipeContext } from "../node.ts";

/**
 * The node `question`: makes one question of each text that it
 * receives, trimmed; of blank text it makes none.
 *
 * @returns The definition.
 */
export function questionNode(): NodeDefinition {
  return defineNode({
    provider: "question",
    title: "Question",
    description: "Makes a question of each piece of text.",
    classType: ["text"],
    lanes: { text: ["questions"] },
    start: () => ({ instance: (pipe) => ({ on: { text: ask(pipe) } }) }),
  });
}

function ask(pipe: PipeContext): (text: string) => Promise<void> {
  return async (text) => {
    pipe.signal.throwIfAborted();
    const asked = text.trim();
    if (asked === "") return;
    await pipe.emit(
      "questions",
      createQuestion({ questions: [{ text: asked }] }),
    );
  };
}
