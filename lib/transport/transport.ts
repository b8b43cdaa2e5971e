import type { Message } from "../../schema/envelope.ts";
import type { Clock } from "../async.ts";
import type { FrameBuffer } from "../protocol/frame.ts";

/**
 * Binary payload of a message: plain bytes, or a buffer that was filled with
 * room for the header, so that sending it costs no further copy.
 */
export type Payload = Uint8Array | FrameBuffer;

/** How a connection ended. */
export interface CloseInfo {
  /** The WebSocket close code; 1006 if the connection was lost. */
  readonly code: number;
  /** The reason of the peer or of the client; may be empty. */
  readonly reason: string;
  /** What the runtime or the codec reported, if anything. */
  readonly error?: unknown;
}

/** The callbacks of a connection. */
export interface ConnectionHandlers {
  /**
   * A message arrived. Called synchronously, in arrival order, never after
   * {@linkcode ConnectionHandlers.onClose} or a local close. Binary payload
   * is in `arguments.data`.
   */
  onMessage(message: Message): void;
  /** The connection ended, for whatever reason. Called exactly once. */
  onClose(info: CloseInfo): void;
  /**
   * No answer to a request will come, while the connection goes on: where each
   * request travels by itself, as over HTTP. Called like
   * {@linkcode ConnectionHandlers.onMessage}; an owner without it sees the
   * connection end instead.
   *
   * @param seq The number of the request.
   * @param error Why.
   */
  onUnanswered?(seq: number, error: Error): void;
}

/** The options of a connection attempt; wrappers pass on all of them. */
export interface DialOptions {
  /** Aborts the attempt, which rejects with the signal's reason. */
  readonly signal: AbortSignal | null | undefined;
  /** Milliseconds until the attempt fails; `Infinity` for no limit. */
  readonly timeout: number;
  /** The clock of the session. */
  readonly clock: Clock;
  /**
   * Removes the session's credentials, and the values that it substituted in
   * pipelines, from a text that is to be shown.
   *
   * @default {texts are shown as they are}
   */
  readonly redact?: ((text: string) => string) | undefined;
}

/** An open connection to an engine. */
export interface Connection {
  /** The address, without credentials. */
  readonly uri: string;
  /**
   * Hand a message over, in order. The payload is copied or written before
   * this returns, so the caller may reuse its bytes at once.
   *
   * @throws {ConnectionException} The connection is not open any more.
   */
  send(message: Message, payload?: Payload): void;
  /**
   * Whether more payload would delay what is sent after it, since much waits
   * for the network already. A connection that never says so may have no such
   * member; `send` takes payload all the same.
   *
   * @param onRoom Called once, when payload may be sent and it is its turn;
   * not if `isFull` returned `false`, and not once the connection has ended.
   */
  isFull?(onRoom?: () => void): boolean;
  /**
   * Resolves when what was sent is on its way, or the connection has ended;
   * never rejects. Whoever prepares more without a pause waits for it first,
   * where there is such a member: otherwise nothing leaves meanwhile.
   */
  flush?(): Promise<void>;
  /**
   * Release the resources of a request whose answer is no longer awaited.
   * A connection that all requests share has none, and no such member. A pipe ends with the request that opened it.
   *
   * @param seq The number of the request; one that is not known is ignored.
   */
  cancel?(seq: number): void;
  /**
   * Close the connection. Nothing is delivered afterwards; `onClose` is called at
   * once. The promise settles when the peer has answered, at the latest after
   * one second.
   */
  close(code?: number, reason?: string): Promise<void>;
}

/** A way to send messages: WebSocket, memory, HTTP, or one of your own. */
export interface Transport {
  /** Shown by `getConnectionInfo`, for example `WebSocket`. */
  readonly name: string;
  /**
   * Whether there is no lasting connection, and so no heartbeat, as with HTTP.
   *
   * @default {false}
   */
  readonly connectionless?: boolean | undefined;
  /**
   * Return the address that a user's string stands for.
   *
   * @throws {ValidationException} The address cannot be one of this transport.
   */
  resolve(uri: string): URL;
  /**
   * Open a connection.
   *
   * @throws {ConnectionException} The peer cannot be reached or refused.
   * @throws {TimeoutException} The peer did not answer in time.
   */
  dial(
    url: URL,
    handlers: ConnectionHandlers,
    options: DialOptions,
  ): Promise<Connection>;
}
