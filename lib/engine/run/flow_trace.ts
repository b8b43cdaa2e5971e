import type { FlowTrace } from "../../../schema/event.ts";
import { isRecord } from "../../../schema/json.ts";
import type { ObjectInfo } from "../node.ts";
import { textOf } from "../text_of.ts";

/** A step of an object through a pipe, as `apaevt_flow` reports it. */
export type FlowStep =
  | { readonly op: "begin"; readonly object: ObjectInfo }
  | {
    readonly op: "enter";
    readonly lane: string;
    /** The payload, or the call for the lane `invoke`. */
    readonly payload: unknown;
  }
  | {
    readonly op: "leave";
    readonly lane: string;
    readonly result: "continue" | "skip" | "error";
    readonly error?: string;
  }
  | { readonly op: "end"; readonly body: object };

/** How much a task reports about what passes through it. */
export type TraceLevel = "none" | "metadata" | "summary" | "full";

/** The trace levels, least first. */
export const TRACE_LEVELS: readonly TraceLevel[] = Object.freeze(
  ["none", "metadata", "summary", "full"] as const,
);

const TEXT_SHOWN = 2_000;

/** The `trace` member of a flow event. */
export function flowTrace(step: FlowStep, level: TraceLevel): FlowTrace {
  switch (step.op) {
    case "begin": {
      const { name, objectId, mimeType, size } = step.object;
      return { name, objectId, mimeType, ...(size !== undefined && { size }) };
    }
    case "enter":
      return { lane: step.lane, ...enterData(step.lane, step.payload, level) };
    case "leave": {
      const { lane, result, error } = step;
      return { lane, result, ...(error !== undefined && { error }) };
    }
    case "end":
      return level === "metadata" ? {} : { ...step.body };
  }
}

function enterData(
  lane: string,
  payload: unknown,
  level: TraceLevel,
): FlowTrace {
  if (level === "metadata") return {};
  const full = level === "full";
  if (lane === "invoke") {
    const call = isRecord(payload) ? payload : {};
    return { invoke: full ? structuredClone(call) : { op: call.op } };
  }
  const data = laneData(lane, payload, full);
  return data === undefined ? {} : { data };
}

function laneData(lane: string, payload: unknown, full: boolean): unknown {
  switch (lane) {
    case "text":
    case "table": {
      const text = textOf(payload);
      const shown = { text: text.slice(0, TEXT_SHOWN) };
      return { length: text.length, ...(full && shown) };
    }
    case "documents": {
      const count = Array.isArray(payload) ? payload.length : 0;
      return { count, ...(full && { documents: structuredClone(payload) }) };
    }
    case "image":
    case "audio":
    case "video":
    case "tags":
      return streamData(payload);
    default:
      return full ? structuredClone(payload) : undefined;
  }
}

/** A step of a byte stream; its bytes are never shown. */
function streamData(payload: unknown): unknown {
  const { bytes, ...rest } = isRecord(payload) ? payload : {};
  return {
    ...rest,
    bufferSize: bytes instanceof Uint8Array ? bytes.length : 0,
  };
}
