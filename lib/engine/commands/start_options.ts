import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import { TRACE_LEVELS, type TraceLevel } from "../run/flow_trace.ts";

const DEFAULT_TTL_SECONDS = 900;

/** What `execute` says about how a task is to run. */
export interface StartOptions {
  /** How many pipes may be open at once. */
  readonly threads: number;
  /** Seconds of idleness that are allowed; 0 for no limit. */
  readonly ttl: number;
  /** How much the task tells about what passes through it. */
  readonly traceLevel: TraceLevel;
  /** Values for placeholders. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Read the options of `execute`. An absent or null one has
 * its default; a server would stumble over some that are refused here.
 *
 * @throws {ValidationException} One is out of range.
 */
export function readStartOptions(
  args: Readonly<Record<string, unknown>>,
  maxPipes: number,
): StartOptions {
  return {
    threads: readThreads(args.threads ?? maxPipes, maxPipes),
    ttl: readTtl(args.ttl ?? DEFAULT_TTL_SECONDS),
    traceLevel: readTraceLevel(args.pipelineTraceLevel),
    env: readEnv(args.env),
  };
}

function readThreads(value: unknown, maxPipes: number): number {
  if (isNumber(value) && value >= 1 && value <= maxPipes) {
    if (Number.isInteger(value)) return value;
  }
  throw new ValidationException(
    `'threads' must be a whole number from 1 to ${maxPipes}`,
  );
}

function readTtl(value: unknown): number {
  if (isNumber(value) && value >= 0 && value < Infinity) return value;
  throw new ValidationException("'ttl' must be a number of seconds from 0");
}

function readTraceLevel(value: unknown): TraceLevel {
  if (value === undefined || value === null || value === "") return "none";
  const level = TRACE_LEVELS.find((known) => known === value);
  if (level) return level;
  throw new ValidationException(
    `'pipelineTraceLevel' must be one of ${TRACE_LEVELS.join(", ")}`,
  );
}

function readEnv(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  const texts = Object.entries(value).filter((entry): entry is [
    string,
    string,
  ] => typeof entry[1] === "string");
  return Object.fromEntries(texts);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
