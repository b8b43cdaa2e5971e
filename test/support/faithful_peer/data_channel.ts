import { TASK_STATE } from "../../../schema/task.ts";
import { type Answer, answerOf, failure } from "./answer.ts";
import { engineConnection } from "./engine_connection.ts";
import type { Front } from "./front.ts";
import { textLanes } from "./text_lanes.ts";

/**
 * The one connection over which the front of a server passes everybody's data
 * on to a task.
 *
 * It belongs to the task and not to any client: pipes stay when a client goes,
 * and whoever knows a pipe's number can use it. It answers every failure of
 * the engine as a success without a body. What is under way when the task
 * ends, or restarts, is never answered.
 */
export interface DataChannel {
  /**
   * Open, write to or close a pipe, after what the front itself looks at.
   *
   * @param seq What the client numbered the request with, where it has one:
   * servers of 1.0 use the same on the channel, and lose an answer when two
   * clients number alike.
   */
  process(
    args: Readonly<Record<string, unknown>>,
    seq?: unknown,
  ): Promise<Answer>;
  /**
   * The task is about to restart: what is under way is lost. Returns what
   * takes that back.
   */
  drop(): () => void;
  /** End it. */
  close(): void;
}

type Args = Readonly<Record<string, unknown>>;

/** Make the channel of a task. */
export function dataChannel(front: Front, token: string): DataChannel {
  const inner = engineConnection(front.engine);
  const login = inner.request("auth", { auth: "" });
  /** Pipes that got what could not be read: their results do not tell. */
  const misread = new Set<unknown>();
  const texts = textLanes();
  /** The latest request of each number. */
  const latest = new Map<unknown, object>();
  let epoch = 0;

  async function status(): Promise<Args | undefined> {
    await login;
    const response = await inner.request("rrext_get_task_status", { token });
    return response.success === false ? undefined : response.body;
  }

  /** What the front itself refuses: it says so, unlike the engine. */
  async function refusal(): Promise<Answer | undefined> {
    for (;;) {
      const { completed, state, exitMessage } = await status() ?? {};
      if (state === TASK_STATE.CANCELLED) return failure("");
      if (state === undefined) return failure("Your pipeline is not running");
      if (completed) {
        return failure(`${exitMessage || "Task has already completed"}`);
      }
      if (state === TASK_STATE.STOPPING) {
        return failure("Task is terminating, cannot process data requests");
      }
      if (state === TASK_STATE.RUNNING) return undefined;
      await front.pace.turn();
    }
  }

  /** Whether the engine that was given something is still the same. */
  async function isAlive(since: number): Promise<boolean> {
    if (since !== epoch) return false;
    return (await status())?.state === TASK_STATE.RUNNING;
  }

  async function opened(args: Args, answer: Answer): Promise<Answer> {
    const [{ source }, { body }] = await Promise.all([
      status().then((it) => it ?? {}),
      inner.request("rrext_get_pipeline", { token }),
    ]);
    texts.opened(args, answer.body?.pipe_id, {
      pipeline: body?.pipeline,
      source,
    });
    return answer;
  }

  return {
    async process(given, seq): Promise<Answer> {
      const isWrite = given.subcommand === "write";
      const args = isWrite ? texts.write(given) : given;
      const refused = await refusal();
      if (refused) return refused;
      const since = epoch;
      const turn = {};
      if (seq !== undefined) latest.set(seq, turn);
      const response = await inner.request("rrext_process", { ...args, token });
      if (front.generation === "1.0" && seq !== undefined) {
        if (latest.get(seq) !== turn) return await front.never;
      }
      latest.delete(seq);
      const { success, message = "", body } = answerOf(response);
      const { subcommand, pipe_id: id } = args;
      if (success) {
        if (subcommand === "open") {
          return await opened(args, answerOf(response));
        }
        if (subcommand !== "close") return answerOf(response);
        const { error, ...rest } = body ?? {};
        const shown = error && !misread.delete(id) ? { error } : {};
        return { success, body: { ...rest, ...shown } };
      }
      if (!await isAlive(since)) return await front.never;
      if (subcommand === "write" && isMisreading(message)) misread.add(id);
      return { success: true };
    },
    drop(): () => void {
      epoch++;
      misread.clear();
      return () => void epoch--;
    },
    close: () => inner.close(),
  };
}

/** A node's failure is kept with the object; one of the data is not. */
function isMisreading(message: string): boolean {
  return !/^Exception: | not found$| is not open$| has failed$/.test(message);
}
