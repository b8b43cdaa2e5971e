import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";
import type { RequestMessage } from "../../schema/envelope.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { drainMicrotasks, type FakeClock, fakeClock } from "./fake_clock.ts";
import {
  type Answer,
  type Handler,
  type Script,
  type ScriptedLine,
  scriptedServer,
} from "./scripted_server.ts";

/** A scripted engine that takes objects, and a session with it, in memory. */
export interface PipeServer extends AsyncDisposable {
  /** The session, logged in. */
  readonly session: Session;
  /** The session's clock; it stands still. */
  readonly clock: FakeClock;
  /** The line, as the engine sees it. */
  readonly line: ScriptedLine;
  /** What was asked since the login, in order. */
  readonly requests: readonly RequestMessage[];
  /** The most requests about one pipe that ever waited at once. */
  readonly mostInFlight: number;
  /** What was asked in short: `open`, `write:<payload>`, `close`, `terminate`. */
  log(): string[];
  /** Wait for the request of that number with that name. */
  received(name: string, index?: number): Promise<RequestMessage>;
}

/** What the engine answers to the close of a pipe. */
export const RESULT: PipelineResult = {
  objectId: "o-1",
  result_types: { text: "text" },
  text: ["done"],
};

/** The three requests of a pipe go by their own names in scripts and logs. */
const STEPS: ReadonlySet<string> = new Set(["open", "write", "close"]);

const OBLIGING: Script = {
  open: () => ({ pipe_id: 0 }),
  write: () => {},
  close: () => RESULT,
};

/** Start a scripted engine that obliges except where `script` says otherwise. */
export async function pipeServer(
  script: Script = {},
  options: Partial<ConnectOptions> = {},
): Promise<PipeServer> {
  const clock = fakeClock();
  const inFlight = new Map<unknown, number>();
  let mostInFlight = 0;

  function counted(handler: Handler): Handler {
    return async (request, line) => {
      const id = request.arguments?.pipe_id;
      const now = (inFlight.get(id) ?? 0) + 1;
      inFlight.set(id, now);
      if (id !== undefined) mostInFlight = Math.max(mostInFlight, now);
      try {
        return await handler(request, line);
      } finally {
        inFlight.set(id, (inFlight.get(id) ?? 1) - 1);
      }
    };
  }

  const server = scriptedServer(Object.fromEntries(
    Object.entries({ ...OBLIGING, ...script }).map(([name, handler]) =>
      STEPS.has(name)
        ? [`rrext_process ${name}`, counted(handler)]
        : [name, handler]
    ),
  ));
  const target = await server.target("memory");
  const session = await connect({
    ...target,
    clock,
    heartbeat: false,
    ...options,
  });
  const asked = () => server.requests.filter((it) => it.command !== "auth");
  return {
    session,
    clock,
    line: server.lines[0]!,
    get requests() {
      return asked();
    },
    get mostInFlight() {
      return mostInFlight;
    },
    log: () => asked().map(inShort),
    received: (name, index) =>
      server.received(STEPS.has(name) ? `rrext_process ${name}` : name, index),
    // The line goes first: a session that says goodbye would wait on the
    // clock for an engine that a test has silenced.
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await session.closed;
    },
  };
}

/** The payload of a request. */
export function payloadOf({ arguments: args }: RequestMessage): Uint8Array {
  return args?.data instanceof Uint8Array ? args.data : new Uint8Array(0);
}

function inShort(request: RequestMessage): string {
  const { command, arguments: args } = request;
  const name = command === "rrext_process" ? String(args?.subcommand) : command;
  const text = new TextDecoder().decode(payloadOf(request).slice());
  return name === "write" ? `write:${text}` : name;
}

/** A handler that refuses with the engine's words. */
export function refusing(message: string): Handler {
  return () => {
    throw new Error(message);
  };
}

/** A handler that answers when the test says so, one request at a time. */
export interface Gate {
  /** Install this in a script. */
  readonly handler: Handler;
  /** Requests that wait. */
  readonly waiting: number;
  /** Answer what has waited longest, then let everything happen that follows. */
  answer(answer?: Answer): Promise<void>;
  /** Refuse what has waited longest, then let everything happen that follows. */
  refuse(message: string): Promise<void>;
}

/** Make a gate. */
export function gate(): Gate {
  const waiting: PromiseWithResolvers<Answer>[] = [];
  function first(): PromiseWithResolvers<Answer> {
    const one = waiting.shift();
    if (!one) throw new Error("Nothing waits at the gate");
    return one;
  }
  return {
    handler(): Promise<Answer> {
      const one = Promise.withResolvers<Answer>();
      waiting.push(one);
      return one.promise;
    },
    get waiting() {
      return waiting.length;
    },
    answer(answer): Promise<void> {
      first().resolve(answer);
      return drainMicrotasks();
    },
    refuse(message): Promise<void> {
      first().reject(new Error(message));
      return drainMicrotasks();
    },
  };
}
