import { deferred } from "../../lib/async.ts";
import { chaosProxy } from "./chaos_proxy.ts";

/** When a relay cuts a line: instead of passing on a request, or its answer. */
export type Moment = "request" | "answer";

/**
 * How it cuts: with a close as WebSockets have it, by resetting the connection,
 * or by saying nothing any more.
 */
export type Manner = "close" | "reset" | "silence";

/** A WebSocket server between a client and an engine that can cut lines. */
export interface CuttingRelay extends AsyncDisposable {
  /** Where clients dial. */
  readonly uri: string;
  /** How many dials were answered, well or not. */
  readonly dials: number;
  /**
   * Cut the line, once, at the next request of a command or of `"command
   * subcommand"`. Resolves when it was cut.
   */
  cut(command: string, moment: Moment, manner?: Manner): Promise<void>;
  /** Answer the next dial with 503. */
  refuseDial(): void;
  /** Spoil the next dial: a close is a 503 there. Resolves when it was spoilt. */
  spoilDial(manner: Manner): Promise<void>;
  /** Cut all lines now. */
  cutAll(): void;
}

interface Cut {
  readonly command: string;
  readonly moment: Moment;
  readonly manner: Manner;
  readonly done: () => void;
}

/** Not one of the codes that a well-behaved server ends a line with. */
const CUT_CODE = 3_999;

/** Relay sockets to the engine that is served at an origin. */
export async function cuttingRelay(origin: string): Promise<CuttingRelay> {
  const upstream = `${origin.replace("http", "ws")}/task/service`;
  const sockets = new Set<WebSocket>();
  const closed: Promise<unknown>[] = [];
  let cuts: Cut[] = [];
  let refusals: (() => void)[] = [];
  let dials = 0;

  function accept(request: Request): Response {
    // Who could not dial may ask by HTTP why.
    if (!request.headers.has("upgrade")) {
      return new Response(null, { status: 426 });
    }
    dials++;
    const [refused, ...others] = refusals;
    if (refused) {
      refusals = others;
      refused();
      return new Response(null, { status: 503 });
    }
    const { socket: near, response } = Deno.upgradeWebSocket(request);
    const far = new WebSocket(upstream);
    const early: (string | ArrayBuffer)[] = [];
    const watched = new Map<unknown, Cut>();
    near.binaryType = far.binaryType = "arraybuffer";

    function end(): void {
      for (const socket of [near, far]) {
        sockets.delete(socket);
        if (socket.readyState < WebSocket.CLOSING) socket.close(CUT_CODE);
      }
    }
    function take(cut: Cut): void {
      cuts = cuts.filter((it) => it !== cut);
      if (cut.manner === "close") end();
      else proxy.strike(cut.manner);
      cut.done();
    }

    near.onmessage = ({ data }): void => {
      const { command, seq, arguments: args } = headerOf(data);
      const cut = cuts.find((it) =>
        it.command === command ||
        it.command === `${command} ${args?.subcommand}`
      );
      if (cut?.moment === "request") return take(cut);
      if (cut) watched.set(seq, cut);
      if (far.readyState === WebSocket.OPEN) far.send(data);
      else early.push(data);
    };
    far.onopen = (): void => early.forEach((data) => far.send(data));
    far.onmessage = ({ data }): void => {
      const cut = watched.get(headerOf(data).request_seq);
      // Several requests may have waited for the same cut.
      if (cut && cuts.includes(cut)) return take(cut);
      if (near.readyState === WebSocket.OPEN) near.send(data);
    };
    near.onclose = far.onclose = end;
    near.onerror = far.onerror = end;
    sockets.add(near).add(far);
    for (const socket of [near, far]) {
      closed.push(
        new Promise((resolve) => {
          socket.addEventListener("close", resolve, { once: true });
        }),
      );
    }
    return response;
  }

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, accept);

  const proxy = await chaosProxy(server.addr.port);

  function cutAll(): void {
    for (const socket of sockets) {
      if (socket.readyState < WebSocket.CLOSING) socket.close(CUT_CODE);
    }
  }

  return {
    uri: `ws://127.0.0.1:${proxy.port}`,
    get dials(): number {
      return dials;
    },
    cut(command, moment, manner = "close"): Promise<void> {
      const { promise, resolve } = deferred<void>();
      cuts = [...cuts, { command, moment, manner, done: resolve }];
      return promise;
    },
    refuseDial(): void {
      refusals = [...refusals, (): void => {}];
    },
    spoilDial(manner): Promise<void> {
      if (manner !== "close") {
        const fault = { direction: "up", after: 0, fresh: true } as const;
        return proxy.arm({ ...fault, how: manner });
      }
      const { promise, resolve } = deferred<void>();
      refusals = [...refusals, resolve];
      return promise;
    },
    cutAll,
    async [Symbol.asyncDispose](): Promise<void> {
      cutAll();
      await proxy[Symbol.asyncDispose]();
      await Promise.all(closed);
      await server.shutdown();
    },
  };
}

interface Header {
  readonly command?: string;
  readonly seq?: number;
  readonly request_seq?: number;
  readonly arguments?: { readonly subcommand?: string };
}

function headerOf(data: string | ArrayBuffer): Header {
  if (typeof data === "string") return JSON.parse(data);
  const bytes = new Uint8Array(data);
  const header = bytes.subarray(0, bytes.indexOf(10));
  return JSON.parse(new TextDecoder().decode(header));
}
