import type { Message } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { FrameBuffer } from "../protocol/frame_buffer.ts";
import type { CloseInfo, Payload, Transport } from "./transport.ts";

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
  | { readonly kind: "close"; readonly info: CloseInfo };

/** Members that are never shown, wherever they stand. */
const SECRET: ReadonlySet<string> = new Set(["auth", "apikey", "userToken"]);

/**
 * Show every message to an observer, without credentials and payload.
 *
 * The observer is called synchronously, in order; what it throws is ignored,
 * since watching must not change what is watched.
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
    try {
      observe(record);
    } catch {
      // The observer's failure is its own.
    }
  }
  return {
    name: transport.name,
    resolve: (uri) => transport.resolve(uri),
    async dial(url, handlers, options) {
      tell({ kind: "dial", uri: url.href });
      const connection = await transport.dial(url, {
        onMessage(message) {
          tell({ kind: "received", ...elided(message) });
          handlers.onMessage(message);
        },
        onClose(info) {
          tell({ kind: "close", info });
          handlers.onClose(info);
        },
      }, options);
      tell({ kind: "open", uri: connection.uri });
      return {
        uri: connection.uri,
        send(message, payload) {
          tell({ kind: "sent", ...elided(message, payload) });
          connection.send(message, payload);
        },
        close: (code, reason) => connection.close(code, reason),
      };
    },
  };
}

function elided(
  message: Message,
  payload?: Payload,
): { message: Message; payloadBytes: number } {
  const args = "arguments" in message ? message.arguments : undefined;
  const data = payload ?? args?.data;
  const payloadBytes = data instanceof FrameBuffer
    ? data.payload.length
    : data instanceof Uint8Array
    ? data.length
    : 0;
  return { message: hideSecrets(message) as Message, payloadBytes };
}

function hideSecrets(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      SECRET.has(name) ? [name, "***"] : [name, hideSecrets(member)]
    ),
  );
}
