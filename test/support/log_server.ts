import type { EventMessage, RequestMessage } from "../../schema/envelope.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import {
  type Script,
  type ScriptedLine,
  type ScriptedServer,
  scriptedServer,
} from "./scripted_server.ts";

/** A scripted engine with the log of one source, and a session with it. */
export interface LogServer extends AsyncDisposable {
  readonly session: Session;
  readonly server: ScriptedServer;
  /** What was asked of the log, in order: its arguments. */
  asked(subcommand: string): readonly Readonly<Record<string, unknown>>[];
  /** Record an event, and then send it to those who watch. */
  emit(event?: string, body?: Readonly<Record<string, unknown>>): void;
  /** Forget the events before a number. */
  expire(beforeSeq: number): void;
  /** How many events were recorded. */
  readonly length: number;
}

export const ADDRESS = { projectId: "p", source: "in" };

/** The most that the engine gives at once. */
const MAX_EVENTS = 2_000;

/**
 * Start it. Events are not kept but made again where `make` is given, so that
 * what takes memory is the client.
 */
export async function logServer(
  options: Partial<ConnectOptions> & {
    readonly script?: Script;
    readonly make?: (seq: number) => Readonly<Record<string, unknown>>;
    readonly way?: "memory" | "socket";
  } = {},
): Promise<LogServer> {
  const { script, make, way = "memory", ...connecting } = options;
  const kept: EventMessage[] = [];
  let count = 0;
  let horizon = 1;
  const watching = new Set<ScriptedLine>();

  /** The event of a number. */
  function at(seq: number): EventMessage {
    if (!make) return kept[seq - 1]!;
    return message("output", seq, make(seq));
  }

  function message(
    event: string,
    seq: number,
    body: Readonly<Record<string, unknown>>,
  ): EventMessage {
    const stamps = { logSeq: seq, eventTime: 1_000 + seq / 10 };
    const whose = { project_id: "p", source: "in", runKind: "dev", teamId: "" };
    return {
      type: "event",
      seq,
      event,
      body: { ...whose, ...stamps, ...body },
    };
  }

  function read({ arguments: args = {} }: RequestMessage): object {
    const { fromSeq, fromTime, toSeq, toTime, cursor, maxEvents, types } =
      args as Record<string, number> & { types?: string[] };
    const events: EventMessage[] = [];
    const from = cursor ?? fromSeq ?? 1;
    let seq = Math.max(from, horizon);
    const cut = from < horizon ? { truncatedAtSeq: horizon } : {};
    for (; seq <= count; seq++) {
      const event = at(seq);
      const time = Number(event.body.eventTime);
      if (cursor === undefined && time < (fromTime ?? 0)) continue;
      if (seq > (toSeq ?? Infinity) || time > (toTime ?? Infinity)) {
        return { events, ...cut };
      }
      if (types && !types.includes(event.event)) continue;
      if (events.length === Math.min(maxEvents ?? MAX_EVENTS, MAX_EVENTS)) {
        return { events, nextSeq: seq, ...cut };
      }
      events.push(event);
    }
    return { events, ...cut };
  }

  const server = scriptedServer({
    rrext_monitor({ arguments: args }, line): void {
      const types = args?.types;
      if (Array.isArray(types) && types.length > 0) watching.add(line);
      else watching.delete(line);
    },
    "rrext_log read": (request) => ({ ...read(request) }),
    "rrext_log chapters": () => ({
      chapters: [],
      segments: [],
      startTime: count < horizon ? null : 1_000 + horizon / 10,
      endTime: count < horizon ? null : 1_000 + count / 10,
      horizonSeq: count < horizon ? 0 : horizon,
      completed: false,
    }),
    ...script,
  });
  const session = await connect({
    ...server.target(way),
    heartbeat: false,
    ...connecting,
  });
  return {
    session,
    server,
    asked: (subcommand) =>
      server.requests.filter((it) =>
        it.command === "rrext_log" && it.arguments?.subcommand === subcommand
      ).map((it) => it.arguments!),
    emit(event = "output", body = { output: "line" }): void {
      count++;
      if (!make) kept.push(message(event, count, body));
      const sent = at(count);
      for (const line of watching) line.send(sent);
    },
    expire(beforeSeq): void {
      horizon = beforeSeq;
    },
    get length(): number {
      return count;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await session.closed;
    },
  };
}

/** The numbers of events. */
export function seqsOf(items: readonly unknown[]): unknown[] {
  return items.map((item) => {
    const { type, body, lost } = item as {
      type: string;
      lost?: number;
      body?: { logSeq?: number };
    };
    return type === "gap" ? `gap ${lost}` : body?.logSeq;
  });
}

/** The first items of a stream, which stays open. */
export async function take<T>(
  reader: ReadableStreamDefaultReader<T>,
  count: number,
): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    items.push(value);
  }
  return items;
}

/** The whole numbers from one to another. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
