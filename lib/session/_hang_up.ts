import type { Clock } from "../_clock.ts";
import { within } from "../_within.ts";
import type { Connection } from "../transport/transport.ts";

/** How long a line, or a session, may take to close, by default. */
export const CLOSE_GRACE_MS = 1_000;

/** Close a line, if there is one, but do not wait for a silent peer. */
export async function hangUp(
  clock: Clock,
  connection: Connection | null | undefined,
): Promise<void> {
  await within(clock, CLOSE_GRACE_MS, connection?.close(1000, ""));
}
