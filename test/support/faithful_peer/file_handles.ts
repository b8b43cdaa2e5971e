import { type Answer, answerOf } from "./answer.ts";
import type { EngineConnection } from "./engine_connection.ts";
import type { Pace } from "./pace.ts";

/**
 * Reads files as a server does: it first moves the handle to the offset, and
 * then reads from wherever the handle is. Two reads at once on one handle get
 * each other's bytes.
 */
export interface FileHandles {
  /** `fs_read`. */
  read(args: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** Make the handles of a connection. */
export function fileHandles(inner: EngineConnection, pace: Pace): FileHandles {
  const positions = new Map<unknown, number>();
  return {
    async read(args): Promise<Answer> {
      const { handle, offset } = args;
      positions.set(handle, typeof offset === "number" ? offset : 0);
      await pace.turn();
      const at = positions.get(handle)!;
      const answer = answerOf(
        await inner.request("rrext_store", { ...args, offset: at }),
      );
      positions.set(handle, at + (answer.data?.length ?? 0));
      return answer;
    },
  };
}
