import type { LogChapter, LogOverview } from "../../../schema/log.ts";
import { KEYFRAME_EVENTS, keyframeAfter } from "./log_keyframe.ts";
import { shortened } from "./shortened.ts";

/** Which log of a source is meant. */
export interface LogAddress {
  readonly projectId: string;
  readonly source: string;
  /** Runs of development or deployed ones. */
  readonly runKind: "dev" | "deploy";
  /** The team whose deployed runs are meant; empty for a user's own. */
  readonly teamId: string;
}

/** One event, as it was sent. */
interface Entry {
  readonly seq: number;
  /** When it was sent, in Unix seconds. */
  readonly time: number;
  readonly event: string;
  /** The task that sent it. */
  readonly token: string;
  /** The message as JSON. */
  readonly line: string;
}

/** A part of a log; the last one of a log grows until its run ends. */
export interface Segment {
  readonly id: number;
  readonly log: EventLog;
  readonly entries: Entry[];
  /** What the source was doing before, as JSON. */
  readonly keyframe: string;
  /** Whether a run begins in it. */
  chapterStart: boolean;
  /** Whether it is complete. */
  sealed: boolean;
  /** The memory that it takes at most. */
  bytes: number;
}

/** Part of a log, in the form of the answer of `read`. */
export interface LogPage {
  readonly events: readonly Fields[];
  /** Where the next page begins; absent at the end. */
  readonly nextSeq?: number;
  /** The oldest event that is held, where a request begins before it. */
  readonly truncatedAtSeq?: number;
}

/** What `read` is to return; without a begin, all that is held. */
export interface LogQuery {
  readonly fromSeq: number | undefined;
  readonly toSeq: number;
  readonly fromTime: number | undefined;
  readonly toTime: number;
  readonly toSegment: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
  wants(entry: Pick<Entry, "event" | "token">): boolean;
}

/** How a run begins: the content of the first event of its chapter. */
export interface RunBegin {
  readonly traceLevel: string;
  /** What started it: a request, or a schedule. */
  readonly trigger: "manual" | "scheduled";
  readonly user: string;
  /** A digest of the pipeline. */
  readonly pipelineHash: string;
}

/** How a run ended. */
export interface RunEnd {
  readonly outcome: NonNullable<LogChapter["outcome"]>;
  /** The message that it ended with; empty when it ended well. */
  readonly detail: string;
  /** Why it was stopped, if it was. */
  readonly reason?: string | undefined;
}

/** Larger events are shortened. */
const MAX_LINE = 65_536;
const MAX_CHAPTERS = 512;
/** The version of the form of segments. */
const VERSION = 2;
/** The least time between two status events that are kept, in seconds. */
const STATUS_SECONDS = 5;

/** The event for the begin, restart and end of a run; logged, and never sent. */
const LIFECYCLE = "apaevt_log_lifecycle";
const STATUS = "apaevt_status_update";
/** What an entry takes besides its text, and a character of that, at most. */
const ENTRY_BYTES = 128;
const CHARACTER_BYTES = 2;

type Chapter = { -readonly [K in keyof LogChapter]: LogChapter[K] };
type Fields = Readonly<Record<string, unknown>>;

/** A run that has not ended. */
interface Running {
  readonly chapter: Chapter;
  /** When a status was kept last, in Unix seconds. */
  statusAt: number;
}

/** What all logs have together: the clock, and a bounded memory. */
export interface SegmentMemory {
  /** The time in Unix seconds. */
  readonly now: () => number;
  /** How large a segment becomes. */
  readonly segmentBytes: number;
  /** A segment takes more; the oldest ones make room. */
  grow(segment: Segment, bytes: number): void;
  /** Forget a segment. */
  delete(segment: Segment): void;
}

/** The events that a source has sent, numbered, over all its runs. */
export class EventLog {
  readonly address: LogAddress;
  segments: Segment[] = [];
  readonly #memory: SegmentMemory;
  readonly #chapters: Chapter[] = [];
  /** The runs that have not ended, by their tasks. */
  readonly #running: Map<string, Running> = new Map();
  #seq: number;
  #segmentId = 0;
  /** Whether anything was deleted. */
  #isCut = false;

