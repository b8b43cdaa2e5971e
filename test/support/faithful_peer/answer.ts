import type { ResponseMessage } from "../../../schema/envelope.ts";

/** What answers a request: a body, with bytes or not, or a failure. */
export interface Answer {
  /** Whether it went well. */
  readonly success: boolean;
  /** Why it did not. */
  readonly message?: string;
  /** What there is to return. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Bytes that go behind the body. */
  readonly data?: Uint8Array;
}

/** A failure. */
export function failure(message: string): Answer {
  return { success: false, message };
}

/** The answer that an engine's response holds. */
export function answerOf(response: ResponseMessage): Answer {
  const { success = true, message, body, arguments: args } = response;
  return {
    success,
    ...(message !== undefined && { message }),
    ...(body && { body }),
    ...(args?.data instanceof Uint8Array && { data: args.data }),
  };
}
