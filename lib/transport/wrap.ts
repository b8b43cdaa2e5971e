import type { Connection, ConnectionHandlers, Transport } from "./transport.ts";

/**
 * The same transport with another `connect`.
 *
 * Wrappers compose only if they keep every member that they do not replace,
 * those of other wrappers included. Copying reaches the own members of an
 * object; those that a class may have on its prototype are named here.
 */
export function wrapTransport(
  transport: Transport,
  dial: Transport["dial"],
): Transport {
  return {
    ...transport,
    name: transport.name,
    connectionless: transport.connectionless,
    resolve: (uri) => transport.resolve(uri),
    dial,
  };
}

/** Throws unless the value is a transport. */
export function checkTransport(transport: unknown): void {
  if (typeof (transport as Transport | undefined)?.resolve === "function") {
    return;
  }
  throw new TypeError(
    `Cannot use transport of type ${typeof transport}: expected what ` +
      "webSocketTransport() or an engine's transport() returns",
  );
}

/** The same connection with another `send`; see {@linkcode wrapTransport}. */
export function wrapConnection(
  connection: Connection,
  send: Connection["send"],
): Connection {
  return {
    ...connection,
    uri: connection.uri,
    close: (code, reason) => connection.close(code, reason),
    ...(connection.isFull && { isFull: connection.isFull.bind(connection) }),
    ...(connection.flush && { flush: connection.flush.bind(connection) }),
    ...(connection.cancel && {
      cancel: (seq: number) => connection.cancel?.(seq),
    }),
    send,
  };
}

/** The same handlers with others in their place; see {@linkcode wrapTransport}. */
export function wrapHandlers(
  handlers: ConnectionHandlers,
  replaced: Partial<ConnectionHandlers>,
): ConnectionHandlers {
  return {
    ...handlers,
    onMessage: (message) => handlers.onMessage(message),
    onClose: (info) => handlers.onClose(info),
    ...(handlers.onUnanswered && {
      onUnanswered: (seq: number, error: Error) =>
        handlers.onUnanswered?.(seq, error),
    }),
    ...replaced,
  };
}
