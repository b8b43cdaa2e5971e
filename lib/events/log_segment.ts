import { isRecord } from "../../schema/json.ts";
import type { LogKeyframe } from "../../schema/log.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { pullStream } from "../async.ts";
import { checkOptions, wholeNumber } from "../check.ts";
import { unexpectedAnswer } from "../errors.ts";
import type { Secrets } from "../protocol/secrets.ts";
import { coreOf } from "../session/core.ts";
import type { Session } from "../session/session.ts";
import {
  addressOf,
  LOG_NAMES,
  logCall,
  type LogOptions,
  recordedEvent,
} from "./log_calls.ts";

/** Options of {@linkcode readLogSegment}. */
export interface ReadSegmentOptions extends LogOptions {
  /** The `id` of a part, from {@linkcode getLogChapters}. */
  readonly segment: number;
}

/**
 * Read one stored part of a log: what its source was doing when it begins, and
 * then its events.
 *
 * {@linkcode readLog} reads over all parts. This is for what needs the state at
 * a place in the past without reading everything before it.
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which part of which log; see {@linkcode ReadSegmentOptions}.
 * @returns A {@linkcode LogKeyframe}, then the events as they were sent. Closes
 * at the end; of the part that is being written, where that is now. A part that
 * is not there is empty.
 * @throws {TypeError} Project or source is missing.
 * @throws {RangeError} `segment` is no id.
 */
export function readLogSegment(
  session: Session,
  options: ReadSegmentOptions,
): ReadableStream<LogKeyframe | TypedEvent> {
  const usage = "readLogSegment(session, { projectId, source, segment })";
  checkOptions(options, usage, { ...LOG_NAMES, segment: 1 });
  const { segment, timeout } = options;
  wholeNumber("segment", segment, 0);
  const core = coreOf(session);
  const address = addressOf(options);
  const decoder = new SegmentDecoder(core.settings.secrets);
  let offset: number | null = 0;
  let lines: string[] = [];

  async function readChunk(from: number, signal: AbortSignal): Promise<void> {
    const args = { subcommand: "segment", ...address, segment, offset: from };
    const body = await logCall(core, args, { signal, timeout });
    const { data, nextOffset } = body;
    if (typeof data !== "string") throw unexpectedAnswer("a part of a log");
    lines = data.split("\n").reverse();
    const goesOn = typeof nextOffset === "number" && nextOffset > from &&
      body.final !== true;
    // What is being written ends where it is now.
    offset = goesOn && data !== "" ? nextOffset : null;
  }

  return pullStream(options.signal, (signal) => ({
    async next(): Promise<LogKeyframe | TypedEvent | undefined> {
      for (;;) {
        signal.throwIfAborted();
        const line = lines.pop();
        if (line !== undefined) {
          const item = line === "" ? undefined : decoder.decode(line);
          if (item) return item;
        } else if (offset !== null) await readChunk(offset, signal);
        else return undefined;
      }
    },
  }));
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** A component that was entered and not left, with what it was given. */
interface OpenFrame {
  readonly component: unknown;
  readonly data: unknown;
}

/**
 * Makes events of the lines of a part. Two kinds hold only what differs from
 * something before them: the status from the status before, and what
 * a component gives from what it got.
 */
class SegmentDecoder {
  readonly #secrets: Secrets;
  #status: JsonRecord = {};
  /** Pipe to its open components, innermost last. */
  readonly #open: Map<unknown, OpenFrame[]> = new Map();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Decode one line. */
  decode(line: string): LogKeyframe | TypedEvent | undefined {
    const value = parsed(line);
    if (value.type === "keyframe") return this.#keyframe(value);
    const { event } = value;
    const body = isRecord(value.body) ? value.body : {};
    const whole = event === "apaevt_status_update"
      ? this.#wholeStatus(body)
      : event === "apaevt_flow"
      ? this.#wholeFlow(body)
      : body;
    return recordedEvent({ ...value, body: whole }, this.#secrets);
  }

  #keyframe(value: JsonRecord): LogKeyframe {
    if (isRecord(value.status)) this.#status = value.status;
    return { ...value, type: "keyframe" };
  }

  #wholeStatus(body: JsonRecord): JsonRecord {
    const delta = body[DELTA];
    return this.#status = isRecord(delta) ? changed(this.#status, delta) : body;
  }

  #wholeFlow(body: JsonRecord): JsonRecord {
    const { id, op, component } = body;
    const trace = isRecord(body.trace) ? body.trace : {};
    const frames = this.#framesOf(id);
    if (op === "end") this.#open.delete(id);
    else if (op === "enter") frames.push({ component, data: trace.data });
    else if (op === "leave") {
      const at = frames.findLastIndex((it) => it.component === component);
      const [frame] = at < 0 ? [] : frames.splice(at, 1);
      const delta = isRecord(trace.data) ? trace.data[DELTA] : undefined;
      if (isRecord(delta)) {
        const base = isRecord(frame?.data) ? frame.data : {};
        return { ...body, trace: { ...trace, data: changed(base, delta) } };
      }
    }
    return body;
  }

  #framesOf(id: unknown): OpenFrame[] {
    let frames = this.#open.get(id);
    if (!frames) this.#open.set(id, frames = []);
    return frames;
  }
}

const DELTA = "__delta__";
const DELETED = "__deleted__";

/** Apply a difference: members of records one level deep, others whole. */
function changed(base: JsonRecord, delta: JsonRecord, depth = 0): JsonRecord {
  const { [DELETED]: deleted, ...members } = delta;
  const gone = new Set(Array.isArray(deleted) ? deleted : []);
  const result = Object.entries(base).filter(([name]) => !gone.has(name));
  const merged = Object.entries(members).map(([name, value]) => {
    const isKept = Object.hasOwn(base, name) && !gone.has(name);
    const old = isKept ? base[name] : undefined;
    const isMerged = depth === 0 && isRecord(old) && isRecord(value);
    return [name, isMerged ? changed(old, value, 1) : value] as const;
  });
  return Object.fromEntries([...result, ...merged]);
}

function parsed(line: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Parsers quote what they could not read.
  }
  if (isRecord(value)) return value;
  throw unexpectedAnswer("a line of a log");
}
