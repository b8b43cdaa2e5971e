import { isRecord } from "./json.ts";

/** One run in the log of a source. */
export interface LogChapter {
  /** When it began, in Unix seconds. */
  readonly beginTime: number;
  /** The number of its first event. */
  readonly beginSeq: number;
  /** When it ended, in Unix seconds; `null` while it runs. */
  readonly endTime: number | null;
  /** How it ended; `null` while it runs. */
  readonly outcome?:
    | "ok"
    | "error"
    | "cancelled"
    | "interrupted"
    | (string & Record<never, never>)
    | null;
  /** Why it was stopped, if it was: `user` or `ttl`. */
  readonly reason?: string;
  /** How much of it was traced. */
  readonly traceLevel?: string | null;
}

/** A part of a log, as the server stores it. */
export interface LogSegment {
  /** What `readLogSegment` takes. */
  readonly id: number;
  /** The number of its first event. */
  readonly seq: number;
  /** When its first event was sent, in Unix seconds. */
  readonly startTime: number;
  /** When its last event was sent; the last segment may still grow. */
  readonly endTime: number;
  /** Whether a run begins with it. */
  readonly chapterStart?: boolean;
}

/** What there is in the log of a source. */
export interface LogOverview {
  /** Its runs, oldest first. */
  readonly chapters: readonly LogChapter[];
  /** Its parts, oldest first. */
  readonly segments: readonly LogSegment[];
  /** When its first event was sent; `null` where there is none. */
  readonly startTime: number | null;
  /** When its last event was sent; `null` where there is none. */
  readonly endTime: number | null;
  /** The lowest number that is still held; 0 where there is none. */
  readonly horizonSeq: number;
  /** Whether nothing runs. */
  readonly completed: boolean;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** One of the logs that a source has: each team has its own. */
export interface LogStream extends LogOverview {
  /** The team whose deployed runs it has; empty for the account's own. */
  readonly teamId: string;
  /** The team's name. */
  readonly teamName?: string;
  /** Which runs it has. */
  readonly runKind?: "dev" | "deploy" | (string & Record<never, never>);
  /** Whether it is a user's or a team's. */
  readonly ownerKind?: "user" | "team" | (string & Record<never, never>);
}

/** What a source was doing when a segment of its log begins. */
export interface LogKeyframe {
  /** The discriminant; events have `"event"`. */
  readonly type: "keyframe";
  /** The version of the form. */
  readonly ver?: number;
  /** The run. */
  readonly chapter?: {
    /** The number of its first event. */
    readonly beginSeq?: number;
    /** When it began, in Unix seconds. */
    readonly beginTime?: number;
  } | null;
  /** The status of the task. */
  readonly status?: Readonly<Record<string, unknown>>;
  /** Pipe to the components that are at work in it. */
  readonly byPipe?: Readonly<Record<string, unknown>>;
  /** Components that have been entered and not left. */
  readonly openFrames?: readonly Readonly<Record<string, unknown>>[];
  /** Objects that went through lately. */
  readonly closedRecent?: readonly Readonly<Record<string, unknown>>[];
  /** What was printed lately. */
  readonly console?: {
    /** The lines. */
    readonly lines?: readonly string[];
    /** Whether there were more. */
    readonly truncated?: boolean;
  };
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of what there is in a log.
 *
 * @param value Anything.
 * @returns `true` when its runs and parts can be read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isLogOverview } from "@rocketride/streams/schema";
 *
 * const log = { chapters: [], segments: [], horizonSeq: 0, completed: true };
 * assert(isLogOverview(log));
 * assert(!isLogOverview({ chapters: [] }));
 * ```
 */
export function isLogOverview(value: unknown): value is LogOverview {
  return isRecord(value) && Array.isArray(value.chapters) &&
    Array.isArray(value.segments) && typeof value.horizonSeq === "number" &&
    value.chapters.every(isRecord) && value.segments.every(isSegment);
}

function isSegment(value: unknown): boolean {
  return isRecord(value) && Number.isSafeInteger(value.id) &&
    Number(value.id) >= 0;
}
