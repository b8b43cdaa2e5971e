import { notify } from "../_notify.ts";
import type { TraceRecord } from "../transport/trace.ts";
import type { ConnectOptions } from "./connect_options.ts";
import type { LifecycleEvent } from "./lifecycle_event.ts";
import type { ResultWarning } from "./result_warning.ts";

/** The callbacks of `connect` as one observer of the session's life. */
export function lifecycleCallbacks(
  options: ConnectOptions,
): ((event: LifecycleEvent) => void) | undefined {
  const { onConnected, onConnectError, onDebugMessage, onDisconnected } =
    options;
  const any = onConnected ?? onConnectError ?? onDebugMessage ??
    onDisconnected;
  if (!any) return undefined;
  return (event) => {
    if (onDebugMessage) notify(onDebugMessage, inWords(event));
    switch (event.type) {
      case "connected":
        if (onConnected) notify(onConnected, event.info);
        return;
      case "disconnected":
        return notify(
          ({ reason, hasError }) => onDisconnected?.(reason, hasError),
          event,
        );
      case "connect-error":
        return notify(
          ({ message, error }) => onConnectError?.(message, error),
          event,
        );
    }
  };
}

/** What tells both observers of the line, or nothing where there is none. */
export function traceCallback(
  { onProtocolMessage, onTrace }: ConnectOptions,
): ((record: TraceRecord) => void) | undefined {
  if (!onProtocolMessage) return onTrace;
  return (record) => {
    if (onTrace) notify(onTrace, record);
    if (record.kind !== "sent" && record.kind !== "received") return;
    const direction = record.kind === "sent" ? "->" : "<-";
    notify(
      onProtocolMessage,
      `${direction} ${JSON.stringify(record.message)}`,
    );
  };
}

/** Tells both observers of warnings. */
export function warningCallback(
  { onTrace, onWarning }: ConnectOptions,
): (message: string, warning: ResultWarning) => void {
  return (message, warning) => {
    if (onWarning) notify(() => onWarning(message, warning), undefined);
    if (onTrace) notify(onTrace, { kind: "warning", message });
  };
}

function inWords(event: LifecycleEvent): string {
  switch (event.type) {
    case "connected":
      return `Connected to ${event.info.uri}`;
    case "disconnected":
      return `Disconnected: ${event.reason}`;
    case "connect-error":
      return `Cannot connect: ${event.message}`;
    case "reconnecting":
      return `Attempt ${event.attempt} in ${Math.round(event.delayMs)} ms`;
    case "ended":
      return `Session ended: ${event.end.reason}`;
  }
}
