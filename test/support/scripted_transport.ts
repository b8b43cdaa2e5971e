import { type Deferred, deferred } from "../../lib/async.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Payload,
  Transport,
} from "../../lib/transport/transport.ts";
import type { Message } from "../../schema/envelope.ts";

/** One dial of a scripted transport, in the hands of a test. */
export interface ScriptedDial {
  readonly url: URL;
  readonly options: DialOptions;
  /** What the dialler wants to be told; the test calls it. */
  readonly handlers: ConnectionHandlers;
  /** What was sent, in order. */
  readonly sent: readonly { message: Message; payload?: Payload | undefined }[];
  /** What `close` was called with, in order. */
  readonly closes: readonly (readonly [number, string])[];
  /** Let the dial succeed. */
  open(): void;
  /** Let the dial fail. */
  fail(error: unknown): void;
  /** Settles what `close` returned. */
  readonly closed: Deferred<void>;
}

/** Handlers for who does not care. */
export const UNHEARD: ConnectionHandlers = {
  onMessage: () => {},
  onClose: () => {},
};

/** How a scripted transport behaves. */
export interface ScriptedTransportOptions {
  /** Open every dial at once. Default: the test calls `open`. */
  readonly opens?: boolean;
  /** Called in `send`; what it throws is thrown there. */
  readonly onSend?: (message: Message, dial: ScriptedDial) => void;
}

/** A transport that does nothing by itself: the test plays the network. */
export function scriptedTransport(
  { opens = false, onSend }: ScriptedTransportOptions = {},
): Transport & { readonly dials: readonly ScriptedDial[] } {
  const dials: ScriptedDial[] = [];

  function dial(
    url: URL,
    handlers: ConnectionHandlers,
    options: DialOptions,
  ): Promise<Connection> {
    const opened = deferred<Connection>();
    const sent: { message: Message; payload?: Payload | undefined }[] = [];
    const closes: [number, string][] = [];
    const closed = deferred<void>();
    let over = false;
    const self: ScriptedDial = {
      url,
      options,
      sent,
      closes,
      closed,
      handlers: {
        onMessage: (message) => handlers.onMessage(message),
        onClose(info: CloseInfo): void {
          over = true;
          handlers.onClose(info);
        },
        onUnanswered: (seq, error) => handlers.onUnanswered?.(seq, error),
      },
      open: () => opened.resolve(connection),
      fail: (error) => opened.reject(error),
    };
    const connection: Connection = {
      uri: url.href,
      send(message, payload): void {
        onSend?.(message, self);
        sent.push({ message, payload });
      },
      close(code = 1000, reason = ""): Promise<void> {
        closes.push([code, reason]);
        if (!over) self.handlers.onClose({ code, reason });
        return closed.promise;
      },
    };
    dials.push(self);
    if (opens) self.open();
    return opened.promise;
  }

  return {
    name: "Scripted",
    resolve: (uri) => new URL(uri.includes(":") ? uri : `memory://${uri}`),
    dial,
    dials,
  };
}
