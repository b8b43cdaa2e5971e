import type { Engine } from "../../../lib/engine/engine.ts";
import type {
  EventMessage,
  RequestMessage,
  ResponseMessage,
} from "../../../schema/envelope.ts";

/** A connection from the front of the server to the engine behind it. */
export interface EngineConnection {
  /** Send a request and wait for its response, good or bad. */
  request(
    command: string,
    args?: Readonly<Record<string, unknown>>,
  ): Promise<ResponseMessage>;
  /** End the connection. */
  close(): void;
}

/** What a connection to the engine is told. */
export interface EngineConnectionHandlers {
  /** The engine sent an event. */
  onEvent?(event: EventMessage): void;
  /** The engine ended the connection. */
  onEnd?(): void;
}

/** Connect to an engine in process. Requests after the end never settle. */
export function engineConnection(
  engine: Engine,
  handlers: EngineConnectionHandlers = {},
): EngineConnection {
  const waiting = new Map<number, (response: ResponseMessage) => void>();
  let seq = 0;
  const inner = engine.accept({
    send(message, payload): void {
      if (message.type === "event") return handlers.onEvent?.(message);
      if (message.type !== "response") return;
      const args = payload && { arguments: { data: payload.slice() } };
      waiting.get(message.request_seq)?.({ ...message, ...args });
      waiting.delete(message.request_seq);
    },
    close: () => handlers.onEnd?.(),
  });
  return {
    request(command, args = {}): Promise<ResponseMessage> {
      const own = ++seq;
      return new Promise((resolve) => {
        waiting.set(own, resolve);
        const message: RequestMessage = {
          type: "request",
          seq: own,
          command,
          arguments: args,
        };
        inner.onMessage(message);
      });
    },
    close: () => inner.onClose({ code: 1000, reason: "" }),
  };
}
