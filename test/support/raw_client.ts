import { assert, assertEquals } from "@std/assert";
import type { Engine } from "../../lib/engine/engine.ts";
import {
  decodeFrame,
  encodeHeader,
  encodeText,
  writeFrame,
} from "../../lib/protocol/frame.ts";
import type {
  EventMessage,
  Message,
  ResponseMessage,
} from "../../schema/envelope.ts";

/** The body of a response or an event, its members unchecked. */
// deno-lint-ignore no-explicit-any
export type Body = any;

/** How a connection ended. */
export interface End {
  readonly code: number;
  readonly reason: string;
}

/** The frames of the protocol and nothing else: no retries, no defaults. */
export interface RawClient {
  /** Everything that arrived, in order. */
  readonly received: readonly Message[];
  /** Resolves when the engine has ended the connection. */
  readonly ended: Promise<End>;
  /** Send a message as it is. */
  post(message: object, payload?: Uint8Array): void;
  /** Send a frame as it is; only over a socket. */
  postFrame(frame: string | Uint8Array): void;
  /** Send a request and wait for its response, good or bad. */
  request(
    command: string,
    args?: object,
    options?: { readonly extra?: object; readonly payload?: Uint8Array },
  ): Promise<ResponseMessage>;
  /** Send a request that must succeed; answers the body. */
  ok(command: string, args?: object, payload?: Uint8Array): Promise<Body>;
  /** Send a request that must fail; answers the message. */
  fails(command: string, args?: object, payload?: Uint8Array): Promise<string>;
  /**
   * The bodies of the events of a name that have arrived so far, without the
   * stamps of the log; `received` has them.
   */
  events(name: string): Body[];
  /** Wait for the next event of a name that was not waited for yet. */
  nextEvent(name: string): Promise<Body>;
  /** End the connection. */
  close(): Promise<void>;
}

interface Line {
  send(message: Message, payload?: Uint8Array): void;
  sendFrame(frame: string | Uint8Array): void;
  close(): void;
}

/** Connect in process. Messages pass through JSON, as on a wire. */
export function rawInProcess(engine: Engine): RawClient {
  return rawClient((receive, end) => {
    let open = true;
    const handlers = engine.accept({
      send: (message, payload) => {
        const copy = JSON.parse(JSON.stringify(message));
        if (payload) copy.arguments = { ...copy.arguments, data: payload };
        queueMicrotask(() => open && receive(copy));
      },
      close: (code = 1000, reason = "") => {
        queueMicrotask(() => {
          open = false;
          end({ code, reason });
        });
      },
    });
    return {
      send(message, payload): void {
        const copy = JSON.parse(JSON.stringify(message));
        if (payload) copy.arguments = { ...copy.arguments, data: payload };
        handlers.onMessage(copy);
      },
      sendFrame(): void {
        throw new TypeError("There are no frames in process");
      },
      close(): void {
        open = false;
        handlers.onClose({ code: 1000, reason: "" });
        end({ code: 1000, reason: "" });
      },
    };
  });
}

/** Connect over a real WebSocket. */
export async function rawSocket(url: string): Promise<RawClient> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const client = rawClient((receive, end) => {
    socket.onopen = (): void => opened.resolve();
    socket.onmessage = ({ data }): void =>
      receive(
        decodeFrame(typeof data === "string" ? data : new Uint8Array(data)),
      );
    socket.onclose = ({ code, reason }): void => {
      opened.reject(new Error(`Socket closed with ${code}`));
      end({ code, reason });
    };
    return {
      send(message, payload): void {
        if (!payload) return socket.send(encodeText(message));
        const header = encodeHeader(message);
        socket.send(writeFrame(new Uint8Array(0), header, payload));
      },
      sendFrame: (frame): void => socket.send(frame as string),
      close: (): void => socket.close(),
    };
  });
  await opened.promise;
  return client;
}

function rawClient(
  connect: (
    receive: (message: Message) => void,
    end: (info: End) => void,
  ) => Line,
): RawClient {
  const received: Message[] = [];
  const answers = new Map<number, (response: ResponseMessage) => void>();
  const seen = new Map<string, number>();
  const ended = Promise.withResolvers<End>();
  let wake = Promise.withResolvers<void>();
  let seq = 0;

  const line = connect((message) => {
    received.push(message);
    if (message.type === "response") {
      answers.get(message.request_seq)?.(message);
    }
    wake.resolve();
    wake = Promise.withResolvers();
  }, ended.resolve);

  const client: RawClient = {
    received,
    ended: ended.promise,
    post: (message, payload) => line.send(message as Message, payload),
    postFrame: (frame) => line.sendFrame(frame),
    request(command, args, options): Promise<ResponseMessage> {
      const answer = Promise.withResolvers<ResponseMessage>();
      const own = ++seq;
      answers.set(own, answer.resolve);
      const message = { type: "request", seq: own, command };
      line.send(
        {
          ...message,
          ...options?.extra,
          ...(args && { arguments: args }),
        } as Message,
        options?.payload,
      );
      return answer.promise;
    },
    async ok(command, args, payload): Promise<Body> {
      const response = await client.request(
        command,
        args,
        payload && { payload },
      );
      assert(response.success, `${command}: ${response.message}`);
      return response.body;
    },
    async fails(command, args, payload): Promise<string> {
      const response = await client.request(
        command,
        args,
        payload && { payload },
      );
      assertEquals(response.success, false, `${command} succeeded`);
      return response.message ?? "";
    },
    events: (name) =>
      received.filter((message): message is EventMessage =>
        message.type === "event" && message.event === name
      ).map(({ body }) => unstamped(body)),
    async nextEvent(name): Promise<Body> {
      const index = seen.get(name) ?? 0;
      seen.set(name, index + 1);
      while (client.events(name).length <= index) await wake.promise;
      return client.events(name)[index];
    },
    async close(): Promise<void> {
      line.close();
      await ended.promise;
    },
  };
  return client;
}

/** A body without what every event of a task has. */
function unstamped(body: Body): Body {
  if (body.logSeq === undefined) return body;
  const { eventTime: _t, logSeq: _n, runKind: _k, teamId: _i, ...rest } = body;
  const { userId: _u, project_id, source, ...own } = rest;
  // Other members are the event's own.
  const isOwn = "pipeflow" in own || "pipes" in own;
  return isOwn
    ? { ...own, project_id, source }
    : "projectId" in own
    ? { ...own, source }
    : own;
}
