import type { Message } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { notify } from "../_notify.ts";
import { FrameBuffer } from "../protocol/frame_buffer.ts";
import type { CloseInfo, Payload, Transport } from "./transport.ts";
import { wrapConnection, wrapHandlers, wrapTransport } from "./_wrap.ts";

/** One thing that happened on the line. */
export type TraceRecord =
  | { readonly kind: "dial" | "open"; readonly uri: string }
  | {
    readonly kind: "sent" | "received";
    /** The message; credentials and payload are elided. */
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
  | { readonly kind: "close"; readonly info: CloseInfo };

/**
 * Members that are never shown, wherever they stand. Task tokens are among
 * them, because one can log in with them (protocol §4.2).
 */
const SECRET: ReadonlySet<string> = new Set([
  "auth",
  "apikey",
  "userToken",
  "token",
  "publicToken",
  "ROCKETRIDE_APIKEY",
  "env",
  "clientSecret",
]);

/** The command whose answer has a new API key, as the member `key`. */
const KEYS = "rrext_account_keys";

/**
 * Show every message to an observer, without credentials and payload.
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
    message: Message,
    payload?: Payload,
  ): void {
    // Elided inside: a message that cannot be copied must still be sent.
    notify((given) =>
      observe({
        kind,
        message: elided(given) as Message,
        payloadBytes: payloadBytes(given, payload),
      }), message);
  }
  return wrapTransport(transport, async (url, handlers, options) => {
    tell({ kind: "dial", uri: url.href });
    const onUnanswered = handlers.onUnanswered?.bind(handlers);
    const connection = await transport.dial(
      url,
      wrapHandlers(handlers, {
        onMessage(message): void {
          show("received", message);
          handlers.onMessage(message);
        },
        onClose(info): void {
          tell({ kind: "close", info });
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
      show("sent", message, payload);
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

function elided(message: Message): unknown {
  const { command } = message as { readonly command?: unknown };
  const secret = (name: string): boolean =>
    SECRET.has(name) || command === KEYS && name === "key";
  return hideSecrets(message, secret);
}

function hideSecrets(
  value: unknown,
  secret: (name: string) => boolean,
): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.map((it) => hideSecrets(it, secret));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      secret(name) ? [name, "***"] : [name, hideSecrets(member, secret)]
    ),
  );
}
