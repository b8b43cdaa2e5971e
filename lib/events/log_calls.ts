import { isEvent } from "../../schema/envelope.ts";
import {
  isLogOverview,
  type LogOverview,
  type LogStream,
} from "../../schema/log.ts";
import { isRecord } from "../../schema/json.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import {
  checkOptions,
  checkValue,
  kindOf,
  type OptionNames,
} from "../check.ts";
import { isDAPException, unexpectedAnswer } from "../errors.ts";
import { type Secrets, shownEvent } from "../protocol/secrets.ts";
import { call } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { checkedScope, type ProjectTarget } from "./target.ts";

/** Which log is meant: that of a source, of one's own runs or of a team's. */
export interface LogAddress
  extends Pick<ProjectTarget, "projectId" | "teamId" | "runKind"> {
  /** The id of a source component. */
  readonly source: string;
}

/** Options of functions about one log. */
export interface LogOptions extends LogAddress, CallOptions {}

/** The options of functions about one log. */
export const LOG_NAMES: OptionNames<LogOptions> = {
  projectId: "string",
  source: "string",
  teamId: "string",
  runKind: 1,
  signal: 1,
  timeout: 1,
};

/** The address of a log for a request, checked. */
export function addressOf(options: LogAddress): Record<string, unknown> {
  const { projectId, source } = options;
  for (const [name, value] of Object.entries({ projectId, source })) {
    if (typeof value === "string" && value !== "" && value !== "*") continue;
    throw new TypeError(`Expected the ${name} of a log, not ${kindOf(value)}`);
  }
  return { projectId, source, ...checkedScope(options) };
}

/**
 * Call a command of the log. It only reads or may be repeated, so a connection
 * that is lost meanwhile does not matter where there will be another one.
 */
export async function logCall(
  core: SessionCore,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    try {
      return await call(core, "rrext_log", args, {
        signal: options.signal,
        timeout: options.timeout,
      });
    } catch (error) {
      const isRepeated = core.settings.persist && !core.signal.aborted &&
        isDAPException(error, "connection-lost") && error.retryable;
      if (!isRepeated) throw error;
    }
  }
}

/**
 * A recorded event as it would have come live: old recordings have its time
 * and number beside the body.
 */
export function recordedEvent(
  value: unknown,
  secrets: Secrets,
): TypedEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { eventTime, seq } = value;
  const body = isRecord(value.body) ? { ...value.body } : {};
  if (typeof body.eventTime !== "number" && typeof eventTime === "number") {
    body.eventTime = eventTime;
  }
  if (!Number.isInteger(body.logSeq) && Number.isInteger(seq)) {
    body.logSeq = seq;
  }
  const event = {
    ...value,
    type: "event",
    seq: typeof seq === "number" ? seq : 0,
    body,
  };
  return isEvent(event) ? shownEvent(event, secrets) as TypedEvent : undefined;
}

/**
 * Return what there is in the log of a source: its runs, its parts, and how
 * far back it goes.
 *
 * Servers from 1.4 on have logs; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which log; see {@linkcode LogOptions}.
 * @returns Runs and parts; none where nothing was ever recorded.
 * @throws {TypeError} Project or source is missing. Nothing was sent.
 * @throws {RocketRideException} The team is another's (`permission-denied`).
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getLogChapters(
  session: Session,
  options: LogOptions,
): Promise<LogOverview> {
  const usage = "getLogChapters(session, { projectId, source })";
  checkOptions(options, usage, LOG_NAMES);
  const args = { subcommand: "chapters", ...addressOf(options) };
  return overviewOf(await logCall(coreOf(session), args, options));
}

/** Read what there is in a log. */
export function overviewOf(body: unknown): LogOverview {
  if (isLogOverview(body)) return body;
  throw unexpectedAnswer("the chapters of a log");
}

/**
 * List the logs of a source that the account may read: its own, and those of
 * its teams. Logs that nothing was ever recorded in are left out.
 *
 * Servers from 1.5 on list them; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param options The project and the source; see {@linkcode LogOptions}. Team
 * and kind of runs have no effect.
 * @returns One record a log.
 * @throws {TypeError} Project or source is missing. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listLogStreams(
  session: Session,
  options: LogOptions,
): Promise<readonly LogStream[]> {
  const usage = "listLogStreams(session, { projectId, source })";
  checkOptions(options, usage, LOG_NAMES);
  const { projectId, source } = addressOf(options);
  const args = { subcommand: "streams", projectId, source };
  const { streams } = await logCall(coreOf(session), args, options);
  if (Array.isArray(streams) && streams.every(isLogOverview)) {
    return streams as LogStream[];
  }
  throw unexpectedAnswer("a list of logs");
}

/** Options of {@linkcode deleteLogEvents}. */
export interface DeleteLogOptions extends LogOptions {
  /** Delete what was sent before: a date, or Unix seconds. */
  readonly before?: Date | number | undefined;
  /** Delete everything. */
  readonly all?: boolean | undefined;
}

/**
 * Delete the log of a source, or its oldest parts.
 *
 * Only whole parts are deleted, so that some of what was sent before the given
 * time may stay.
 *
 * @param session A session from {@linkcode connect}.
 * @param options Which log, and `before` or `all`; see
 * {@linkcode DeleteLogOptions}.
 * @returns How many parts were deleted.
 * @throws {TypeError} Project or source is missing, or neither `before` nor
 * `all` is given, or both are. Nothing was sent.
 * @throws {RocketRideException} The permission `task.control` is missing.
 * @throws What {@linkcode request} throws.
 */
export async function deleteLogEvents(
  session: Session,
  options: DeleteLogOptions,
): Promise<number> {
  const usage = "deleteLogEvents(session, { projectId, source, before })";
  checkOptions(options, usage, { ...LOG_NAMES, before: 1, all: "boolean" });
  const { before, all = false } = options;
  if (all === (before !== undefined)) {
    throw new TypeError("Expected before or all: true, and not both");
  }
  const args = {
    subcommand: "delete",
    ...addressOf(options),
    ...(all ? { all } : { beforeTime: secondsOf("before", before!) }),
  };
  const { deletedSegments } = await logCall(coreOf(session), args, options);
  return typeof deletedSegments === "number" ? deletedSegments : 0;
}

/** A moment in Unix seconds, checked. */
export function secondsOf(name: string, time: Date | number): number {
  const seconds = time instanceof Date ? time.getTime() / 1_000 : time;
  const isTime = Number.isFinite(seconds);
  checkValue(name, time, isTime, "a date or Unix seconds");
  return seconds;
}
