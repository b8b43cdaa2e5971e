import type { PipeContext } from "../../node.ts";

/** Pass a table on, if it is one and somebody takes it. */
export async function passTable(
  pipe: PipeContext,
  table: string,
): Promise<void> {
  if (table === "" || !pipe.listens("table")) return;
  pipe.signal.throwIfAborted();
  await pipe.emit("table", table);
}
