import { KIND_OF } from "../../schema/event.ts";
import { EVENT_BITS } from "../../schema/event_kind.ts";
import type { LogOverview } from "../../schema/log.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { ignore, type ItemSource, pullStream } from "../async.ts";
import { checkOptions, checkValue, wholeNumber } from "../check.ts";
import { unexpectedAnswer } from "../errors.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session } from "../session/session.ts";
import { type EventType, readTypes } from "./event_type.ts";
import { type StreamedEvent, subscribe } from "./events.ts";
import {
  addressOf,
  LOG_NAMES,
  logCall,
  type LogOptions,
  overviewOf,
  recordedEvent,
  secondsOf,
} from "./log_calls.ts";

/** A place in a log: an event's number, or a moment. */
export type LogPosition =
  | {
    /** The number of an event: its `logSeq`. */
    readonly seq: number;
  }
  | {
    /** A date, or Unix seconds. */
    readonly time: Date | number;
  };

/** Options of {@linkcode readLog}. */
export interface ReadLogOptions extends LogOptions {
  /**
   * Where to begin: with the event of a number or the first one after it, with
   * the first one of a moment or after it, or with what is sent from now on.
   *
   * @default {the oldest event that is held}
   */
  readonly from?: LogPosition | "now" | undefined;
  /**
   * Where to end: with the event of a number, or with the last one of a moment.
   * A moment to come ends a live stream with the first event after it.
   *
   * @default {the newest event; with `live` there is no end}
   */
  readonly to?: LogPosition | undefined;
  /**
   * What to see: kinds such as `summary`, or names such as
   * `apaevt_status_update`.
   *
   * @default {everything}
   */
  readonly types?: Iterable<EventType> | undefined;
  /**
   * Whether to go on with events as they are sent, over the end of a run and
   * the begin of the next.
   *
   * @default {false}
   */
  readonly live?: boolean | undefined;
  /**
   * How many events one request asks for, 1 to 2,000; servers give no more than
   * 4 MiB at once.
   *
   * @default {1_000}
   */
  readonly batchSize?: number | undefined;
}

/** Marks the place in a log where events were deleted before they were read. */
export interface LogGap {
  /** The discriminant; events have `"event"`. */
  readonly type: "gap";
  /** Why: the server does not hold them any more. */
  readonly reason: "expired";
  /** The most that are missing: how many numbers were passed over. */
  readonly lost: number;
  /** Only events have a name: so they can be compared without `type`. */
  readonly event?: undefined;
  /** Only events have a body. */
  readonly body?: undefined;
}

/** The most events that servers give at once. */
const MAX_EVENTS = 2_000;
/** How many live events wait while the log is read. */
const LIVE_EVENTS = 8_192;

