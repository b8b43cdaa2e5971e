import { isRecord } from "../../../schema/json.ts";
import type { LogChapter, LogKeyframe } from "../../../schema/log.ts";
import { textOf } from "../text_of.ts";

/** How much a keyframe has at most. */
const MAX_LINES = 200;
const MAX_LINE = 400;
const MAX_CLOSED = 50;

/** The events that a keyframe is made of; it need not read the others. */
export const KEYFRAME_EVENTS: ReadonlySet<string> = new Set([
  "apaevt_status_update",
  "apaevt_flow",
  "output",
]);

type Fields = Record<string, unknown>;

/** An object on its way, and the components that it is in. */
interface OpenObject extends Fields {
  calls: number;
  /** The segments that it was in. */
  readonly touched: number[];
  readonly frames: Fields[];
}

/**
 * Describe what a source is doing after the lines of a segment: its keyframe,
 * then its events. Without lines it does nothing yet.
 *
 * @param lines The lines of the segment.
 * @param chapter The run that is under way.
 * @param segmentId The id of the segment.
 */
export function keyframeAfter(
  lines: readonly string[],
  chapter: LogChapter | undefined,
  segmentId: number,
): LogKeyframe {
  let status: Fields = {};
  const console: string[] = [];
  const closed: Fields[] = [];
  const open = new Map<unknown, OpenObject>();
  let isCut = false;

  function openFrame({ touched, ...frame }: Fields): void {
    const { id, doc, enterTime, enterSeq } = frame;
    const object: OpenObject = open.get(id) ?? {
      id,
      doc,
      beginSeq: enterSeq,
      beginTime: enterTime,
      calls: 0,
      touched: [...Array.isArray(touched) ? touched : [], segmentId],
      frames: [],
    };
    open.set(id, object);
    object.frames.push(frame);
  }

  function flow({ id, op, component, eventTime, logSeq }: Fields): void {
    if (op === "begin") {
      const begun = { beginSeq: logSeq, beginTime: eventTime, calls: 0 };
      const touched = [segmentId];
      open.set(id, { id, doc: component, ...begun, touched, frames: [] });
    } else if (op === "enter") {
      const doc = open.get(id)?.doc ?? "";
      const entered = { enterTime: eventTime, enterSeq: logSeq };
      openFrame({ id, component, doc, ...entered });
      open.get(id)!.calls++;
    } else if (op === "leave") {
      const frames = open.get(id)?.frames ?? [];
      const at = frames.findLastIndex((it) => it.component === component);
      if (at >= 0) frames.splice(at, 1);
    } else if (op === "end") {
      const { frames: _, ...object }: Fields = open.get(id) ?? {};
      const elapsed = Number(eventTime) - Number(object.beginTime);
      if (open.delete(id)) closed.push({ ...object, elapsed });
    }
  }

  function print(line: string): void {
    if (line !== "") console.push(line.slice(0, MAX_LINE));
    if (console.length <= MAX_LINES) return;
    console.shift();
    isCut = true;
  }

  for (const line of lines) {
    const { event, body, ...first }: Fields = JSON.parse(line);
    const fields: Fields = isRecord(body) ? body : {};
    if (first.type === "keyframe") {
      const before = first as unknown as LogKeyframe;
      status = { ...before.status };
      console.push(...before.console?.lines ?? []);
      isCut = !!before.console?.truncated;
      closed.push(...before.closedRecent ?? []);
      for (const frame of before.openFrames ?? []) openFrame({ ...frame });
    } else if (event === "apaevt_status_update") status = fields;
    else if (event === "apaevt_flow") flow(fields);
    else if (event === "output") {
      for (const text of textOf(fields.output).split("\n")) print(text);
    }
    if (closed.length > MAX_CLOSED) {
      closed.splice(0, closed.length - MAX_CLOSED);
    }
  }
  const { beginSeq = 0, beginTime = 0 } = chapter ?? {};
  const objects = [...open.values()];
  return {
    type: "keyframe",
    ver: 2,
    complete: true,
    partial: false,
    chapter: { beginSeq, beginTime },
    status,
    byPipe: Object.fromEntries(
      objects.map(({ id, frames }) => [
        id,
        frames.map(({ component }) => component),
      ]),
    ),
    openFrames: objects.flatMap(({ frames, touched }) =>
      frames.map((frame) => ({ ...frame, touched }))
    ),
    closedRecent: closed,
    console: { lines: console, truncated: isCut },
  };
}
