import {
  ConnectionException,
  DAPException,
  type ErrorCode,
} from "../../lib/errors.ts";
import type { PeerKind } from "./model_line.ts";

/** What may make an operation fail. */
export type Disturbance =
  /** Its signal was aborted. */
  | "abort"
  /** The line was cut under it, or is not known to be up. */
  | "cut"
  /** The session has ended, or ends. */
  | "end"
  /** Its task was terminated, or lost with its engine. */
  | "task"
  /** Time was put forward, perhaps over its limit. */
  | "time"
  /** Its file is used by something else. */
  | "conflict";

/** What a session does. */
export type OperationKind =
  | "cancel"
  | "chat"
  | "events"
  | "log"
  | "pipe"
  | "pipe-close"
  | "pipe-result"
  | "pipe-write"
  | "read"
  | "remove"
  | "send"
  | "sendEach"
  | "sendFiles"
  | "stream"
  | "terminate"
  | "use"
  | "write";

/** What came of an operation. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly error: unknown };

/** What operations share that live and die together: one signal. */
export interface Group {
  readonly reason: Error;
  readonly disturbed: Set<Disturbance>;
}

/** Something that a session does; it may last. */
export interface Operation {
  readonly id: number;
  readonly kind: OperationKind;
  readonly group: Group;
  readonly task: number | undefined;
  readonly file: string | undefined;
  readonly disturbed: Set<Disturbance>;
  readonly objects: readonly string[];
  /** What a read may find. */
  readonly window: Set<string | undefined>;
  outcome: Outcome | undefined;
}

/** A task, as the client knows it. */
export interface ModelTask {
  readonly project: string;
  readonly threads: number;
  /** `ended` is also what has perhaps ended. */
  state: "starting" | "running" | "ended";
  token: string | undefined;
  /** Whether it may run at the end, known to the client or not. */
  mayRun: boolean;
}

/** A stream of events that is read. */
export interface ModelStream {
  readonly operation: Operation;
  readonly task: number;
  readonly received: string[];
  /** What it must have received by its end. */
  readonly due: Set<string>;
}

/** The options of a case. */
export interface Setup {
  readonly peer: PeerKind;
  readonly persist: boolean;
  readonly heartbeat: boolean;
}

const LINE_CODES: readonly ErrorCode[] = [
  "connection-closed",
  "connection-failed",
  "connection-lost",
  "not-connected",
];

/** The codes by which each disturbance may show. */
const CODES: Readonly<Record<Disturbance, readonly ErrorCode[]>> = {
  abort: [],
  cut: LINE_CODES,
  end: LINE_CODES,
  task: [
    "execution-failed",
    "pipe-closed",
    "pipe-failed",
    "task-ended",
    "task-not-running",
  ],
  time: ["timeout"],
  // A file may get shorter while it is read.
  conflict: ["file-busy", "file-not-readable"],
};

/** Whether an operation may end with an error, after what has happened to it. */
export function isExplained(
  { disturbed, group, kind }: Operation,
  error: unknown,
  { persist }: Setup,
): boolean {
  if (disturbed.has("abort") && error === group.reason) return true;
  // So says the Streams standard where a stream has failed before.
  if (kind === "pipe-close" && error instanceof TypeError) {
    return disturbed.size > 0;
  }
  if (!(error instanceof DAPException)) return false;
  const isLine = LINE_CODES.includes(error.code);
  if (isLine && !(error instanceof ConnectionException)) return false;
  // A stream goes on after a reconnect.
  const goesOn = (kind === "stream" || kind === "cancel") && persist;
  return [...disturbed].some((it) =>
    CODES[it].includes(error.code) && !(it === "cut" && goesOn)
  );
}

/** An error with its class, code and stack. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error} ${error}`;
  const code = error instanceof DAPException ? ` (${error.code})` : "";
  return `${error.name}${code}: ${error.message}\n${error.stack}`;
}
