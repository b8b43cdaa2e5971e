import type { Message } from "../../schema/envelope.ts";
import { notify } from "../_notify.ts";
import { FrameBuffer } from "../protocol/frame_buffer.ts";
import { Secrets } from "../protocol/secrets.ts";
import { elide } from "./_elide.ts";
import type { CloseInfo, Payload, Transport } from "./transport.ts";
import { wrapConnection, wrapHandlers, wrapTransport } from "./_wrap.ts";

/** One thing that happened on the line. */
export type TraceRecord =
  | { readonly kind: "dial" | "open"; readonly uri: string }
  | {
    readonly kind: "sent" | "received";
    /**
     * The message without credentials, settings of components and payload:
     * strings are replaced by `***` or by their size, all but the start of
     * task tokens is cut off.
     */
    readonly message: Message;
    /** Bytes of binary payload. */
    readonly payloadBytes: number;
  }
  | {
    /** A request that will have no answer, while the line goes on. */
    readonly kind: "unanswered";
    /** The number of the request. */
    readonly seq: number;
    /** Why. */
    readonly error: Error;
  }
  | { readonly kind: "close"; readonly info: CloseInfo }
  | {
    /** Something that is not an error, but hardly wanted; see `onWarning`. */
    readonly kind: "warning";
    /** What it is. */
    readonly message: string;
  };

/**
 * Show every message to an observer, without credentials and payload.
 *
 * Names, ids, paths, media types, states and failure texts are shown; of any
 * other string, list or record only the size. Inside a session, its credential
 * and the values that `use` substituted are replaced wherever they occur.
 *
 * The observer is called synchronously, in order. Its failure is ignored, also
 * that of an async one, since watching must not change what is watched.
 *
 * @param transport What carries the messages.
 * @param observe Given each {@linkcode TraceRecord}.
 * @returns The same transport, observed.
 */
export function withTrace(
  transport: Transport,
  observe: (record: TraceRecord) => void,
): Transport {
  function tell(record: TraceRecord): void {
    notify(observe, record);
  }
  function show(
    kind: "sent" | "received",
    redact: (text: string) => string,
    message: Message,
    payload?: Payload,
  ): void {
    // Elided inside: a message that cannot be copied must still be sent.
    notify((given) =>
      observe({
        kind,
        message: elide(given, redact),
        payloadBytes: payloadBytes(given, payload),
      }), message);
  }
  return wrapTransport(transport, async (url, handlers, options) => {
    const { redact = new Secrets().hide } = options;
    tell({ kind: "dial", uri: url.href });
    const onUnanswered = handlers.onUnanswered?.bind(handlers);
    const connection = await transport.dial(
      url,
      wrapHandlers(handlers, {
        onMessage(message): void {
          show("received", redact, message);
          handlers.onMessage(message);
        },
        onClose(info): void {
          tell({
            kind: "close",
            info: { ...info, reason: redact(info.reason) },
          });
          handlers.onClose(info);
        },
        ...(onUnanswered && {
          onUnanswered(seq, error): void {
            tell({ kind: "unanswered", seq, error });
            onUnanswered(seq, error);
          },
        }),
      }),
      options,
    );
    tell({ kind: "open", uri: connection.uri });
    return wrapConnection(connection, (message, payload) => {
      show("sent", redact, message, payload);
      connection.send(message, payload);
    });
  });
}

function payloadBytes(message: Message, payload?: Payload): number {
  const args = "arguments" in message ? message.arguments : undefined;
  const data = payload ?? args?.data;
  if (data instanceof FrameBuffer) return data.payload.length;
  return data instanceof Uint8Array ? data.length : 0;
}