  constructor(memory: SegmentMemory, address: LogAddress, after: number) {
    this.#memory = memory;
    this.address = address;
    this.#seq = after;
  }

  /** The number of the newest event. */
  get lastSeq(): number {
    return this.#seq;
  }

  /** Whether a run is under way. */
  get isActive(): boolean {
    return this.#running.size > 0;
  }

  /** A run begins; returns the number of its first event. */
  begin(token: string, run: RunBegin): number {
    const { projectId, source, runKind } = this.address;
    const beginSeq = this.#seq + 1;
    const open = { beginSeq, beginTime: 0, endTime: null, outcome: null };
    const chapter: Chapter = { ...open, traceLevel: run.traceLevel };
    this.#chapters.push(chapter);
    if (this.#chapters.length > MAX_CHAPTERS) this.#chapters.shift();
    this.#running.set(token, { chapter, statusAt: -Infinity });
    const about = { schemaVer: VERSION, projectId, source, runKind, ...run };
    chapter.beginTime = this.#mark(token, { action: "run-begin", ...about });
    return beginSeq;
  }

  /** A run goes on with another pipeline. */
  restart(token: string): void {
    this.#mark(token, { action: "restart" });
  }

  /** The run has ended. */
  end(token: string, { outcome, detail, reason }: RunEnd): void {
    const chapter = this.#running.get(token)?.chapter;
    if (!chapter) return;
    const why = reason === undefined ? {} : { reason };
    const body = { action: "run-end", outcome, detail, ...why };
    chapter.endTime = this.#mark(token, body);
    Object.assign(chapter, { outcome, ...why });
    this.#running.delete(token);
    const last = this.segments.at(-1);
    if (last && !this.isActive) last.sealed = true;
  }

  /** Keep an event that is not sent; returns when it happened. */
  #mark(token: string, body: Fields): number {
    this.record(token, LIFECYCLE, body, (it) => it);
    return this.segments.at(-1)!.entries.at(-1)!.time;
  }

  /**
   * Give an event its stamps, and keep what `shown` returns for it. Status
   * events are kept once in {@linkcode STATUS_SECONDS}, and always the last one.
   *
   * @returns The body with its stamps.
   */
  record(
    token: string,
    event: string,
    given: Fields,
    shown: (body: Fields) => Fields,
  ): Fields {
    const { projectId, source, runKind, teamId } = this.address;
    const seq = this.#seq + 1;
    const eventTime = this.#memory.now();
    const stamps = {
      project_id: projectId,
      source,
      runKind,
      teamId,
      eventTime,
      logSeq: seq,
    };
    const body: Fields = { ...given, ...stamps };
    const run = event === STATUS ? this.#running.get(token) : undefined;
    if (run) {
      const isSoon = eventTime - run.statusAt < STATUS_SECONDS;
      if (isSoon && body.final !== true) {
        // A body that JSON cannot carry must fail whether it is kept or not.
        JSON.stringify(body);
        this.#seq = seq;
        return body;
      }
    }
    const message = { type: "event", seq, event, body: shown(body) };
    let line = JSON.stringify(message);
    if (line.length > MAX_LINE) {
      line = JSON.stringify(shortened(message, stamps, line.length));
    }
    if (run) run.statusAt = eventTime;
    this.#seq = seq;
    this.#add({ seq, time: eventTime, event, token, line });
    return body;
  }

