import { isRecord } from "../../../schema/json.ts";
import { decode, encode, missing, unreadable } from "./documents.ts";
import type { StoredEntry } from "./file_store.ts";
import type { Files } from "./files.ts";

/** Logs in one part of a list. */
const PAGE_SIZE = 100;
const FOLDER = ".logs";
const ENDING = ".log";

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
