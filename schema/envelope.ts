/**
 * A request: what a client sends.
 *
 * Binary payload travels as `arguments.data`; on the wire it follows the JSON
 * header after one line feed.
 */
export interface RequestMessage {
  /** Marks the message as a request. */
  readonly type: "request";
  /** Unique per connection, chosen by the client. */
  readonly seq: number;
  /** What to do, for example `rrext_ping`. */
  readonly command: string;
  /** The command's arguments; never `null` on the wire. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The task token, where 1.0 servers look for it. */
  readonly token?: string;
}

/** A response: the answer to one request, matched by `request_seq`. */
export interface ResponseMessage {
  /** Marks the message as a response. */
  readonly type: "response";
  /** The server's own counter, shared with events. */
  readonly seq: number;
  /** The `seq` of the request; the only correlation key. */
  readonly request_seq: number;
  /** Echo of the request's command. */
  readonly command?: string;
  /** Failure only when literally `false`; absent counts as success. */
  readonly success?: boolean;
  /** The failure's text; may be empty. */
  readonly message?: string;
  /** The failure in a word, from servers of 1.4 on, for some failures. */
  readonly code?: string;
  /** Where in the server the failure arose. */
  readonly trace?: { readonly file?: string; readonly lineno?: number };
  /** The result; absent when there is nothing to return. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Only in binary replies: `data` holds the payload. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** An event: a message that the server sends on its own. */
export interface EventMessage {
  /** Marks the message as an event. */
  readonly type: "event";
  /** The server's counter; 0 for events made by the client itself. */
  readonly seq: number;
  /** The event's name, for example `apaevt_status_update`. */
  readonly event: string;
  /** The event's body; `__id` holds the task's display id. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Any message of the protocol. */
export type Message = RequestMessage | ResponseMessage | EventMessage;

/** Check whether a value has the shape of a request. */
export function isRequest(value: unknown): value is RequestMessage {
  return hasType(value, "request") && typeof value.command === "string";
}

/** Check whether a value has the shape of a response that can be matched. */
export function isResponse(value: unknown): value is ResponseMessage {
  return hasType(value, "response") && typeof value.request_seq === "number";
}

/** Check whether a value has the shape of an event. */
export function isEvent(value: unknown): value is EventMessage {
  return hasType(value, "event") && typeof value.event === "string" &&
    isObject(value.body);
}

function hasType(
  value: unknown,
  type: Message["type"],
): value is Readonly<Record<string, unknown>> {
  return isObject(value) && value.type === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Check whether a response is a failure.
 *
 * Only a literal `success: false` is one: servers leave the member out of
 * some good replies.
 *
 * @param response A response of `request` or `dapRequest`.
 * @returns `true` when the server refused.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { didFail } from "@rocketride/streams/schema";
 *
 * assert(didFail({ success: false }));
 * assert(!didFail({}));
 * ```
 */
export function didFail(response: { readonly success?: boolean }): boolean {
  return response.success === false;
}
