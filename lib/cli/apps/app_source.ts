import { zipSync } from "fflate";
import ignore, { type Ignore } from "ignore";
import { ValidationException } from "../../../mod.ts";
import { isRecord } from "../../../schema/mod.ts";
import {
  join,
  readdir,
  readFile,
  realpath,
  relative,
  resolve,
  sep,
  stat,
} from "../platform.ts";

/** Bytes of an app's files at most; all of them are packed in memory. */
const MAX_SOURCE_BYTES = 512 * 1024 * 1024;
/** Bytes of what is uploaded; servers refuse more. */
const MAX_ARCHIVE_BYTES = 50 * 1024 * 1024;

/** What is never packed, whatever a `.gitignore` says. */
const NEVER = ["node_modules/", "dist/", ".git/"];

/** The folder of an app, within a workspace. */
export interface AppFolder {
  /** The workspace; paths in the archive begin there. */
  readonly workspace: string;
  /** The app's folder, with `/` between names; empty for the workspace itself. */
  readonly root: string;
  /** The same as an absolute path. */
  readonly path: string;
}

/** Find the folder of an app. */
export async function appFolder(
  folder: string,
  workspace = ".",
): Promise<AppFolder> {
  const top = resolve(workspace);
  const path = resolve(top, folder);
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isDirectory()) {
    throw new ValidationException(`${folder} is not a folder`, {
      code: "file-not-found",
    });
  }
  const root = relative(top, path).split(sep).join("/");
  if (root.split("/")[0] === ".." || resolve(root) === root) {
    throw new ValidationException(
      `${folder} is outside of the workspace ${workspace}`,
      { code: "invalid-path" },
    );
  }
  return { workspace: top, root, path };
}

/** What the manifest of an app says. */
export type Manifest = Readonly<Record<string, unknown>>;

/** Read `package.json`, whose `appManifest` is the manifest of the app. */
export async function readPackage(app: AppFolder): Promise<Manifest> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(app.path, "package.json"), "utf8"));
  } catch (error) {
    throw invalid(`Cannot read package.json: ${(error as Error).message}`);
  }
  if (isRecord(value)) return value;
  throw invalid("package.json is not an object");
}

function invalid(message: string, hint?: string): ValidationException {
  return new ValidationException(message, { code: "file-not-readable", hint });
}

/** Check what an app takes along from its workspace; returns the paths. */
export async function includesOf(app: AppFolder): Promise<string[]> {
  const manifest = (await readPackage(app)).appManifest ?? {};
  if (!isRecord(manifest)) {
    throw invalid("appManifest in package.json is not an object");
  }
  const include = manifest.include ?? [];
  if (!Array.isArray(include)) {
    throw invalid("appManifest.include must be a list of paths");
  }
  const found: string[] = [];
  for (const item of include) {
    const path = typeof item === "string"
      ? item.replaceAll("\\", "/").replace(/\/$/, "")
      : "";
    const isPlain = path !== "" &&
      !path.includes(":") && !path.startsWith("/") &&
      !path.split("/").some((it) => it === "." || it === "..");
    if (!isPlain) {
      throw invalid(
        `Cannot include ${JSON.stringify(item)}`,
        "give a path from the workspace down",
      );
    }
    const exists = await stat(join(app.workspace, path)).catch(() => undefined);
    if (!exists) throw invalid(`Cannot include "${path}": it is not there`);
    found.push(path);
  }
  return found;
}

/** Rules of a `.gitignore`, and the folder in which they hold. */
interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The files of an app: absolute paths by those in the archive, sorted. */
export async function appFiles(
  { workspace, root }: AppFolder,
  includes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const top = await realpath(workspace);
  for (const start of [root, ...includes]) {
    const path = join(workspace, start);
    if ((await stat(path)).isFile()) {
      found.set(start, path);
      continue;
    }
    // A folder that is named is meant, whatever the rules above it say.
    const above = (await rulesAbove(workspace, start))
      .filter((it) => start === "" || !isIgnored(`${start}/`, [it]));
    await walk(start, above, new Set());
  }
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));

  async function walk(
    folder: string,
    above: readonly Rules[],
    visited: Set<string>,
  ): Promise<void> {
    const path = join(workspace, folder);
    const real = await realpath(path);
    if (visited.has(real)) return; // a link that leads up
    visited.add(real);
    const own = await rulesIn(workspace, folder);
    const rules = own ? [...above, own] : above;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const place = join(workspace, name);
      if (entry.isSymbolicLink()) {
        // Nothing from outside of the workspace is uploaded.
        const target = await realpath(place).catch(() => "");
        if (!target.startsWith(top + sep)) continue;
      }
      const kind = await stat(place).catch(() => undefined);
      if (kind?.isDirectory()) {
        if (isNever(`${entry.name}/`) || isIgnored(`${name}/`, rules)) continue;
        await walk(name, rules, visited);
      } else if (kind?.isFile()) {
        // The marker of an app is always a part of it.
        if (!name.endsWith(".rrapp") && isIgnored(name, rules)) continue;
        found.set(name, place);
      }
    }
  }
}

function isNever(name: string): boolean {
  return NEVER.includes(name);
}

/** The rules of the workspace and of the folders down to one. */
async function rulesAbove(workspace: string, start: string): Promise<Rules[]> {
  const parts = start === "" ? [] : start.split("/");
  const folders = parts.map((_, at) => parts.slice(0, at).join("/"));
  const all = await Promise.all(
    folders.map((folder) => rulesIn(workspace, folder)),
  );
  return all.filter((it) => it !== undefined);
}

async function rulesIn(
  workspace: string,
  folder: string,
): Promise<Rules | undefined> {
  const text = await readFile(join(workspace, folder, ".gitignore"), "utf8")
    .catch(() => undefined);
  return text === undefined ? undefined : { folder, rules: ignore().add(text) };
}

/** Whether rules leave a path out; the deepest that say something count. */
function isIgnored(path: string, all: readonly Rules[]): boolean {
  for (const { folder, rules } of all.toReversed()) {
    const inner = folder === "" ? path : path.slice(folder.length + 1);
    if (inner === "") continue;
    const { ignored, unignored } = rules.test(inner);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** A packed app. */
export interface PackedApp {
  readonly archive: Uint8Array;
  readonly count: number;
  readonly bytes: number;
}

/** Pack the files of an app; the same files always give the same bytes. */
export async function packApp(
  files: ReadonlyMap<string, string>,
  onFile: (name: string, bytes: number) => void,
): Promise<PackedApp> {
  if (files.size === 0) throw invalid("There is nothing to pack");
  const entries: Record<string, Uint8Array> = {};
  let bytes = 0;
  for (const [name, place] of files) {
    bytes += (await stat(place)).size;
    if (bytes > MAX_SOURCE_BYTES) throw invalid(tooMuch("files"));
    entries[name] = await readFile(place);
    onFile(name, entries[name].length);
  }
  const archive = zipSync(entries, {
    mtime: new Date(1980, 0, 1),
    os: 3,
    attrs: 0o600 << 16,
  });
  if (archive.length > MAX_ARCHIVE_BYTES) throw invalid(tooMuch("archive"));
  return { archive, count: files.size, bytes };
}

function tooMuch(what: "files" | "archive"): string {
  const most = what === "files" ? MAX_SOURCE_BYTES : MAX_ARCHIVE_BYTES;
  return `The ${what} of the app may have ${most >> 20} MB: ` +
    "narrow appManifest.include, or add to .gitignore";
}
