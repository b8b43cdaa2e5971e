import { isRecord } from "../../../schema/json.ts";
import { isPipeline } from "../../../schema/pipeline.ts";
import { type ProjectSummary, summarize } from "../../../schema/store.ts";
import { RocketRideException } from "../../errors.ts";
import type { Files } from "./files.ts";

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

/** JSON as the helpers of the file generation write it. */
export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2));
}

/** JSON out of a file; `undefined` where there is none in it. */
export function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Whoever wrote it did not write JSON.
    return undefined;
  }
}

/** Something that was asked for is not there. */
export function missing(what: string): RocketRideException {
  return new RocketRideException(`NOT_FOUND: ${what} does not exist`, {
    code: "file-not-found",
  });
}

/** What is there is not what it should be. */
export function unreadable(what: string): RocketRideException {
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
