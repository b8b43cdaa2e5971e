import { isRecord } from "../../../schema/json.ts";
import { isPipeline } from "../../../schema/pipeline.ts";
import { type ProjectSummary, summarize } from "../../../schema/store.ts";
import { RocketRideException } from "../../errors.ts";
import type { StoredEntry } from "./file_store.ts";
import type { Files } from "./files.ts";

/** Logs in one part of a list. */
const PAGE_SIZE = 100;
const FOLDER = ".logs";
const ENDING = ".log";

/** What there is one list of, kept as one file each. */
export interface Shelf {
  /** The files that it is among. */
  readonly files: Files;
  /** The directory. */
  readonly folder: ".projects" | ".templates";
  /** What one is called, for failures. */
  readonly what: "Project" | "Template";
}

/** A pipeline that is kept, and which one it is. */
export interface Kept {
  /** The pipeline. */
  readonly pipeline: Readonly<Record<string, unknown>>;
  /** Changes whenever the pipeline does. */
  readonly version: string;
}

/** Keep a pipeline; returns its version. */
export async function savePipeline(
  { files, folder, what }: Shelf,
  id: string,
  pipeline: unknown,
  expected: unknown,
): Promise<string> {
  if (!isRecord(pipeline) || Object.keys(pipeline).length === 0) {
    throw new RocketRideException(
      "STORAGE_ERROR: 'pipeline' must be an object",
    );
  }
  const bytes = encode(pipeline);
  await files.update(`${folder}/${id}.json`, async (before) => {
    await requireVersion(`${what} '${id}'`, before, expected);
    return bytes;
  });
  return await versionOf(bytes);
}

/** The pipeline of an id. */
export async function readPipelineOf(
  { files, folder, what }: Shelf,
  id: string,
): Promise<Kept> {
  let kept: Kept | undefined;
  await files.update(`${folder}/${id}.json`, async (bytes) => {
    if (!bytes) throw missing(`${what} '${id}'`);
    const pipeline = decode(bytes);
    if (!isRecord(pipeline)) throw unreadable(`${what} '${id}'`);
    kept = { pipeline, version: await versionOf(bytes) };
    return undefined;
  });
  return kept!;
}

/** Forget a pipeline. */
export async function deletePipeline(
  { files, folder, what }: Shelf,
  id: string,
  expected: unknown,
): Promise<void> {
  await files.update(`${folder}/${id}.json`, async (before) => {
    if (!before) throw missing(`${what} '${id}'`);
    await requireVersion(`${what} '${id}'`, before, expected);
    return "remove";
  });
}

/** What there is, without whatever is no pipeline. */
export async function listPipelines(shelf: Shelf): Promise<ProjectSummary[]> {
  const { files, folder } = shelf;
  const summaries: ProjectSummary[] = [];
  for (const { name, type } of await files.list(folder)) {
    if (type !== "file" || !name.endsWith(".json")) continue;
    const id = name.slice(0, -".json".length);
    const kept = await readPipelineOf(shelf, id).catch(() => undefined);
    if (isPipeline(kept?.pipeline)) {
      summaries.push(summarize(id, kept.pipeline));
    }
  }
  return summaries;
}

/** Keep what a run left behind; returns the name of its file. */
export async function saveLog(
  files: Files,
  projectId: string,
  source: string,
  contents: unknown,
): Promise<string> {
  const body = isRecord(contents) ? contents.body : undefined;
  const startTime = isRecord(body) ? body.startTime : undefined;
  if (!Number.isFinite(startTime)) throw unreadable("'body.startTime'");
  const name = `${source}-${startTime}${ENDING}`;
  const path = `${FOLDER}/${projectId}/${name}`;
  await files.update(path, () => Promise.resolve(encode(contents)));
  return name;
}

/** What a run left behind. */
export async function readLog(
  files: Files,
  projectId: string,
  source: string,
  startTime: unknown,
): Promise<unknown> {
  // Python clients wrote whole seconds with a fraction.
  for (const name of [`${source}-${startTime}`, `${source}-${startTime}.0`]) {
    let contents: unknown;
    await files.update(`${FOLDER}/${projectId}/${name}${ENDING}`, (bytes) => {
      contents = bytes && (decode(bytes) ?? null);
      return Promise.resolve(undefined);
    });
    if (contents === null) throw unreadable(`Log '${name}'`);
    if (contents !== undefined) return contents;
  }
  throw missing(`Log '${source}-${startTime}'`);
}

/** One part of the list of logs, the oldest first. */
export async function listLogs(
  files: Files,
  projectId: string,
  source: string | undefined,
  page: number,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = await files.list(`${FOLDER}/${projectId}`);
  const names = entries.filter(({ name, type }) =>
    type === "file" && name.endsWith(ENDING) &&
    (source === undefined || name.startsWith(`${source}-`))
  ).sort((a, b) => modified(a) - modified(b)).map(({ name }) => name);
  const logs = names.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  return {
    success: true,
    logs,
    count: logs.length,
    total_count: names.length,
    page,
    total_pages: Math.ceil(names.length / PAGE_SIZE),
  };
}

function modified(entry: StoredEntry): number {
  return entry.type === "file" ? entry.modified : 0;
}

/** JSON as the helpers of the file generation write it. */
function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2));
}

/** JSON out of a file; `undefined` where there is none in it. */
function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Whoever wrote it did not write JSON.
    return undefined;
  }
}

/** Something that was asked for is not there. */
function missing(what: string): RocketRideException {
  return new RocketRideException(`NOT_FOUND: ${what} does not exist`, {
    code: "file-not-found",
  });
}

/** What is there is not what it should be. */
function unreadable(what: string): RocketRideException {
  return new RocketRideException(`STORAGE_ERROR: ${what} is not readable`);
}

async function requireVersion(
  what: string,
  before: Uint8Array | undefined,
  expected: unknown,
): Promise<void> {
  if (expected === undefined || expected === null) return;
  const version = before && await versionOf(before);
  if (version === expected) return;
  throw new RocketRideException(
    `CONFLICT: ${what} has version '${version ?? ""}', not '${expected}'`,
    { code: "version-conflict" },
  );
}

/** Content is its own version, whichever way it was written. */
async function versionOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return [...new Uint8Array(hash, 0, 16)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
