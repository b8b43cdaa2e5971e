import type { EventMessage } from "../../schema/envelope.ts";
import type { SessionCore } from "../session/core.ts";

/** Hand an event that was made here to everybody who watches the session. */
export function deliverEvent(core: SessionCore, event: EventMessage): void {
  for (const listener of core.listeners) listener(event);
}
