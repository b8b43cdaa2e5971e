import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";
import type { RequestMessage } from "../../schema/envelope.ts";
import { type FakeClock, fakeClock } from "./fake_clock.ts";
import {
  type Handler,
  type Script,
  type ScriptedLine,
  scriptedServer,
  SILENCE,
} from "./scripted_server.ts";

/** A scripted engine that has one file, and a session with it, in memory. */
export interface StoreServer extends AsyncDisposable {
  readonly session: Session;
  /** The session's clock; it stands still. */
  readonly clock: FakeClock;
  readonly line: ScriptedLine;
  /** What was asked since the login, in order. */
  readonly requests: readonly RequestMessage[];
  /** What was asked in short: `fs_read:0+4`, `fs_write:abc`, `fs_close`. */
  log(): string[];
  /** Wait for the request of that number with that subcommand. */
  received(subcommand: string, index?: number): Promise<RequestMessage>;
  /** Answer an `fs_read` with bytes. */
  give(request: RequestMessage, data: Uint8Array | string): void;
}

/** What is asked of a file. */
const OBLIGING: Script = {
  fs_open: ({ arguments: args }) =>
    args?.mode === "w" ? { handle: "h" } : { handle: "h", size: 0 },
  fs_write: ({ arguments: args }) => ({
    bytesWritten: (args?.data as Uint8Array).length,
  }),
  fs_close: () => {},
};

/**
 * Start a scripted engine that obliges except where `script`, by subcommand,
 * says otherwise.
 */
export async function storeServer(
  script: Script = {},
  options: Partial<ConnectOptions> = {},
): Promise<StoreServer> {
  const clock = fakeClock();
  const server = scriptedServer(Object.fromEntries(
    Object.entries({ ...OBLIGING, ...script })
      .map(([name, handler]) => [`rrext_store ${name}`, handler]),
  ));
  const session = await connect({
    ...server.target("memory"),
    clock,
    heartbeat: false,
    ...options,
  });
  const line = server.lines[0]!;
  const asked = () => server.requests.filter((it) => it.command !== "auth");
  return {
    session,
    clock,
    line,
    get requests() {
      return asked();
    },
    log: () => asked().map(inShort),
    received: (name, index) => server.received(`rrext_store ${name}`, index),
    give: (request, data) => give(line, request, data),
    // The line goes first: a session that says goodbye would wait on the
    // clock for an engine that a test has silenced.
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await session.closed;
    },
  };
}

/** Answers opening and reading as an engine does that has this content. */
export function fileOf(content: Uint8Array, most: number = Infinity): Script {
  return {
    fs_open: () => ({ handle: "h", size: content.length }),
    fs_read: reading(content, most),
  };
}

/** Answers reads, with `most` bytes at a time. */
export function reading(content: Uint8Array, most: number = Infinity): Handler {
  return (request, line) => {
    const { offset, length } = request.arguments as {
      offset: number;
      length: number;
    };
    const end = offset + Math.min(length, most);
    give(line, request, content.subarray(offset, end));
    return SILENCE;
  };
}

/**
 * Answers reads as servers do that seek and then read one shared file: each
 * request is a task of its own, so reads in flight at once get the wrong bytes.
 */
export function seekingFileOf(content: Uint8Array): Script {
  let position = 0;
  return {
    ...fileOf(content),
    async fs_read(request, line): Promise<typeof SILENCE> {
      const { offset, length } = request.arguments as {
        offset: number;
        length: number;
      };
      await undefined;
      position = offset;
      await undefined;
      const bytes = content.subarray(position, position + length);
      position += bytes.length;
      give(line, request, bytes);
      return SILENCE;
    },
  };
}

/** Answer a request with bytes. */
export function give(
  line: ScriptedLine,
  { seq, command }: RequestMessage,
  data: Uint8Array | string,
): void {
  const bytes = typeof data === "string"
    ? new TextEncoder().encode(data)
    : data;
  line.send({
    type: "response",
    seq: 1,
    request_seq: seq,
    command,
    success: true,
    body: { size: bytes.length },
    arguments: { data: bytes },
  });
}

function inShort({ command, arguments: args }: RequestMessage): string {
  const name = String(args?.subcommand ?? command);
  if (name === "fs_read") return `${name}:${args?.offset}+${args?.length}`;
  if (name !== "fs_write") return name;
  return `${name}:${new TextDecoder().decode(args?.data as Uint8Array)}`;
}
