import { checkOptions, type OptionNames } from "../check.ts";
import type {
  CProfileNode,
  CProfileStatus,
  CProfileStop,
  CProfileThread,
  CProfileTree,
} from "../../schema/dashboard.ts";
import { isRecord } from "../../schema/json.ts";
import { given, unreadable } from "./answers.ts";
import { RocketRideException } from "../errors.ts";
import { call, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/** Options of {@linkcode cprofileStart}. */
export interface CProfileStartOptions extends CProfileOptions {
  /** A name for the profile. @default {one that the engine makes up} */
  readonly session?: string | undefined;
}

/**
 * Begin to profile the Python code of an engine, or of a task.
 *
 * A start while a profile is taken is refused by engines inside an answer that
 * calls itself a success; here it rejects.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileStartOptions}.
 * @returns What is being profiled.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or does so already.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileStart(
  session: Session,
  options: CProfileStartOptions = {},
): Promise<CProfileStatus> {
  checkOptions(options, "cprofileStart(session, { target })", {
    ...PROFILE_NAMES,
    session: 1,
  });
  const { session: name, ...rest } = options;
  return await cprofileCall(session, "start", given({ session: name }), rest);
}

/**
 * End the profile that is being taken.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns For how long it was taken.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or takes no profile.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileStop(
  session: Session,
  options: CProfileOptions = {},
): Promise<CProfileStop> {
  checkOptions(options, "cprofileStop(session, { target })", PROFILE_NAMES);
  return await cprofileCall(session, "stop", {}, options);
}

/**
 * Check whether a profile is being taken.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns By whom, since when, and whether there is a report.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { cprofileStatus } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * assertEquals((await cprofileStatus(session)).active, false);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function cprofileStatus(
  session: Session,
  options: CProfileOptions = {},
): Promise<CProfileStatus> {
  checkOptions(options, "cprofileStatus(session, { target })", PROFILE_NAMES);
  return await cprofileCall(session, "status", {}, options);
}

/**
 * Fetch what the last profile found out.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns The report, as text.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or has no report.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileReport(
  session: Session,
  options: CProfileOptions = {},
): Promise<string> {
  checkOptions(options, "cprofileReport(session, { target })", PROFILE_NAMES);
  const { report } = await cprofileCall(session, "report", {}, options);
  if (typeof report === "string") return report;
  throw unreadable("a report");
}

/** Options of {@linkcode cprofileTree}. */
export interface CProfileTreeOptions extends CProfileOptions {
  /** How deep the tree goes. @default {50} */
  readonly maxDepth?: number | undefined;
  /** What share of the time a function must have, in percent. @default {0.1} */
  readonly minPercent?: number | undefined;
  /** Whether functions of Python itself count. @default {true} */
  readonly includeSystem?: boolean | undefined;
  /**
   * A thread, from {@linkcode cprofileThreads}; from 1.5 on.
   *
   * @default {all}
   */
  readonly thread?: number | undefined;
}

/**
 * Fetch what the last profile found out, as a tree of who called whom.
 *
 * Servers from 1.4 on have it; older ones refuse (`unknown-command`). Official
 * clients call it `cprofile_report_tree`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileTreeOptions}.
 * @returns The tree; `tree` is `null` where nothing was measured.
 * @throws {RocketRideException} The engine does not profile, or has no report.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileTree(
  session: Session,
  options: CProfileTreeOptions = {},
): Promise<CProfileTree> {
  checkOptions(options, "cprofileTree(session, { thread })", {
    ...PROFILE_NAMES,
    maxDepth: "number",
    minPercent: "number",
    includeSystem: "boolean",
    thread: "number",
  });
  const { maxDepth, minPercent, includeSystem, thread, ...rest } = options;
  const body = await cprofileCall(session, "report_tree", {
    max_depth: maxDepth ?? 50,
    min_pct: minPercent ?? 0.1,
    include_system: includeSystem ?? true,
    ...given({ thread }),
  }, rest);
  const { tree = null } = body;
  if (tree === null || isRecord(tree)) {
    return { ...body, tree: tree as CProfileNode | null };
  }
  throw unreadable("a tree of a profile");
}

/**
 * List the threads of the last profile, busiest first.
 *
 * Servers from 1.5 on have it; older ones refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns One record a thread.
 * @throws {RocketRideException} The engine does not profile, or has no report.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileThreads(
  session: Session,
  options: CProfileOptions = {},
): Promise<readonly CProfileThread[]> {
  checkOptions(options, "cprofileThreads(session, { target })", PROFILE_NAMES);
  const { threads } = await cprofileCall(session, "threads", {}, options);
  const isThread = (it: unknown): boolean =>
    isRecord(it) && typeof it.id === "number";
  if (Array.isArray(threads) && threads.every(isThread)) return threads;
  throw unreadable("a list of threads");
}

/** Options of the functions that profile. */
export interface CProfileOptions extends CallOptions {
  /**
   * The task whose process is meant.
   *
   * @default {the engine's own process}
   */
  readonly target?: TaskRef | undefined;
}

const PROFILE_NAMES: OptionNames<CProfileOptions> = {
  target: 1,
  signal: 1,
  timeout: 1,
};

/**
 * Call one of the commands that profile.
 *
 * @throws {RocketRideException} The engine refused, be it in an answer that
 * calls itself a success.
 */
async function cprofileCall(
  session: Session,
  command: string,
  args: Readonly<Record<string, unknown>>,
  options: CProfileOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { target, ...waiting } = options;
  const body = await call(session, `rrext_cprofile_${command}`, {
    ...args,
    ...given({ target: target === undefined ? undefined : tokenOf(target) }),
  }, waiting);
  const { error, message = error } = body;
  // Newer commands say it in a member of its own.
  const isError = body.status === "error" ||
    typeof error === "string" && error !== "";
  if (!isError) return body;
  throw new RocketRideException(
    typeof message === "string" && message !== ""
      ? message
      : "Engine refused to profile without a message",
    { dapResult: body },
  );
}
