import { deferred, systemClock } from "../../lib/async.ts";
import type {
  CloseInfo,
  Connection,
  DialOptions,
} from "../../lib/transport/transport.ts";
import {
  type WebSocketConstructor,
  webSocketTransport,
} from "../../lib/transport/web_socket.ts";
import type {
  EventMessage,
  Message,
  RequestMessage,
} from "../../schema/envelope.ts";
import { type RawServer, rawServer } from "./raw_web_socket.ts";
import { type ScriptedServer, scriptedServer } from "./scripted_server.ts";

/** A request. */
export const PING: RequestMessage = {
  type: "request",
  seq: 1,
  command: "rrext_ping",
};

/** A line under test, and what its owner is told. */
export interface Client {
  readonly line: Connection;
  readonly seen: (Message | CloseInfo)[];
  /** Settles when the owner is told of the end. */
  readonly ended: Promise<CloseInfo>;
  /** Waits until the owner has been told so many things. */
  told(count: number): Promise<void>;
}

/** Dial an address. */
export async function dialled(
  uri: string,
  options: Partial<DialOptions> & { WebSocket?: WebSocketConstructor } = {},
): Promise<Client> {
  const { WebSocket: Socket, ...more } = options;
  const transport = webSocketTransport(Socket ? { WebSocket: Socket } : {});
  const seen: (Message | CloseInfo)[] = [];
  const ended = deferred<CloseInfo>();
  let changed = deferred<void>();
  function tell(what: Message | CloseInfo): void {
    seen.push(what);
    changed.resolve();
    changed = deferred();
  }
  const line = await transport.dial(transport.resolve(uri), {
    onMessage: tell,
    onClose(info): void {
      tell(info);
      ended.resolve(info);
    },
  }, { signal: undefined, timeout: 60_000, clock: systemClock(), ...more });
  return {
    line,
    seen,
    ended: ended.promise,
    async told(count): Promise<void> {
      while (seen.length < count) await changed.promise;
    },
  };
}

/** A proper server, and a client on its line. */
export async function withServer(
  body: (client: Client, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = scriptedServer();
  const client = await dialled(server.uri());
  await body(client, server);
  await client.line.close();
}

/** A server of bytes, and a client on its line. */
export async function withRawServer(
  body: (
    client: Client,
    line: Awaited<ReturnType<RawServer["accept"]>>,
  ) => Promise<void>,
  options: Parameters<typeof dialled>[1] = {},
): Promise<void> {
  await using server = rawServer();
  const dialing = dialled(server.uri, options);
  const line = await server.accept();
  await line.upgrade();
  await body(await dialing, line);
}

/** An event of that name. */
export function event(name: string): EventMessage {
  return { type: "event", seq: 1, event: name, body: {} };
}

/** A socket that does nothing by itself: the test plays the runtime. */
export class FakeSocket extends EventTarget {
  static latest: FakeSocket;
  readonly url: string;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];
  binaryType = "blob";
  readyState = 0;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.latest = this;
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  fail(message: string): void {
    this.dispatchEvent(new ErrorEvent("error", { message }));
  }

  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code, reason }));
  }
}

/** The same as a constructor of sockets. */
export const FAKE: WebSocketConstructor =
  FakeSocket as unknown as WebSocketConstructor;

/** A client on a fake socket that has opened. */
export async function onFakeSocket(
  options: Partial<DialOptions> = {},
): Promise<Client & { readonly socket: FakeSocket }> {
  const dialing = dialled("ws://localhost", { WebSocket: FAKE, ...options });
  const socket = FakeSocket.latest;
  socket.open();
  return { ...await dialing, socket };
}
