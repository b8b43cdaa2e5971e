import { isRecord } from "../../../schema/json.ts";
import { isPipeline } from "../../../schema/pipeline.ts";
import { type ProjectSummary, summarize } from "../../../schema/store.ts";
import { decodeUtf8, encodeUtf8 } from "../../bytes.ts";
import { RocketRideException } from "../../errors.ts";
import type { Files } from "./files.ts";
import { textOf } from "../text_of.ts";

/** Pipelines of one kind, each in a file of its own. */
export interface Shelf {
  /** The files that it is among. */
  readonly files: Files;
  /** The directory. */
  readonly folder: ".projects" | ".templates";
  /** What one is called, for failures. */
  readonly what: "Project" | "Template";
}

/** A stored pipeline. */
export interface Kept {
  /** The pipeline. */
  readonly pipeline: Readonly<Record<string, unknown>>;
  /** Changes whenever the pipeline does. */
  readonly version: string;
}

/** Logs in one part of a list. */
const PAGE_SIZE = 100;

/** Store a pipeline; returns its version. */
export async function savePipeline(
  shelf: Shelf,
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
  await shelf.files.update(pathOf(shelf, id), async (before) => {
    await requireVersion(nameOf(shelf, id), before, expected);
    return bytes;
  });
  return await versionOf(bytes);
}

/** The pipeline of an id. */
export async function readPipelineOf(shelf: Shelf, id: string): Promise<Kept> {
  const found = await shelf.files.read(pathOf(shelf, id));
  if (!found) throw missing(nameOf(shelf, id));
  const pipeline = decode(found.bytes);
  if (!isRecord(pipeline)) throw unreadable(nameOf(shelf, id));
  return { pipeline, version: await versionOf(found.bytes) };
}

/** Delete a pipeline. */
export async function deletePipeline(
  shelf: Shelf,
  id: string,
  expected: unknown,
): Promise<void> {
  await shelf.files.update(pathOf(shelf, id), async (before) => {
    if (!before) throw missing(nameOf(shelf, id));
    await requireVersion(nameOf(shelf, id), before, expected);
    return "remove";
  });
}

/** The pipelines; files that are not a pipeline are left out. */
export async function listPipelines(shelf: Shelf): Promise<ProjectSummary[]> {
  const summaries: ProjectSummary[] = [];
  for (const { name, type } of await shelf.files.list(shelf.folder)) {
    if (type !== "file" || !name.endsWith(".json")) continue;
    const id = name.slice(0, -".json".length);
    const kept = await readPipelineOf(shelf, id).catch(() => undefined);
    if (isPipeline(kept?.pipeline)) {
      summaries.push(summarize(id, kept.pipeline));
    }
  }
  return summaries;
}

/** Store the log of a run; returns the name of its file. */
export async function saveLog(
  files: Files,
  projectId: string,
  source: string,
  contents: unknown,
): Promise<string> {
  const body = isRecord(contents) ? contents.body : undefined;
  const startTime = isRecord(body) ? body.startTime : undefined;
  if (!Number.isFinite(startTime)) throw unreadable("'body.startTime'");
  const name = `${source}-${startTime}.log`;
  await files.write(`.logs/${projectId}/${name}`, encode(contents));
  return name;
}

/** The log of a run. */
export async function readLog(
  files: Files,
  projectId: string,
  source: string,
  startTime: unknown,
): Promise<unknown> {
  // Python clients wrote whole seconds with a fraction.
  for (const name of [`${source}-${startTime}`, `${source}-${startTime}.0`]) {
    const found = await files.read(`.logs/${projectId}/${name}.log`);
    if (!found) continue;
    const contents = decode(found.bytes) ?? null;
    if (contents === null) throw unreadable(`Log '${name}'`);
    return contents;
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
  const names = (await files.list(`.logs/${projectId}`))
    .flatMap((entry) => entry.type === "file" ? [entry] : [])
    .filter(({ name }) =>
      name.endsWith(".log") &&
      (source === undefined || name.startsWith(`${source}-`))
    )
    .sort((a, b) => a.modified - b.modified).map(({ name }) => name);
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

function pathOf({ folder }: Shelf, id: string): string {
  return `${folder}/${id}.json`;
}

function nameOf({ what }: Shelf, id: string): string {
  return `${what} '${id}'`;
}

/** JSON as the helpers of the file generation write it. */
function encode(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value, null, 2));
}

/** `undefined` if the bytes are not JSON. */
function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return undefined;
  }
}

function missing(what: string): RocketRideException {
  return new RocketRideException(`NOT_FOUND: ${what} does not exist`, {
    code: "file-not-found",
  });
}

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
    `CONFLICT: ${what} has version '${version ?? ""}', not '${
      textOf(expected)
    }'`,
    { code: "version-conflict" },
  );
}

/** A hash of the content, whichever way it was written. */
async function versionOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return [...new Uint8Array(hash, 0, 16)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
