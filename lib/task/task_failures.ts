import { PipeException } from "../errors.ts";

/** The task has ended, and with it the answer. */
export function taskEnded(words: unknown): PipeException {
  const message = typeof words === "string" ? words : "";
  return new PipeException(message || "Task has ended", {
    code: "task-ended",
    hint: "Start the pipeline again with use(); what was in the pipe is lost",
  });
}

/** The task was restarted, and has lost its pipes. */
export function taskRestarted(): PipeException {
  return new PipeException("Task was restarted", {
    code: "task-ended",
    hint: "What was in the pipe is lost: send it again",
  });
}
