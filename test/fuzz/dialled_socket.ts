import { decodeFrame } from "../../lib/protocol/frame.ts";
import type { WebSocketConstructor } from "../../lib/transport/web_socket.ts";
import type { RequestMessage } from "../../schema/envelope.ts";
import { argumentsOf } from "../support/scripted_line.ts";
import { bytesOf } from "./mutate.ts";

/** What an engine sends: a frame as it is, or `close` with a code and a reason. */
export type EngineFrame = readonly [
  kind: "text" | "bytes" | "close" | "error",
  content: string,
];

/** An engine that sends what it is told, to whatever asks it. */
export interface FramesEngine {
  /** Frames for requests, by `"command subcommand"` or by command. */
  readonly answers: Readonly<Record<string, readonly EngineFrame[]>>;
  /** Frames that nobody asked for, sent behind the answer to each login. */
  readonly loose: readonly EngineFrame[];
}

/** What became of an engine's sockets. */
export interface FramesRecord {
  readonly requests: RequestMessage[];
  readonly sockets: FakeSocket[];
  /** How many frames were sent. */
  frames: number;
}

/** After so many logins nothing that nobody asked for is sent. */
const LOOSE_LOGINS = 3;
/** So much of a case is answered; then the engine is silent. */
const MOST_FRAMES = 1_000;

/** A client's socket whose other end is made of frames. */
class FakeSocket extends EventTarget {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  onSend: (data: string | Uint8Array) => void = () => {};

  send(data: string | Uint8Array): void {
    this.onSend(typeof data === "string" ? data : data.slice());
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => {
      this.dispatchEvent(new CloseEvent("close", { code, reason }));
    });
  }

  open(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  receive([kind, content]: EngineFrame): void {
    if (this.readyState !== 1) return;
    if (kind === "error" || kind === "close") {
      const [, code, reason = ""] = /^(\d+) ?(.*)$/.exec(content) ?? [];
      if (kind === "error") this.dispatchEvent(new Event("error"));
      this.readyState = 3;
      const init = { code: Number(code ?? 1006) & 0xffff, reason };
      this.dispatchEvent(new CloseEvent("close", init));
    } else {
      const data = kind === "text" ? content : bytesOf(content).buffer;
      this.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
}

/** Make a constructor of sockets that lead to an engine made of frames. */
export function framesEngine(
  { answers, loose }: FramesEngine,
): { readonly WebSocket: WebSocketConstructor; readonly record: FramesRecord } {
  const record: FramesRecord = { requests: [], sockets: [], frames: 0 };

  function answer(socket: FakeSocket, request: RequestMessage): void {
    const { command } = request;
    const { subcommand } = argumentsOf(request);
    const frames = answers[`${command} ${subcommand}`] ?? answers[command] ??
      [standard(request)];
    const isLogin = command === "auth" && record.sockets.length <= LOOSE_LOGINS;
    for (const [kind, content] of [...frames, ...isLogin ? loose : []]) {
      if (record.frames++ > MOST_FRAMES) return;
      const text = content.replaceAll('"$SEQ"', String(request.seq));
      queueMicrotask(() => socket.receive([kind, text]));
    }
  }

  class Dialled extends FakeSocket {
    constructor(_url: string) {
      super();
      record.sockets.push(this);
      this.onSend = (data): void => {
        const message = decodeFrame(data);
        if (message.type !== "request") return;
        record.requests.push(message);
        answer(this, message);
      };
      queueMicrotask(() => this.open());
    }
  }
  return { WebSocket: Dialled as unknown as WebSocketConstructor, record };
}

/** What an engine that works answers to what is not the subject of a case. */
function standard(request: RequestMessage): EngineFrame {
  const { command, seq } = request;
  const { subcommand, offset = 0, length = 0 } = argumentsOf(request);
  const head = { type: "response", seq: 1, request_seq: seq, command };
  const accepted = JSON.stringify({ ...head, success: true, body: {} });
  if (subcommand === "fs_read") {
    const end = Number(offset) + Number(length);
    return ["bytes", `${accepted}\n${"abc".slice(Number(offset), end)}`];
  }
  const isKnown = ["auth", "deauth", "rrext_ping", "rrext_process"]
    .includes(command);
  if (isKnown) return ["text", accepted];
  const message = "Invalid command";
  return ["text", JSON.stringify({ ...head, success: false, message })];
}
