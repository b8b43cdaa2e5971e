import { kindOf } from "../check.ts";
import type { Message, RequestMessage } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { notify } from "../async.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import { Secrets, shortToken } from "../protocol/secrets.ts";
import type { CloseInfo, Payload, Transport } from "./transport.ts";
import { checkTransport, withMembers } from "./wrappers.ts";

/** One thing that happened on a connection. */
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
    /** A request that will have no answer, while the connection continues. */
    readonly kind: "unanswered";
    /** The number of the request. */
    readonly seq: number;
    /** Why. */
    readonly error: Error;
  }
  | { readonly kind: "close"; readonly info: CloseInfo }
  | {
    /** Something unexpected that is not an error; see `onWarning`. */
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
 * The observer is called synchronously, in order. What it throws or rejects
 * with is ignored, since an observer must not change what it observes.
 *
 * @param transport What carries the messages.
 * @param observe Called with each {@linkcode TraceRecord}.
 * @returns The same transport, observed.
 */
export function withTrace(
  transport: Transport,
  observe: (record: TraceRecord) => void,
): Transport {
  checkTransport(transport);
  if (typeof observe !== "function") {
    throw new TypeError(`Expected an observer, not ${kindOf(observe)}`);
  }
  // Made inside: a message that cannot be copied must still be sent.
  function report(make: () => TraceRecord): void {
    notify(() => observe(make()), undefined);
  }
  const dial: Transport["dial"] = async (url, handlers, options) => {
    const { redact = new Secrets().hide } = options;
    const show = (
      kind: "sent" | "received",
      message: Message,
      payload?: Payload,
    ): void =>
      report(() => ({
        kind,
        message: elide(message, redact),
        payloadBytes: payloadBytes(message, payload),
      }));
    report(() => ({ kind: "dial", uri: url.href }));
    const connection = await transport.dial(
      url,
      withMembers(handlers, {
        onMessage(message): void {
          show("received", message);
          handlers.onMessage(message);
        },
        onClose(info): void {
          const reason = redact(info.reason);
          report(() => ({ kind: "close", info: { ...info, reason } }));
          handlers.onClose(info);
        },
        ...(handlers.onUnanswered && {
          onUnanswered(seq: number, error: Error): void {
            report(() => ({ kind: "unanswered", seq, error }));
            handlers.onUnanswered?.(seq, error);
          },
        }),
      }),
      options,
    );
    report(() => ({ kind: "open", uri: connection.uri }));
    return withMembers(connection, {
      send(message, payload): void {
        show("sent", message, payload);
        connection.send(message, payload);
      },
    });
  };
  return withMembers(transport, { dial });
}

/** The callbacks of `connect` that show what happens on the connection. */
export interface TraceCallbacks {
  readonly onTrace?: ((record: TraceRecord) => void) | undefined;
  readonly onProtocolMessage?: ((message: string) => void) | undefined;
}

/** Trace a transport for one or both of the callbacks. */
export function traced(
  transport: Transport,
  { onProtocolMessage, onTrace }: TraceCallbacks,
): Transport {
  return withTrace(transport, (record) => {
    notify(onTrace, record);
    if (!onProtocolMessage || !("payloadBytes" in record)) return;
    const direction = record.kind === "sent" ? "->" : "<-";
    notify(onProtocolMessage, `${direction} ${JSON.stringify(record.message)}`);
  });
}

function payloadBytes(message: Message, payload?: Payload): number {
  const { arguments: args } = message as Partial<RequestMessage>;
  const data = payload ?? args?.data;
  if (data instanceof FrameBuffer) return data.payload.length;
  return data instanceof Uint8Array ? data.length : 0;
}

/** Members whose strings are credentials: not even their size is shown. */
const SECRET = /^(?:apikey|auth|clientSecret|key|userToken)$/;

/** Members whose strings are task tokens: their start is shown. */
const TOKEN = /^(?:t|publicT)oken$/;

/**
 * Members whose values are shown. All others may hold credentials, settings
 * or payload: of them only the size is shown.
 */
const SHOWN: ReadonlySet<string> = new Set((
  // Messages.
  "arguments body command event file lineno message request_seq seq " +
  "success trace type " +
  // Login and server.
  "capabilities clientName clientVersion defaultTeam platform userId " +
  "version " +
  // Pipelines and tasks.
  "__id action classType components control errors exitMessage from id " +
  "input lane name pipeline pipelineTraceLevel projectId project_id " +
  "provider service source state status tasks teamId warnings " +
  // Pipes.
  "mimeType object objectId op pipes subcommand " +
  // Subscriptions.
  "category change flags types " +
  // Files.
  "handle mode new_path old_path path "
).split(" "));

/** Deeper members are not shown. */
const MAX_DEPTH = 16;

/**
 * A copy of a message that may be shown: without credentials, settings of
 * components and payload.
 *
 * @param message A message, sent or received; its members are not trusted.
 * @param redact Applied to each string that is shown, and to each name.
 */
function elide(
  message: Message,
  redact: (text: string) => string,
): Message {
  function show(value: unknown, name: string, depth: number): unknown {
    const isShown = SHOWN.has(name);
    if (typeof value === "string") {
      if (isShown) return redact(value);
      if (SECRET.test(name)) return "***";
      // The asterisk stands for all tasks.
      if (TOKEN.test(name) && value !== "*") return shortToken(value);
      return `${value.length} characters`;
    }
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    // Of what is not shown the size is.
    const isCut = !isShown || depth > MAX_DEPTH;
    if (Array.isArray(value)) {
      if (isCut) return `${value.length} items`;
      return value.map((it) => show(it, name, depth + 1));
    }
    if (!isRecord(value)) return value;
    const members = Object.entries(value);
    if (isCut) return `${members.length} members`;
    return Object.fromEntries(
      members.map(([name, it]) => [redact(name), show(it, name, depth + 1)]),
    );
  }

  return show(message, "message", 0) as Message;
}
