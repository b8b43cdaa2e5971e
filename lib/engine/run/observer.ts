import type { JsonObject } from "../../../schema/json.ts";
import type { ObjectInfo } from "../node.ts";
import type { Failure } from "./failure.ts";

/** A step of an object through a pipe, as `apaevt_flow` tells it. */
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

/** What the pipes of a task tell it while they work. */
export interface PipeObserver {
  /** An object began. */
  opened(object: ObjectInfo): void;
  /** An object ended, well or not. */
  ended(outcome: "completed" | "failed", size: number): void;
  /** An object failed; told once for each object. */
  failed(failure: Failure): void;
  /** A node warns. */
  warn(message: string): void;
  /** A node has a message for whoever watches the pipe. */
  sse(pipeId: number, type: string, data: JsonObject | undefined): void;
  /**
   * The components at work in a pipe, innermost last; `undefined` once the
   * pipe is gone.
   */
  at(pipeId: number, path: readonly string[] | undefined): void;
  /** Whether flow steps are wanted at this moment. */
  readonly tracing: boolean;
  /** A step of an object; told only while `tracing` is set. */
  flow(pipeId: number, path: readonly string[], step: FlowStep): void;
}
