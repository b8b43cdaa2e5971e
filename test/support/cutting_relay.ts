import { deferred } from "../../lib/_deferred.ts";

/** When a relay cuts a line: instead of passing on a request, or its answer. */
export type Moment = "request" | "answer";

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
  cut(command: string, moment: Moment): Promise<void>;
  /** Answer the next dial with 503. */
  refuseDial(): void;
  /** Cut all lines now. */
  cutAll(): void;
}

interface Cut {
  readonly command: string;
  readonly moment: Moment;
  readonly done: () => void;
}

/** Not one of the codes that a well-behaved server ends a line with. */
const CUT_CODE = 3_999;

/** Relay sockets to the engine that is served at an origin. */
export function cuttingRelay(origin: string): CuttingRelay {
  const upstream = `${origin.replace("http", "ws")}/task/service`;
  const sockets = new Set<WebSocket>();
  let cuts: Cut[] = [];
  let refusals = 0;
  let dials = 0;

  function accept(request: Request): Response {
    dials++;
    if (refusals > 0) {
      refusals--;
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
      end();
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
      if (cut) return take(cut);
      if (near.readyState === WebSocket.OPEN) near.send(data);
    };
    near.onclose = far.onclose = end;
    near.onerror = far.onerror = end;
    sockets.add(near).add(far);
    return response;
  }

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, accept);

  function cutAll(): void {
    for (const socket of sockets) {
      if (socket.readyState < WebSocket.CLOSING) socket.close(CUT_CODE);
    }
  }

  return {
    uri: `ws://127.0.0.1:${server.addr.port}`,
    get dials(): number {
      return dials;
    },
    cut(command, moment): Promise<void> {
      const { promise, resolve } = deferred<void>();
      cuts = [...cuts, { command, moment, done: resolve }];
      return promise;
    },
    refuseDial(): void {
      refusals++;
    },
    cutAll,
    async [Symbol.asyncDispose](): Promise<void> {
      cutAll();
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