/**
 * Read the events that a source has sent, and with `live` those that it sends.
 *
 * From the log to live events no event is lost or comes twice, and each has a
 * higher `logSeq` than the one before. The
 * log is what holds events for a reader that is slow, not memory: where more
 * live events wait than fit, and after a reconnect, they are read from the log.
 * Not reading pauses the stream. To seek, begin another one.
 *
 * Servers from 1.4 on have logs, of 7 days for runs of development and 30 for
 * deployed ones; older servers refuse (`unknown-command`). Servers thin out
 * `apaevt_status_update` in the log, so numbers have gaps that are no losses.
 * `apaevt_log_lifecycle`, how runs begin and end, is in the log alone: servers
 * do not send it.
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which log, and which part of it; see
 * {@linkcode ReadLogOptions}. `signal` errors the stream; `timeout` is for each
 * request.
 * @returns The events, each with `body.eventTime` and `body.logSeq`; and
 * a {@linkcode LogGap} where the server has deleted what should have come.
 * Closes at the end, or with the session; errors when a request is refused.
 * @throws {TypeError} Project or source is missing, or `from` is `"now"`
 * without `live`.
 * @throws {RangeError} An event's name is unknown, or a number or a moment is
 * none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, terminate, use } from "@rocketride/streams";
 * import { readLog } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   project_id: "reports",
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 * const log = readLog(session, {
 *   projectId: "reports",
 *   source: "in",
 *   types: ["apaevt_task"],
 *   live: true,
 * });
 * const actions: unknown[] = [];
 * for await (const event of log) {
 *   const action = event.type === "event" ? event.body.action : "gap";
 *   actions.push(action);
 *   if (action === "end") break;
 *   await terminate(session, task);
 * }
 * assertEquals(actions, ["begin", "end"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function readLog(
  session: Session,
  options: ReadLogOptions,
): ReadableStream<TypedEvent | LogGap> {
  checkOptions(options, "readLog(session, { projectId, source, from })", {
    ...LOG_NAMES,
    from: 1,
    to: "object",
    types: 1,
    live: "boolean",
    batchSize: 1,
  });
  const core = coreOf(session);
  return pullStream(
    options.signal,
    (signal) => logReader(core, options, signal),
  );
}

/** Reads the log page by page, and then what comes live. */
function logReader(
  core: SessionCore,
  options: ReadLogOptions,
  signal: AbortSignal,
): ItemSource<TypedEvent | LogGap> {
  const { live, timeout, types = ["ALL"], batchSize = 1_000 } = options;
  const { secrets } = core.settings;
  const address = addressOf(options);
  const wanted = readTypes(types);
  const begin = options.from;
  /** Where the log is read from, as arguments of a request. */
  let from = begin === "now" ? {} : positionOf("from", begin);
  const to = positionOf("to", options.to);
  if (begin === "now" && !live) {
    throw new TypeError('Expected live: true beside from: "now"');
  }
  wholeNumber("batchSize", batchSize, 1, MAX_EVENTS);
  /** The number of the last event that was delivered or passed over. */
  let last = 0;
  let page: unknown[] = [];
  /** Whether the log has more; otherwise live events are next. */
  let hasMore = true;
  let isStarted = false;
  let reader: ReadableStreamDefaultReader<StreamedEvent> | undefined;

  /** Listen first: what is sent while the log is read must not be missed. */
  async function start(): Promise<LogGap | undefined> {
    if (live) {
      const subscription = await subscribe(core, options, {
        types,
        highWaterMark: LIVE_EVENTS,
        overflow: "drop-oldest",
        signal,
        timeout,
      });
      subscription.open(signal);
      reader = subscription.stream.getReader();
    }
    if (begin === "now") await passOver();
    return typeof begin === "object" && "seq" in begin
      ? await gapFrom(begin.seq)
      : undefined;
  }

  /** Begin behind the newest event. */
  async function passOver(): Promise<void> {
    const { endTime } = await overview();
    hasMore = false;
    if (endTime === null) return;
    from = { fromTime: endTime };
    do {
      await readPage();
      for (const it of page.splice(0).reverse()) {
        const event = recordedEvent(it, secrets);
        if (event) isNext(event);
      }
    } while (hasMore);
  }

  /** Live events were lost: the log has them. */
  async function readAgain(): Promise<LogGap | undefined> {
    hasMore = true;
    if (last === 0) return undefined;
    from = { fromSeq: last + 1 };
    return await gapFrom(last + 1);
  }

  /** What is missing if the log is read from a number. */
  async function gapFrom(seq: number): Promise<LogGap | undefined> {
    const { horizonSeq, segments } = await overview();
    // Servers move the first one on less than what they delete.
    const first: unknown = segments[0]?.seq;
    const held = Math.max(horizonSeq, typeof first === "number" ? first : 0);
    const lost = held - Math.max(seq, 1);
    return lost > 0 ? { type: "gap", reason: "expired", lost } : undefined;
  }

  async function overview(): Promise<LogOverview> {
    return overviewOf(await ask({ subcommand: "chapters" }));
  }

  async function readPage(): Promise<void> {
    const isAll = wanted.types.some((kind) =>
      kind === "ALL" || !Object.hasOwn(EVENT_BITS, kind)
    );
    const { events, nextSeq } = await ask({
      subcommand: "read",
      ...from,
      ...to,
      maxEvents: batchSize,
      ...(isAll ? {} : {
        types: Object.keys(KIND_OF).filter((name) => wanted.has(name)),
      }),
    });
    if (!Array.isArray(events)) throw unexpectedAnswer("events of a log");
    page = events.toReversed();
    const cursor = nextSeq ?? undefined;
    hasMore = cursor !== undefined;
    if (cursor === undefined) return;
    // Otherwise the same page would be read for ever.
    const { cursor: before = -Infinity }: { cursor?: number } = from;
    if (typeof cursor !== "number" || cursor <= before) {
      throw unexpectedAnswer("a log that goes on");
    }
    from = { cursor };
  }

  function ask(
    args: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    return logCall(core, { ...address, ...args }, { signal, timeout });
  }

  /** Whether an event comes after all before it; what has no number is new. */
  function isNext({ body }: TypedEvent, isLive = false): boolean {
    const { logSeq } = body as { readonly logSeq?: unknown };
    if (typeof logSeq !== "number") return !isLive;
    if (logSeq <= last) return false;
    last = logSeq;
    return true;
  }

  /** Whether nothing can come that is still wanted. */
  function isAtEnd(): boolean {
    const { toSeq = Infinity, toTime = Infinity } = to;
    return last >= toSeq || Date.now() / 1_000 > toTime;
  }

  function isBeyond({ body }: TypedEvent): boolean {
    const { toSeq = Infinity, toTime = Infinity } = to;
    const { logSeq, eventTime }: Readonly<Record<string, unknown>> = {
      ...body,
    };
    return typeof logSeq === "number" && logSeq > toSeq ||
      typeof eventTime === "number" && eventTime > toTime;
  }

  return {
    async next(): Promise<TypedEvent | LogGap | undefined> {
      if (!isStarted) {
        isStarted = true;
        const gap = await start();
        if (gap) return gap;
      }
      for (;;) {
        if (page.length > 0) {
          const event = recordedEvent(page.pop(), secrets);
          if (!event || !isNext(event)) continue;
          if (isBeyond(event)) return undefined;
          if (wanted.has(event.event)) return event;
        } else if (hasMore) await readPage();
        else if (isAtEnd()) return undefined;
        else {
          const item = await reader?.read();
          if (!item || item.done) return undefined;
          if (item.value.type === "gap") {
            const gap = await readAgain();
            if (gap) return gap;
          } else if (isNext(item.value, true)) {
            return isBeyond(item.value) ? undefined : item.value;
          }
        }
      }
    },
    /** End the subscription. */
    async stop(): Promise<void> {
      await reader?.cancel().catch(ignore);
    },
  };
}

/** A place in the log as arguments of a request, checked. */
export function positionOf(
  name: "from" | "to",
  position: LogPosition | undefined,
): Readonly<Record<string, number>> {
  if (position === undefined) return {};
  const { seq, time }: { seq?: unknown; time?: Date | number } =
    typeof position === "object" && position !== null ? position : {};
  if (time !== undefined) return { [`${name}Time`]: secondsOf(name, time) };
  const isNumber = Number.isSafeInteger(seq) && Number(seq) >= 0;
  checkValue(name, position, isNumber, "{ seq } or { time }");
  return { [`${name}Seq`]: Number(seq) };
}
