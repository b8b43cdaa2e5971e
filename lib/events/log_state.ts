import { isRecord } from "../../schema/json.ts";
import type { LogSegment } from "../../schema/log.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { checkOptions } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { getLogChapters, LOG_NAMES, type LogOptions } from "./log_calls.ts";
import { readLogSegment } from "./log_segment.ts";
import {
  type LogGap,
  type LogPosition,
  positionOf,
  readLog,
} from "./read_log.ts";

/** An object on its way through a pipeline, as a log has it. */
export interface LogTrace {
  /** The pipe; numbers of pipes are used again. */
  readonly id: number;
  /**
   * The number of the event that it began with, which {@linkcode readTrace}
   * takes; absent where it began before the part of the log that was read.
   */
  readonly beginSeq?: number;
  /** The object's name. */
  readonly doc?: string;
  /** When it began, in Unix seconds. */
  readonly beginTime?: number;
  /** Seconds from begin to end; absent while it is on its way. */
  readonly elapsed?: number;
  /** How many components it has entered. */
  readonly calls: number;
}

/** What a source was doing at a moment in the past. */
export interface LogState {
  /** The number of the last event up to then; 0 where there is none. */
  readonly seq: number;
  /** The status of the task; `null` where there is none yet. */
  readonly status: Readonly<Record<string, unknown>> | null;
  /** What was printed lately, line by line: 2,000 lines at most. */
  readonly console: readonly string[];
  /** Objects that were on their way. */
  readonly open: readonly LogTrace[];
  /** Objects that were over, latest last: 50 at most. */
  readonly closed: readonly LogTrace[];
}

/** Options of {@linkcode getLogState}. */
export interface LogStateOptions extends LogOptions {
  /**
   * The place in the log.
   *
   * @default {its end}
   */
  readonly at?: LogPosition | undefined;
}

/** What servers keep in a keyframe. */
const MAX_LINES = 2_000;
const MAX_CLOSED = 50;

/**
 * Return what a source was doing at a place in its log: status, console, and
 * the objects in it. One stored part of the log is read for it.
 *
 * Servers from 1.4 on have logs; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which log, and where in it; see {@linkcode LogStateOptions}.
 * @returns The state; an empty one where nothing was recorded until then.
 * @throws {TypeError} Project or source is missing. Nothing was sent.
 * @throws {RangeError} `at` is no place. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getLogState(
  session: Session,
  options: LogStateOptions,
): Promise<LogState> {
  const usage = "getLogState(session, { projectId, source, at })";
  checkOptions(options, usage, { ...LOG_NAMES, at: "object" });
  const { at, ...log } = options;
  const { toSeq = Infinity, toTime = Infinity } = positionOf("to", at);
  const { segments } = await getLogChapters(session, log);
  const begun = ({ seq, startTime }: LogSegment): boolean =>
    (numberOf(seq) ?? 0) <= toSeq && (numberOf(startTime) ?? 0) <= toTime;
  const covering = segments.findLast(begun);
  const state = new State();
  if (!covering) return state.shown();
  const { id: segment } = covering;
  const reader = readLogSegment(session, { ...log, segment }).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return state.shown();
    if (value.type === "keyframe") {
      state.begin(value);
      continue;
    }
    const { logSeq, eventTime }: JsonRecord = { ...value.body };
    const [seq, time] = [numberOf(logSeq) ?? 0, numberOf(eventTime) ?? 0];
    if (seq > toSeq || time > toTime) {
      await reader.cancel();
      return state.shown();
    }
    state.take(value, seq, time);
  }
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** Gathers what is known, event by event. */
class State {
  #seq = 0;
  #status: JsonRecord | null = null;
  #lines: string[] = [];
  readonly #open: Map<unknown, LogTrace> = new Map();
  readonly #closed: LogTrace[] = [];

  /** Begin with what was known as the part of the log begins. */
  begin(keyframe: JsonRecord): void {
    const { status, console: printed, openFrames, closedRecent } = keyframe;
    if (isRecord(status) && Object.keys(status).length > 0) {
      this.#status = status;
    }
    const lines: readonly unknown[] = isRecord(printed)
      ? listOf(printed.lines)
      : [];
    this.#print(lines.filter((line) => typeof line === "string"));
    for (const frame of listOf(openFrames)) {
      const { calls = 0, ...trace } = this.#open.get(idOf(frame)) ??
        traceOf(frame);
      this.#open.set(idOf(frame), { ...trace, calls: calls + 1 });
    }
    for (const it of listOf(closedRecent)) this.#close(traceOf(it));
  }

