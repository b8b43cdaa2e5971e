import { type Answer, answerOf } from "./answer.ts";
import type { EngineConnection } from "./engine_connection.ts";

/**
 * What the front of a server looks at before it passes data on: whether there
 * is such a task, and whether the caller may give it data.
 *
 * @returns Why not; `undefined` when all is well.
 */
export async function gate(
  caller: EngineConnection,
  token: string | undefined,
): Promise<Answer | undefined> {
  // The engine looks at both before it finds that there is nothing to do.
  const answer = answerOf(
    await caller.request("rrext_process", {
      subcommand: "",
      ...(token !== undefined && { token }),
    }),
  );
  return answer.message?.startsWith("Invalid subcommand") ? undefined : answer;
}
