import { createQuestion } from "../../../../schema/question.ts";
import type { NodeTask, PipeContext } from "../../node.ts";

/** The node `question`: makes a question of each text that is not blank. */
export function question(): NodeTask {
  return { instance: (pipe) => ({ on: { text: ask(pipe) } }) };
}

function ask(pipe: PipeContext): (text: string) => Promise<void> {
  return async (given) => {
    pipe.signal.throwIfAborted();
    const text = given.trim();
    if (text === "") return;
    await pipe.emit("questions", createQuestion({ questions: [{ text }] }));
  };
}