  #add(entry: Entry): void {
    let last = this.segments.at(-1);
    if (!last || last.sealed || last.bytes >= this.#memory.segmentBytes) {
      last = this.#nextSegment(last);
    }
    last.entries.push(entry);
    const { event, seq } = entry;
    const isBegin = event === LIFECYCLE &&
      this.#chapters.at(-1)?.beginSeq === seq;
    last.chapterStart ||= isBegin;
    this.#memory.grow(last, entry.line.length * CHARACTER_BYTES + ENTRY_BYTES);
  }

  #nextSegment(last: Segment | undefined): Segment {
    // A segment that begins with a run has an empty keyframe.
    const goesOn = last && !last.sealed;
    if (last) last.sealed = true;
    const before = goesOn ? [last.keyframe, ...keyframeLines(last)] : [];
    const chapter = this.#chapters.at(-1);
    const keyframe = keyframeAfter(before, chapter, this.#segmentId);
    const segment = {
      id: ++this.#segmentId,
      log: this,
      entries: [],
      keyframe: JSON.stringify(keyframe),
      chapterStart: false,
      sealed: false,
      bytes: 0,
    };
    this.segments.push(segment);
    this.#memory.grow(segment, segment.keyframe.length * CHARACTER_BYTES);
    return segment;
  }

  /** What there is. */
  overview(): LogOverview {
    const first = this.segments[0]?.entries[0];
    const horizonSeq = first?.seq ?? 0;
    const kept = this.#chapters.filter(({ endTime }, at) =>
      endTime === null ||
      (this.#chapters[at + 1]?.beginSeq ?? this.#seq + 1) > horizonSeq
    );
    return {
      chapters: first ? structuredClone(kept) : [],
      segments: this.segments.map(({ id, entries, chapterStart }) => ({
        id,
        seq: entries[0]!.seq,
        startTime: entries[0]!.time,
        endTime: entries.at(-1)!.time,
        chapterStart,
      })),
      startTime: first?.time ?? null,
      endTime: this.segments.at(-1)?.entries.at(-1)?.time ?? null,
      horizonSeq,
      completed: !this.isActive,
    };
  }

  /** Read events in order. */
  read(query: LogQuery): LogPage {
    const { fromSeq = 0, fromTime } = query;
    const events: Fields[] = [];
    const cut = this.#cutAt(query);
    let bytes = 0;
    let isBehind = fromTime !== undefined;
    for (const { id, entries } of this.segments) {
      if (id > query.toSegment) break;
      if (entries.at(-1)!.seq < fromSeq) continue;
      for (let at = indexOf(entries, fromSeq); at < entries.length; at++) {
        const entry = entries[at]!;
        const { seq, time, line } = entry;
        // Clocks may be set back: only where to begin is looked for.
        if (isBehind && time < fromTime!) continue;
        isBehind = false;
        if (seq > query.toSeq || time > query.toTime) return { events, ...cut };
        if (!query.wants(entry)) continue;
        bytes += line.length;
        const isFull = events.length >= query.maxEvents ||
          bytes > query.maxBytes;
        if (isFull && events.length > 0) {
          return { events, nextSeq: seq, ...cut };
        }
        events.push(JSON.parse(line));
      }
    }
    return { events, ...cut };
  }

  /** The oldest event, where a query begins with what was deleted before it. */
  #cutAt({ fromSeq, fromTime }: LogQuery): Pick<LogPage, "truncatedAtSeq"> {
    const first = this.segments[0]?.entries[0];
    if (!first || !this.#isCut) return {};
    const isBefore = fromSeq !== undefined
      ? fromSeq < first.seq
      : fromTime !== undefined && fromTime < first.time;
    return isBefore ? { truncatedAtSeq: first.seq } : {};
  }

  /** Forget the segments that end before a time; returns how many. */
  deleteBefore(time: number): number {
    const old = this.segments.filter(({ entries, sealed }) =>
      (sealed || time === Infinity) && entries.at(-1)!.time < time
    );
    for (const segment of old) this.#memory.delete(segment);
    return old.length;
  }

  /** Forget a segment; returns whether the log can be forgotten with it. */
  drop(segment: Segment): boolean {
    this.segments = this.segments.filter((it) => it !== segment);
    this.#isCut = true;
    return this.segments.length === 0 && !this.isActive;
  }
}

/** The index of the first event with a number or after it. */
function indexOf(entries: readonly Entry[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lines of a segment that change its keyframe. */
function keyframeLines({ entries }: Segment): readonly string[] {
  return entries.filter(({ event }) => KEYFRAME_EVENTS.has(event))
    .map(({ line }) => line);
}

/** The lines of a segment's events. */
export function linesOf({ entries }: Segment): readonly string[] {
  return entries.map(({ line }) => line);
}
