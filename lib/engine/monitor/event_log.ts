import type { LogChapter, LogOverview } from "../../../schema/log.ts";
import { KEYFRAME_EVENTS, keyframeAfter } from "./log_keyframe.ts";

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
  readonly chapterStart: boolean;
  /** Whether it is complete. */
  sealed: boolean;
  /** The memory that it takes at most. */
  bytes: number;
}

/** Part of a log, in the form of the answer of `read`. */
export interface LogPage {
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** Where the next page begins; absent at the end. */
  readonly nextSeq?: number;
  readonly truncatedAtSeq?: number;
}

/** What `read` is to return. */
export interface LogQuery {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fromTime: number;
  readonly toTime: number;
  readonly toSegment: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
  wants(entry: Pick<Entry, "event" | "token">): boolean;
}

const SEGMENT_BYTES = 1024 * 1024;
/** Larger events are replaced by a stub that tells their size. */
const MAX_LINE = 65_536;
const MAX_CHAPTERS = 512;
/** What an entry takes besides its text, and a character of that, at most. */
const ENTRY_BYTES = 128;
const CHARACTER_BYTES = 2;

type Chapter = { -readonly [K in keyof LogChapter]: LogChapter[K] };

/** The events that a source has sent, numbered, over all its runs. */
export class EventLog {
  readonly address: LogAddress;
  segments: Segment[] = [];
  readonly #logs: EventLogs;
  readonly #chapters: Chapter[] = [];
  /** Those that have not ended, by their tasks. */
  readonly #running: Map<string, Chapter> = new Map();
  #seq: number;
  #segmentId = 0;

  constructor(logs: EventLogs, address: LogAddress, after: number) {
    this.#logs = logs;
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

  /** A run begins with the next event; returns the event's number. */
  begin(token: string, traceLevel: string): number {
    const beginSeq = this.#seq + 1;
    const open = { beginTime: now(), beginSeq, endTime: null, outcome: null };
    const chapter = { ...open, traceLevel };
    this.#chapters.push(chapter);
    this.#running.set(token, chapter);
    if (this.#chapters.length > MAX_CHAPTERS) this.#chapters.shift();
    return beginSeq;
  }

  /** The run has ended. */
  end(token: string, outcome: NonNullable<LogChapter["outcome"]>): void {
    const chapter = this.#running.get(token);
    if (!chapter) return;
    this.#running.delete(token);
    chapter.endTime = now();
    chapter.outcome = outcome;
    const last = this.segments.at(-1);
    if (last) last.sealed = true;
  }

  /**
   * Give an event its stamps, and keep what `shown` makes of it.
   *
   * @returns The body with its stamps.
   */
  record(
    token: string,
    event: string,
    given: Readonly<Record<string, unknown>>,
    shown: (body: Readonly<Record<string, unknown>>) => object,
  ): Readonly<Record<string, unknown>> {
    const { projectId, source, runKind, teamId } = this.address;
    const seq = this.#seq + 1;
    const eventTime = now();
    const stamps = {
      project_id: projectId,
      source,
      runKind,
      teamId,
      eventTime,
      logSeq: seq,
    };
    const body = { ...given, ...stamps };
    const message = { type: "event", seq, event };
    let line = JSON.stringify({ ...message, body: shown(body) });
    if (line.length > MAX_LINE) {
      const stub = { __truncated: true, __originalBytes: line.length };
      line = JSON.stringify({ ...message, body: { ...stamps, ...stub } });
    }
    this.#seq = seq;
    this.#add({ seq, time: eventTime, event, token, line });
    return body;
  }

  #add(entry: Entry): void {
    let last = this.segments.at(-1);
    if (!last || last.sealed || last.bytes >= this.#logs.segmentBytes) {
      last = this.#nextSegment(last);
    }
    last.entries.push(entry);
    this.#logs.grow(last, entry.line.length * CHARACTER_BYTES + ENTRY_BYTES);
  }

  #nextSegment(last: Segment | undefined): Segment {
    const chapter = this.#chapters.at(-1);
    const chapterStart = chapter?.beginSeq === this.#seq;
    const goesOn = last && !last.sealed && !chapterStart;
    if (last) last.sealed = true;
    const before = goesOn ? [last.keyframe, ...keyframeLines(last)] : [];
    const segment = {
      id: ++this.#segmentId,
      log: this,
      entries: [],
      keyframe: JSON.stringify(keyframeAfter(before, chapter)),
      chapterStart,
      sealed: false,
      bytes: 0,
    };
    this.segments.push(segment);
    this.#logs.grow(segment, segment.keyframe.length * CHARACTER_BYTES);
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
    const events: Readonly<Record<string, unknown>>[] = [];
    let bytes = 0;
    let isBehind = query.fromTime > -Infinity;
    for (const { id, entries } of this.segments) {
      if (id > query.toSegment) break;
      if (entries.at(-1)!.seq < query.fromSeq) continue;
      for (
        let at = indexOf(entries, query.fromSeq);
        at < entries.length;
        at++
      ) {
        const entry = entries[at]!;
        const { seq, time, line } = entry;
        // Clocks may be set back: only where to begin is looked for.
        if (isBehind && time < query.fromTime) continue;
        isBehind = false;
        if (seq > query.toSeq || time > query.toTime) return { events };
        if (!query.wants(entry)) continue;
        bytes += line.length;
        const isFull = events.length >= query.maxEvents ||
          bytes > query.maxBytes;
        if (isFull && events.length > 0) {
          return { events, nextSeq: seq, truncatedAtSeq: seq };
        }
        events.push(JSON.parse(line));
      }
    }
    return { events };
  }

