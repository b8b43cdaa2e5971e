import type { EventMessage } from "@rocketride/streams/schema";
import { isEventOf } from "@rocketride/streams/schema";

/** An event of a task in one line. */
export function describeEvent(event: EventMessage): string {
  if (isEventOf(event, "apaevt_status_update")) {
    const { state, status, completedCount, currentObject } = event.body;
    const object = currentObject ? `, last object "${currentObject}"` : "";
    return `[status] state ${state}, ${status || "no status text"}, ` +
      `${completedCount} completed${object}`;
  }
  if (isEventOf(event, "apaevt_task")) {
    const { body } = event;
    return body.action === "running"
      ? `[task] ${body.tasks.length} running`
      : `[task] ${body.action} ${body.name}`;
  }
  return `[${event.event}] ${JSON.stringify(event.body)}`;
}
