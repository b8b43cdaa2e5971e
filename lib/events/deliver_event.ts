import type { EventMessage } from "../../schema/envelope.ts";
import type { SessionCore } from "../session/core.ts";

/** Hand an event that was made here to everybody who watches its task. */
export function deliverEvent(
  core: SessionCore,
  event: EventMessage,
  token: string,
): void {
  for (const listener of core.listeners) listener(event, token);
}
