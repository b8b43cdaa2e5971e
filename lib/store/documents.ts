import { checkOptions } from "../check.ts";
import {
  isPipeline,
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import {
  isProjectSummary,
  type ProjectSummary,
  type StoreVersion,
  summarize,
} from "../../schema/store.ts";
import {
  isDAPException,
  RocketRideException,
  ValidationException,
} from "../errors.ts";
import { storeName } from "../protocol/store_path.ts";
import { storeCall } from "./store_call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { list, remove, stat } from "./directories.ts";
import { byDocuments, unreadable } from "./file_calls.ts";
import { readJson } from "./read_text.ts";
import { writeJson } from "./write_text.ts";

/** What kind of stored pipeline it is. */
type Kind = "project" | "template";

/** Files that are read at once for a list. */
const AT_ONCE = 8;
const ENDING = ".json";

/** Throws unless these are options of what changes a stored pipeline. */
export function checkVersionOptions(
  options: VersionOptions,
  usage: string,
): void {
  checkOptions(options, usage, { expectedVersion: 1, signal: 1, timeout: 1 });
}

/** Keep a pipeline under an id; returns its version, if it has one. */
export async function saveDocument(
  session: Session,
  kind: Kind,
  id: string,
  given: Pipeline | WrappedPipeline,
  { expectedVersion, ...options }: VersionOptions,
): Promise<StoreVersion | undefined> {
  const path = pathOf(kind, id);
  const pipeline = unwrapPipeline(given);
  if (!pipeline) {
    throw new ValidationException(
      `Cannot save a ${kind}: expected a pipeline with "components"`,
    );
  }
  return await byDocuments(session, async () => {
    const args = {
      ...idArgs(kind, id),
      pipeline,
      ...versionArgs(expectedVersion),
    };
    const body = await ask(session, `save_${kind}`, args, options);
    return versionIn(body);
  }, async () => {
    refuseVersion(expectedVersion);
    await writeJson(session, path, pipeline, options);
    return undefined;
  });
}

/** The pipeline of an id. */
export async function getDocument(
  session: Session,
  kind: Kind,
  id: string,
  options: CallOptions,
): Promise<StoredPipeline> {
  const path = pathOf(kind, id);
  const found = await byDocuments(
    session,
    () => ask(session, `get_${kind}`, idArgs(kind, id), options),
    async () => ({ pipeline: await readJson(session, path, options) }),
  );
  const { pipeline } = found;
  if (isPipeline(pipeline)) return { pipeline, version: versionIn(found) };
  throw unreadable("a pipeline");
}

/** Forget the pipeline of an id. */
export async function deleteDocument(
  session: Session,
  kind: Kind,
  id: string,
  { expectedVersion, ...options }: VersionOptions,
): Promise<void> {
  const path = pathOf(kind, id);
  await byDocuments<unknown>(session, () => {
    const args = { ...idArgs(kind, id), ...versionArgs(expectedVersion) };
    return ask(session, `delete_${kind}`, args, options);
  }, async () => {
    refuseVersion(expectedVersion);
    await remove(session, path, options);
  });
}

/** What is kept, summed up. */
export async function getAllDocuments(
  session: Session,
  kind: Kind,
  options: CallOptions,
): Promise<readonly ProjectSummary[]> {
  return await byDocuments(session, async () => {
    const body = await ask(session, `get_all_${kind}s`, {}, options);
    const summaries = body[`${kind}s`];
    if (Array.isArray(summaries) && summaries.every(isProjectSummary)) {
      return summaries;
    }
    throw unreadable(`a list of ${kind}s`);
  }, () => summarizeFiles(session, kind, options));
}

async function summarizeFiles(
  session: Session,
  kind: Kind,
  options: CallOptions,
): Promise<readonly ProjectSummary[]> {
  const folder = folderOf(kind);
  const ids = (await list(session, folder, options))
    .filter(({ name, type }) => type !== "dir" && name.endsWith(ENDING))
    .map(({ name }) => name.slice(0, -ENDING.length));
  const summaries: (ProjectSummary | undefined)[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE).map(async (id) => {
      const path = `${folder}/${id}${ENDING}`;
      const pipeline = await readListed(session, path, options);
      return isPipeline(pipeline) ? summarize(id, pipeline) : undefined;
    });
    summaries.push(...await Promise.all(some));
  }
  return summaries.filter((it) => it !== undefined);
}

/** A file that is gone meanwhile, or is no JSON, is none of the list. */
async function readListed(
  session: Session,
  path: string,
  options: CallOptions,
): Promise<unknown> {
  try {
    return await readJson(session, path, options);
  } catch (error) {
    const none = isDAPException(error, "file-not-found") ||
      isDAPException(error, "file-not-readable");
    if (none) return undefined;
    // What real engines say of a file that is gone is not known.
    const unknown = isDAPException(error, "request-failed");
    if (!unknown || await stat(session, path, options)) throw error;
    return undefined;
  }
}

function ask(
  session: Session,
  subcommand: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  return storeCall(session, { subcommand, ...args }, options);
}

function folderOf(kind: Kind): string {
  return `.${kind}s`;
}

function pathOf(kind: Kind, id: string): string {
  return `${folderOf(kind)}/${storeName(`the id of a ${kind}`, id)}${ENDING}`;
}

function idArgs(kind: Kind, id: string): Record<string, string> {
  return { [`${kind}Id`]: id };
}

function versionArgs(
  expectedVersion: StoreVersion | undefined,
): { readonly expectedVersion?: StoreVersion } {
  return expectedVersion === undefined ? {} : { expectedVersion };
}

function versionIn(
  { version }: Readonly<Record<string, unknown>>,
): StoreVersion | undefined {
  return typeof version === "string" || typeof version === "number"
    ? version
    : undefined;
}

/** What the engine would not look at must not seem to be looked at. */
function refuseVersion(expectedVersion: StoreVersion | undefined): void {
  if (expectedVersion === undefined) return;
  throw new RocketRideException("This engine keeps no versions", {
    code: "not-supported",
    hint: "Leave out `expectedVersion`; the last save wins",
  });
}

/** A pipeline that the store keeps. */
export interface StoredPipeline {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** Which state of it this is; servers of 1.1 do not send it. */
  readonly version: StoreVersion | undefined;
}

/** Options of what changes a stored pipeline. */
export interface VersionOptions extends CallOptions {
  /**
   * Refuse the change, with the code `version-conflict`, unless this is the
   * version that is there. Servers of 1.1 keep no versions: with them the call
   * rejects with the code `not-supported`, and nothing is changed.
   *
   * @default {the last save wins}
   */
  readonly expectedVersion?: StoreVersion | undefined;
}