  take({ event, body }: TypedEvent, seq: number, time: number): void {
    this.#seq = Math.max(this.#seq, seq);
    const known: JsonRecord = { ...body };
    if (event === "apaevt_status_update") this.#status = known;
    else if (event === "output") {
      const { output } = known;
      const text = typeof output === "string" ? output : "";
      this.#print(text.split("\n").filter((line) => line !== ""));
    } else if (event === "apaevt_flow") {
      const { id, op, component, pipes } = body;
      const trace = this.#open.get(id);
      if (op === "begin") {
        const doc = component ?? pipes?.[0];
        const begun = { id, beginSeq: seq, beginTime: time, calls: 0 };
        this.#open.set(id, { ...begun, ...(doc !== undefined && { doc }) });
      } else if (op === "enter") {
        const calls = (trace?.calls ?? 0) + 1;
        this.#open.set(id, { ...trace, id, calls });
      } else if (op === "end" && trace) {
        this.#open.delete(id);
        const { beginTime } = trace;
        const elapsed = beginTime === undefined ? {} : {
          elapsed: time - beginTime,
        };
        this.#close({ ...trace, ...elapsed });
      }
    }
  }

  shown(): LogState {
    return {
      seq: this.#seq,
      status: this.#status,
      console: this.#lines.slice(-MAX_LINES),
      open: [...this.#open.values()],
      closed: this.#closed,
    };
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
    if (this.#lines.length < 2 * MAX_LINES) return;
    this.#lines = this.#lines.slice(-MAX_LINES);
  }

  #close(trace: LogTrace): void {
    this.#closed.push(trace);
    if (this.#closed.length > MAX_CLOSED) this.#closed.shift();
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value : [];
}

function idOf(record: JsonRecord): number {
  return typeof record?.id === "number" ? record.id : -1;
}

/** A trace of a keyframe. */
function traceOf(record: JsonRecord): LogTrace {
  const { doc, beginSeq, beginTime, elapsed, calls } = Object(record);
  return {
    id: idOf(record),
    ...(typeof doc === "string" && { doc }),
    ...(typeof beginSeq === "number" && { beginSeq }),
    ...(typeof beginTime === "number" && { beginTime }),
    ...(typeof elapsed === "number" && { elapsed }),
    calls: typeof calls === "number" ? calls : 0,
  };
}

/** Options of {@linkcode readTrace}. */
export interface ReadTraceOptions extends LogOptions {
  /** The number of the event that the object began with. */
  readonly beginSeq: number;
}

/**
 * Read all that happened to one object: its flow events, and the messages of
 * nodes about it.
 *
 * The number comes from {@linkcode getLogState}, from `slowestDocs` of a task's
 * status, or is the `logSeq` of an `apaevt_flow` with `op: "begin"`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which log and which object; see {@linkcode ReadTraceOptions}.
 * @returns The events from its begin to its end, or to the end of the log while
 * it is on its way. Errors with a {@linkcode RocketRideException} where no
 * object begins with that number, or where it is not held any more.
 * @throws {TypeError} Project or source is missing.
 * @throws {RangeError} `beginSeq` is no number of an event.
 */
export function readTrace(
  session: Session,
  options: ReadTraceOptions,
): ReadableStream<TypedEvent> {
  const usage = "readTrace(session, { projectId, source, beginSeq })";
  checkOptions(options, usage, { ...LOG_NAMES, beginSeq: "number" });
  const { beginSeq: seq, ...log } = options;
  const types = ["apaevt_flow", "apaevt_sse"] as const;
  let pipe: unknown;
  const trace = new TransformStream<TypedEvent | LogGap, TypedEvent>({
    transform(event, controller): void {
      if (pipe === undefined) {
        const { id, op, logSeq }: JsonRecord = event.type === "event"
          ? { ...event.body }
          : {};
        if (logSeq !== seq || op !== "begin") throw noTrace(seq);
        pipe = id;
      }
      if (event.type !== "event") return;
      const { id, op, pipe_id = id }: JsonRecord = { ...event.body };
      if (pipe_id !== pipe) return;
      controller.enqueue(event);
      if (op === "end") controller.terminate();
    },
    flush(): void {
      if (pipe === undefined) throw noTrace(seq);
    },
  });
  return readLog(session, { ...log, from: { seq }, types }).pipeThrough(trace);
}

function noTrace(seq: number): RocketRideException {
  return new RocketRideException(`No object begins with event ${seq}`, {
    hint: "Servers delete events after some days",
  });
}
