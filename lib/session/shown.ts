import type { ConnectResult } from "../../schema/account.ts";
import {
  didFail,
  type EventMessage,
  isEvent,
  isResponse,
  type Message,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import { conceal, type Secrets } from "../protocol/secrets.ts";
import { classifyFailure } from "../protocol/failure.ts";

/** A message as it is given to the session's functions and callbacks. */
export function shown(message: Message, secrets: Secrets): Message {
  if (isResponse(message)) return shownResponse(message, secrets);
  return isEvent(message) ? shownEvent(message, secrets) : message;
}

/**
 * A response that may become an exception, without secrets: servers repeat in
 * failures what they were sent. What the failure means is read from its text,
 * so a text that would lose its meaning stays: its words are the server's own.
 */
function shownResponse(
  response: ResponseMessage,
  secrets: Secrets,
): ResponseMessage {
  if (!didFail(response)) return response;
  const { message, type, seq, request_seq, success } = response;
  const copy = {
    ...secrets.hideIn(response, true),
    type,
    seq,
    request_seq,
    ...(success === undefined ? {} : { success }),
  };
  if (typeof message !== "string") return copy;
  const { code } = classifyFailure(message);
  return classifyFailure(copy.message ?? "").code === code
    ? copy
    : { ...copy, message };
}

/** An event without secrets in its texts. */
function shownEvent(
  event: EventMessage,
  secrets: Secrets,
): EventMessage {
  const body = shownAccount(secrets.hideTexts(event.body), secrets);
  return body === event.body ? event : { ...event, body };
}

/** An account whose durable credential is read by name only. */
export function shownAccount<T extends ConnectResult>(
  account: T,
  secrets: Secrets,
): T {
  const { userToken } = account;
  if (typeof userToken !== "string") return account;
  secrets.add(userToken);
  return conceal(account, ["userToken"]);
}
