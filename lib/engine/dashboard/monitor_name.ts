import type { MonitorKey } from "../monitor/subscriptions.ts";

/** How a server writes the target of a subscription. */
export function monitorName(key: MonitorKey): string {
  if (key.kind === "all") return "*";
  const name = `p.${key.projectId}.${key.source}`;
  return key.pipeId === undefined ? name : `${name}.${key.pipeId}`;
}
