import type { Upgrade } from "../../lib/engine/settings.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { decodeFrame } from "../../lib/protocol/frame.ts";
import type { Message, ResponseMessage } from "../../schema/envelope.ts";

/** The engine's end of a socket, without a network. */
class ServerSocket extends EventTarget {
  binaryType = "blob";
  readyState = 1;
  bufferedAmount = 0;
  onFrame: (frame: string | Uint8Array) => void = () => {};
  onEnd: (code: number, reason: string) => void = () => {};

  send(frame: string | Uint8Array): void {
    this.onFrame(frame);
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onEnd(code, reason);
    queueMicrotask(() => {
      this.dispatchEvent(new CloseEvent("close", { code, reason }));
    });
  }
}

let latest: ServerSocket;

/** What an engine upgrades requests with whose sockets have no network. */
export const withoutNetwork: Upgrade = (): ReturnType<Upgrade> => {
  latest = new ServerSocket();
  const socket = latest as unknown as WebSocket;
  return { socket, response: new Response(null, { status: 204 }) };
};

/** A client's end: frames as they are, and what came back. */
export interface FrameClient {
  /** Everything that was sent by the engine, and how it ended. */
  readonly outputs: readonly (string | Uint8Array)[];
  readonly isOpen: boolean;
  /** How many responses came. */
  readonly responses: number;
  /** Send a frame as it is. */
  post(frame: string | Uint8Array<ArrayBuffer>): void;
  /** Resolves when so many responses came, or the end. */
  answered(count: number): Promise<void>;
  /** Ask, and wait for the answer. */
  ask(command: string, args?: object): Promise<ResponseMessage>;
  /** The same, which must succeed. */
  ok(command: string, args?: object): Promise<Record<string, unknown>>;
  close(): void;
}

/** Numbers of requests that a case does not use by chance. */
const OWN_SEQ = 7_000_000_000;

/** Open a socket to an engine that was made with {@linkcode withoutNetwork}. */
export function openSocket(engine: Engine): FrameClient {
  const headers = { upgrade: "websocket" };
  const request = new Request("http://localhost/task/service", { headers });
  engine.fetch(request);
  const socket = latest;
  const outputs: (string | Uint8Array)[] = [];
  const answers = new Map<number, ResponseMessage>();
  const checks = new Set<() => void>();
  let responses = 0;
  let seq = OWN_SEQ;

  function changed(): void {
    for (const check of [...checks]) check();
  }

  socket.onFrame = (frame): void => {
    outputs.push(typeof frame === "string" ? frame : frame.slice());
    // An engine never sends what a client cannot read.
    const message: Message = decodeFrame(frame);
    if (message.type !== "response") return;
    responses++;
    answers.set(message.request_seq, message);
    changed();
  };
  socket.onEnd = (code, reason): void => {
    outputs.push(`${code} ${reason}`);
    changed();
  };

  function until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      function check(): void {
        if (!isDone()) return;
        checks.delete(check);
        resolve();
      }
      checks.add(check);
      check();
    });
  }

  const client: FrameClient = {
    outputs,
    get isOpen(): boolean {
      return socket.readyState === 1;
    },
    get responses(): number {
      return responses;
    },
    post(frame): void {
      const data = typeof frame === "string" ? frame : frame.buffer;
      socket.dispatchEvent(new MessageEvent("message", { data }));
    },
    answered: (count) => until(() => !client.isOpen || responses >= count),
    async ask(command, args = {}): Promise<ResponseMessage> {
      const own = ++seq;
      client.post(
        JSON.stringify({ type: "request", seq: own, command, arguments: args }),
      );
      await until(() => !client.isOpen || answers.has(own));
      const answer = answers.get(own);
      if (!answer) throw new Error(`The engine closed: ${outputs.at(-1)}`);
      return answer;
    },
    async ok(command, args): Promise<Record<string, unknown>> {
      const { success, message, body } = await client.ask(command, args);
      if (!success) throw new Error(`${command}: ${message}`);
      return { ...body };
    },
    close: () => socket.close(),
  };
  return client;
}
