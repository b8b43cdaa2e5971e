import type { EventMessage } from "../../schema/envelope.ts";
import type { UploadBody } from "../../schema/event.ts";
import { notify } from "../async.ts";
import { deliverEvent } from "../events/deliver_event.ts";
import type { SessionCore } from "../session/core.ts";

/** Tell whoever listens to the session's events about an upload to a task. */
export function announce(
  core: SessionCore,
  body: UploadBody,
  token: string,
): void {
  if (core.listeners.size === 0) return;
  notify<EventMessage>((event) => deliverEvent(core, event, token), {
    type: "event",
    seq: 0,
    event: "apaevt_status_upload",
    body,
  });
}
