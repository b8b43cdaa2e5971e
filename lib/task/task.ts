import type { StreamedEvent } from "../events/streamed_event.ts";
import type { StartedTask } from "../../schema/task.ts";

/**
 * A task on the engine: its token, and what the engine told about it.
 *
 * Disposing it terminates the task if {@linkcode Task.owned}, and does nothing
 * otherwise, so that joining a task never kills it.
 */
export interface Task extends AsyncDisposable {
  /**
   * What all other functions name the task by. Read by name only: not
   * enumerated, copied, serialised or inspected, since it is a credential.
   */
  readonly token: string;
  /** Whether this handle started the task for sure; then it also ends it. */
  readonly owned: boolean;
  /** How many objects it takes at once, where this handle has set that. */
  readonly threads?: number | undefined;
  /**
   * Everything that `use({ events })` asked for, from the very beginning.
   * Ends when it is cancelled, or with the session.
   */
  readonly events?: ReadableStream<StreamedEvent> | undefined;
  /**
   * Everything the engine answered: display id, project, source, and the
   * tokens, which are read by name only.
   */
  readonly started: StartedTask;
}