  /** Forget the segments that end before a time; returns how many. */
  deleteBefore(time: number): number {
    const old = this.segments.filter(({ entries, sealed }) =>
      (sealed || time === Infinity) && entries.at(-1)!.time < time
    );
    for (const segment of old) this.#logs.delete(segment);
    return old.length;
  }
}

/** The logs of an engine. All together they take a bounded memory. */
export class EventLogs {
  /** How large a segment becomes. */
  readonly segmentBytes: number;
  readonly #maxBytes: number;
  readonly #logs: Map<string, EventLog> = new Map();
  /** All segments, oldest first. */
  readonly #segments: Set<Segment> = new Set();
  #bytes = 0;
  /** The highest number in a log that was forgotten: new ones go on there. */
  #floor = 0;

  /** Begin without logs; the oldest segments make room for new ones. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.segmentBytes = Math.min(SEGMENT_BYTES, maxBytes / 4);
  }

  /** The memory that the logs take, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A log, if there is anything in it. */
  find(address: LogAddress): EventLog | undefined {
    return this.#logs.get(keyOf(address));
  }

  /** The log that events of a task go to. */
  open(address: LogAddress, key: string = keyOf(address)): EventLog {
    const known = this.#logs.get(key);
    if (known) return known;
    const { projectId, source, runKind, teamId } = address;
    const own = { projectId, source, runKind, teamId };
    const log = new EventLog(this, own, this.#floor);
    this.#logs.set(key, log);
    return log;
  }

  /** A segment takes more. */
  grow(segment: Segment, bytes: number): void {
    if (segment.bytes === 0) this.#segments.add(segment);
    segment.bytes += bytes;
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    for (const oldest of this.#segments) {
      if (this.#bytes <= this.#maxBytes) break;
      if (oldest !== segment) this.delete(oldest);
    }
  }

  /** Forget a segment, and a log that has none and does not run. */
  delete(segment: Segment): void {
    if (!this.#segments.delete(segment)) return;
    this.#bytes -= segment.bytes;
    const { log } = segment;
    log.segments = log.segments.filter((it) => it !== segment);
    if (log.segments.length > 0 || log.isActive) return;
    this.#floor = Math.max(this.#floor, log.lastSeq);
    this.#logs.delete(keyOf(log.address));
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

/** The name of a log in a map. */
export function keyOf(
  { projectId, source, runKind, teamId }: LogAddress,
): string {
  return JSON.stringify([projectId, source, runKind, teamId]);
}

function now(): number {
  return Date.now() / 1_000;
}
