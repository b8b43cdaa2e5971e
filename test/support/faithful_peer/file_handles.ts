import { type Answer, answerOf } from "./answer.ts";
import type { EngineConnection } from "./engine_connection.ts";
import type { Pace } from "./pace.ts";

/**
 * Reads files as a server does: it first moves the handle to the offset, and
 * then reads from wherever the handle is. Two reads at once on one handle get
 * each other's bytes.
 */
export interface FileHandles {
  /** A request about files. */
  request(args: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Close all. What was written so far is kept, as if that were all. */
  closeAll(): Promise<void>;
}

/** Make the handles of a connection. */
export function fileHandles(inner: EngineConnection, pace: Pace): FileHandles {
  const positions = new Map<unknown, number>();
  const written = new Set<unknown>();

  async function ask(
    args: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    return answerOf(await inner.request("rrext_store", args));
  }

  async function read(
    args: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const { handle, offset } = args;
    positions.set(handle, typeof offset === "number" ? offset : 0);
    await pace.turn();
    const at = positions.get(handle)!;
    const answer = await ask({ ...args, offset: at });
    positions.set(handle, at + (answer.data?.length ?? 0));
    return answer;
  }

  return {
    async request(args): Promise<Answer> {
      const { subcommand, mode, handle } = args;
      if (subcommand === "fs_read") return await read(args);
      if (subcommand === "fs_close") written.delete(handle);
      const answer = await ask(args);
      if (subcommand === "fs_open" && mode === "w" && answer.success) {
        written.add(answer.body?.handle);
      }
      return answer;
    },
    async closeAll(): Promise<void> {
      for (const handle of written) {
        await ask({ subcommand: "fs_close", handle, mode: "w" });
      }
    },
  };
}
