import {
  EventLog,
  type LogAddress,
  type Segment,
  type SegmentMemory,
} from "./event_log.ts";

const SEGMENT_BYTES = 1024 * 1024;

/** The logs of an engine. All together they take a bounded memory. */
export class EventLogs implements SegmentMemory {
  readonly segmentBytes: number;
  readonly now: () => number;
  readonly #maxBytes: number;
  readonly #logs: Map<string, EventLog> = new Map();
  /** All segments, oldest first. */
  readonly #segments: Set<Segment> = new Set();
  #bytes = 0;
  /** The highest number in a log that was forgotten: new ones go on there. */
  #floor = 0;

  /** Begin without logs; the oldest segments make room for new ones. */
  constructor(maxBytes: number, now = (): number => Date.now() / 1_000) {
    this.#maxBytes = maxBytes;
    this.now = now;
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

  /** A log that has no segment and does not run is forgotten with it. */
  delete(segment: Segment): void {
    if (!this.#segments.delete(segment)) return;
    this.#bytes -= segment.bytes;
    const { log } = segment;
    if (!log.drop(segment)) return;
    this.#floor = Math.max(this.#floor, log.lastSeq);
    this.#logs.delete(keyOf(log.address));
  }
}

/** The name of a log in a map. */
export function keyOf(
  { projectId, source, runKind, teamId }: LogAddress,
): string {
  return JSON.stringify([projectId, source, runKind, teamId]);
}
