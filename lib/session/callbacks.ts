import type { TypedEvent } from "../../schema/typed_event.ts";
import { notify } from "../async.ts";
import type { TraceRecord } from "../transport/trace.ts";
import type { ConnectionInfo, LifecycleEvent } from "./session.ts";

/** What `onWarning` of `connect` receives besides its message. */
export interface ResultWarning {
  /** An object has left no result: it may have reached no component. */
  readonly kind: "empty-result";
  /** The id of the object. */
  readonly objectId: string;
  /** The media type that the pipe was opened with. */
  readonly mimeType: string;
  /**
   * The lanes of the source that data of this media type takes: the first of
   * them that the pipeline connects.
   */
  readonly lanes: readonly string[];
}

/** The callbacks of `connect`. Each is called synchronously. */
export interface SessionCallbacks {
  /** Called each time the session is connected, before waiting calls are sent. */
  readonly onConnected?:
    | ((info: ConnectionInfo) => void | Promise<void>)
    | undefined;
  /**
   * Called when the connection is lost or closed, before the calls in flight
   * reject; `hasError` is `false` after `close`.
   */
  readonly onDisconnected?:
    | ((reason: string, hasError: boolean) => void | Promise<void>)
    | undefined;
  /**
   * Called for each failed attempt to connect, and once more, with a message
   * that says so, when `maxRetryTime` is over. Not called when the signal
   * aborts. Errors thrown by the callbacks are ignored, and their promises are
   * not awaited.
   */
  readonly onConnectError?:
    | ((message: string, error: unknown) => void | Promise<void>)
    | undefined;
  /**
   * Called with each message on the connection as JSON, without secrets and
   * payload, as {@linkcode SessionCallbacks.onTrace} receives it.
   */
  readonly onProtocolMessage?: ((message: string) => void) | undefined;
  /**
   * Called for each object whose result has no `result_types`, which is how
   * servers answer where the object reached no component, because none is
   * connected to the lane of its media type; or where no response node does.
   * The message names the media type and the lane. Errors thrown by the
   * callback are ignored.
   *
   * | media type                         | lane of the source          |
   * | ---------------------------------- | --------------------------- |
   * | `lane/<name>`                      | `<name>`                    |
   * | `application/rocketride-question…` | `questions`, else `tags`    |
   * | `text/…`                           | `text`, else `tags`         |
   * | `image/…`                          | `image`, else `tags`        |
   * | `audio/…`                          | `audio`, else `tags`        |
   * | `video/…`                          | `video`, else `tags`        |
   * | any other                          | `tags`, read by `parse`     |
   *
   * "Else" means: where the pipeline connects no component to the first.
   */
  readonly onWarning?:
    | ((message: string, warning: ResultWarning) => unknown)
    | undefined;
  /** Called with what happens to the connection, in words. */
  readonly onDebugMessage?: ((message: string) => void) | undefined;
  /**
   * Called with every event of the session, in order. If it returns a promise,
   * the next event waits for it, unless more than 1,024 wait already. Errors
   * thrown by the callback are ignored.
   */
  readonly onEvent?: ((event: TypedEvent) => unknown) | undefined;
  /**
   * Called with everything that happens on the connection, without secrets and
   * payload; see `withTrace`.
   */
  readonly onTrace?: ((record: TraceRecord) => void) | undefined;
}

/** One observer of the session's lifecycle for its callbacks, if there are any. */
export function lifecycleObserver(
  { onConnected, onConnectError, onDebugMessage, onDisconnected }:
    SessionCallbacks,
): ((event: LifecycleEvent) => void) | undefined {
  const any = onConnected ?? onConnectError ?? onDebugMessage ??
    onDisconnected;
  return any && ((event) => {
    if (onDebugMessage) notify(onDebugMessage, inWords(event));
    notify((event) => {
      switch (event.type) {
        case "connected":
          return onConnected?.(event.info);
        case "disconnected":
          return onDisconnected?.(event.reason, event.hasError);
        case "connect-error":
          return onConnectError?.(event.message, event.error);
      }
    }, event);
  });
}

/** One observer of the connection for both of its callbacks, if there are any. */
export function traceObserver(
  { onProtocolMessage, onTrace }: SessionCallbacks,
): ((record: TraceRecord) => void) | undefined {
  if (!onProtocolMessage) return onTrace;
  return (record) => {
    if (onTrace) notify(onTrace, record);
    if (record.kind !== "sent" && record.kind !== "received") return;
    const direction = record.kind === "sent" ? "->" : "<-";
    notify(onProtocolMessage, `${direction} ${JSON.stringify(record.message)}`);
  };
}

/** Calls both callbacks for warnings, where there is one. */
export function warningObserver(
  { onTrace, onWarning }: SessionCallbacks,
): ((message: string, warning: ResultWarning) => void) | undefined {
  if (!onTrace && !onWarning) return undefined;
  return (message, warning) => {
    if (onWarning) notify((it) => onWarning(message, it), warning);
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
      return `Attempt ${event.attempt} in ${Math.round(event.delay)} ms`;
    case "ended":
      return `Session ended: ${event.end.reason}`;
  }
}
