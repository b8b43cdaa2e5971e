import type { Message } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { ProtocolException } from "../errors.ts";

const LINE_FEED = 0x0a;
const encoder = new TextEncoder();

/**
 * The text frame of a message: one JSON object on one line.
 *
 * @param message A message without binary payload.
 * @returns Its JSON; never with a raw line feed (protocol §2.2).
 */
export function encodeText(message: Message): string {
  return JSON.stringify(message);
}

/**
 * The header of a binary frame, without the line feed that ends it.
 *
 * @param message A message whose payload is handled apart.
 * @returns Its JSON as UTF-8.
 */
export function encodeHeader(message: Message): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(message));
}

/**
 * Read one frame, text or binary (protocol §2.1).
 *
 * In a binary frame everything after the first line feed is payload and
 * becomes `arguments.data`, a view of `frame`; without a line feed the whole
 * frame is JSON. In a text frame line feeds are ordinary white space.
 *
 * @param frame What arrived.
 * @returns The message; its members beyond `type` are not checked.
 * @throws {ProtocolException} The frame is not a JSON object with a `type`.
 */
export function decodeFrame(frame: string | Uint8Array): Message {
  if (typeof frame === "string") return parseMessage(frame);
  const end = frame.indexOf(LINE_FEED);
  if (end < 0) return parseMessage(decodeUtf8(frame));
  const header = parseMessage(decodeUtf8(frame.subarray(0, end)));
  const args = "arguments" in header ? header.arguments : undefined;
  const data = frame.subarray(end + 1);
  return { ...header, arguments: { ...args, data } } as Message;
}

function decodeUtf8(bytes: Uint8Array): string {
  // Made per call: a fatal decoder is left in an odd state by a failure.
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed("a header in UTF-8", { cause });
  }
}

function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Parsers quote what they could not read.
    throw malformed("one JSON object");
  }
  if (!isRecord(value)) throw malformed("one JSON object");
  if (typeof value.type !== "string") throw malformed("a message type");
  return value as unknown as Message;
}

/** The text of the frame stays out: it may hold a credential. */
function malformed(expected: string, options?: ErrorOptions): Error {
  return new ProtocolException(
    `Cannot read frame: expected ${expected}`,
    options,
  );
}
