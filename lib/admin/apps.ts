import type {
  AppPin,
  AppPublication,
  AppVersion,
} from "../../schema/registry.ts";
import { isRecord } from "../../schema/json.ts";
import { checkOptions } from "../check.ts";
import { call, checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { given, requireText, unreadable } from "./answers.ts";
import { requireVersion } from "./registry.ts";

/** A version of an app. */
export interface AppAddress {
  /** The app's id. */
  readonly appId: string;
  /** The number of the version in the registry. */
  readonly version: number;
}

type Args = Readonly<Record<string, unknown>>;

async function appCall(
  session: Session,
  subcommand: string,
  { appId, ...more }: Args,
  { signal, timeout }: CallOptions,
): Promise<Args> {
  const app = { subcommand, appId: requireText("appId", appId) };
  const args = { ...app, ...given(more) };
  return await call(session, "rrext_deploy_app", args, { signal, timeout });
}

/** The ids of a version, checked. */
function versionOf(name: string, address: AppAddress): Args {
  checkOptions(address, `${name}(session, { appId, version })`, {
    appId: "string",
    version: "number",
  });
  return { ...address, version: requireVersion(address.version) };
}

/** Read a member of an answer that is a record. */
function recordIn<T>(body: Args, name: string, what: string): T {
  const record = body[name];
  if (isRecord(record)) return record as T;
  throw unreadable(what);
}

/**
 * List the uploaded versions of an app. Official clients call it
 * `list_deployments`.
 *
 * Servers from 1.4 on have apps; older ones refuse (`unknown-command`), here
 * and in all functions about apps.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns The versions, with how far their builds are.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listAppVersions(
  session: Session,
  appId: string,
  options: CallOptions = {},
): Promise<readonly AppVersion[]> {
  checkCallOptions(options, "listAppVersions(session, appId, { timeout })");
  const { versions } = await appCall(session, "versions", { appId }, options);
  if (Array.isArray(versions) && versions.every(isRecord)) return versions;
  throw unreadable("versions of an app");
}

/**
 * Ask that a version of an app be looked at, so that it can become public.
 *
 * @param session A session from {@linkcode connect}.
 * @param address App and version; see {@linkcode AppAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The version as it is now.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws {RocketRideException} It is not built, or not the newest one.
 * @throws What {@linkcode request} throws.
 */
export async function submitApp(
  session: Session,
  address: AppAddress,
  options: CallOptions = {},
): Promise<AppVersion> {
  checkCallOptions(options, "submitApp(session, address, { timeout })");
  const args = versionOf("submitApp", address);
  const body = await appCall(session, "submit", args, options);
  return recordIn<AppVersion>(body, "artifact", "a version of an app");
}

/**
 * Take back that a version of an app be looked at.
 *
 * @param session A session from {@linkcode connect}.
 * @param address App and version; see {@linkcode AppAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The version as it is now.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws What {@linkcode request} throws.
 */
export async function withdrawApp(
  session: Session,
  address: AppAddress,
  options: CallOptions = {},
): Promise<AppVersion> {
  checkCallOptions(options, "withdrawApp(session, address, { timeout })");
  const args = versionOf("withdrawApp", address);
  const body = await appCall(session, "withdraw", args, options);
  return recordIn<AppVersion>(body, "artifact", "a version of an app");
}

/** Options of {@linkcode replyApp}. */
export interface ReplyAppOptions extends CallOptions {
  /** The version that the message is about. @default {the app as a whole} */
  readonly version?: number | undefined;
}

/** The longest message that servers take. */
const MAX_MESSAGE = 4_000;

/**
 * Write to those who look at an app.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param message The message, 4,000 characters at most.
 * @param options See {@linkcode ReplyAppOptions}.
 * @throws {TypeError} The id or the message is blank. Nothing was sent.
 * @throws {RangeError} The message is too long, or the version is no whole
 * number above 0. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function replyApp(
  session: Session,
  appId: string,
  message: string,
  options: ReplyAppOptions = {},
): Promise<void> {
  checkOptions(options, "replyApp(session, appId, message, { version })", {
    version: "number",
    signal: 1,
    timeout: 1,
  });
  const text = requireText("message", message);
  if (text.length > MAX_MESSAGE) {
    throw new RangeError(`Expected a message of ${MAX_MESSAGE} characters`);
  }
  const version = options.version === undefined
    ? undefined
    : requireVersion(options.version);
  await appCall(session, "reply", { appId, message: text, version }, options);
}

/**
 * Return what the build of a version of an app has printed, the last 256 KiB
 * of it.
 *
 * @param session A session from {@linkcode connect}.
 * @param address App and version; see {@linkcode AppAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The text; empty where there is none.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getBuildLog(
  session: Session,
  address: AppAddress,
  options: CallOptions = {},
): Promise<string> {
  checkCallOptions(options, "getBuildLog(session, address, { timeout })");
  const args = versionOf("getBuildLog", address);
  const { log } = await appCall(session, "build_log", args, options);
  if (typeof log === "string") return log;
  throw unreadable("the text of a build");
}

/**
 * Publish a version of an app for someone. Official clients call it
 * `publish_app`.
 *
 * @param session A session from {@linkcode connect}.
 * @param address App and version; see {@linkcode AppAddress}.
 * @param target For whom: `@me`, `@team/<name or id>` or `@public`.
 * @param options See {@linkcode CallOptions}.
 * @returns The publication.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RangeError} The version is no whole number above 0. Nothing was
 * sent.
 * @throws {RocketRideException} It may not be published so.
 * @throws What {@linkcode request} throws.
 */
export async function publishAppVersion(
  session: Session,
  address: AppAddress,
  target: string,
  options: CallOptions = {},
): Promise<AppPublication> {
  checkCallOptions(options, "publishAppVersion(session, address, target)");
  const version = versionOf("publishAppVersion", address);
  const args = { ...version, target: requireText("target", target) };
  const body = await appCall(session, "publish", args, options);
  return recordIn<AppPublication>(body, "publish", "a publication");
}

/**
 * Keep those from an app that it was published for, without removing it there.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param target For whom: `@me`, `@team/<name or id>` or `@public`.
 * @param options See {@linkcode CallOptions}.
 * @returns The publication.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function disableAppPublish(
  session: Session,
  appId: string,
  target: string,
  options: CallOptions = {},
): Promise<AppPublication> {
  checkCallOptions(options, "disableAppPublish(session, appId, target)");
  const args = { appId, target: requireText("target", target) };
  const body = await appCall(session, "disable", args, options);
  return recordIn<AppPublication>(body, "publish", "a publication");
}

/**
 * Take an app away from those that it was published for.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param target For whom: `@me`, `@team/<name or id>` or `@public`.
 * @param options See {@linkcode CallOptions}.
 * @returns The publication.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function removeAppPublish(
  session: Session,
  appId: string,
  target: string,
  options: CallOptions = {},
): Promise<AppPublication> {
  checkCallOptions(options, "removeAppPublish(session, appId, target)");
  const args = { appId, target: requireText("target", target) };
  const body = await appCall(session, "remove", args, options);
  return recordIn<AppPublication>(body, "publish", "a publication");
}

/**
 * Ask for whom an app is published, and in which versions. Official clients
 * call it `where_app`.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record for each of them.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function whereApp(
  session: Session,
  appId: string,
  options: CallOptions = {},
): Promise<readonly AppPin[]> {
  checkCallOptions(options, "whereApp(session, appId, { timeout })");
  const { pins } = await appCall(session, "where", { appId }, options);
  if (Array.isArray(pins) && pins.every(isRecord)) return pins;
  throw unreadable("publications of an app");
}
