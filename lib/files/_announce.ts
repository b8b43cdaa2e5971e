import type { UploadBody } from "../../schema/event.ts";
import { notify } from "../_notify.ts";
import type { SessionCore } from "../session/core.ts";

/** Tell whoever listens to the session's events about an upload. */
export function announce(core: SessionCore, body: UploadBody): void {
  if (core.listeners.size === 0) return;
  const event = {
    type: "event",
    seq: 0,
    event: "apaevt_status_upload",
    body,
  } as const;
  for (const listener of core.listeners) notify(listener, event);
}
