/**
 * The folder of a user's apps and pipelines, and the files of a server for it:
 * packages, and documents for agents.
 *
 * @module
 */
import { oneLine, sizeText } from "./output.ts";
import { dirname, join, mkdir, readFile, writeFile } from "./platform.ts";

/** Milliseconds that one of the server's files may take. */
const FETCH_MS = 30_000;
/** The most bytes of one. */
const MAX_BYTES = 100 * 1024 * 1024;

/** Files of a server for workspaces: route, path, and first characters. */
const ARTIFACTS = {
  shell: ["client/shell", "shell/shell.tgz", "\x1f\x8b"],
  client: ["client/typescript", "client/rocketride.tgz", "\x1f\x8b"],
  docs: ["client/docs", "docs.zip", "PK"],
} as const;

/** Where files are fetched from, and where they go. */
export interface Vendoring {
  /** The server's address for HTTP. */
  readonly base: string;
  readonly workspace: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Fetch one of the server's packages; returns whether it is there. */
export async function vendor(
  name: "shell" | "client",
  work: Vendoring,
): Promise<boolean> {
  const { workspace, onProgress } = work;
  const path = `.rocketride/${ARTIFACTS[name][1]}`;
  const bytes = await fetchArtifact(name, work);
  if (!bytes) return false;
  const isNew = await writeChanged(join(workspace, path), bytes);
  onProgress(
    isNew ? `+ ${path} (${sizeText(bytes.length)})` : `${path} is as it was`,
  );
  return true;
}

/** Fetch a file of a server; reports why if there is none. */
export async function fetchArtifact(
  name: keyof typeof ARTIFACTS,
  { base, onProgress, signal }: Omit<Vendoring, "workspace">,
): Promise<Uint8Array | undefined> {
  const [route, path, magic] = ARTIFACTS[name];
  const address = `${base}/${route}`;
  try {
    const bytes = await fetchBytes(address, signal);
    const start = String.fromCharCode(...bytes.subarray(0, magic.length));
    // Servers that have none may answer with a page.
    if (start !== magic) throw new Error("it is no package");
    return bytes;
  } catch (error) {
    signal?.throwIfAborted();
    // What kept a request from being answered is its cause.
    const { cause, message } = error as Error;
    const why = oneLine(cause instanceof Error ? cause.message : message);
    onProgress(`.rocketride/${path} is missing: ${address}: ${why}`);
    return undefined;
  }
}

async function fetchBytes(
  address: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(FETCH_MS);
  const response = await fetch(address, {
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error("it is too large");
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Write a file and its folders, unless it has this content already. */
export async function writeChanged(
  place: string,
  content: Uint8Array | string,
): Promise<boolean> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const before = await readFile(place).catch(() => undefined);
  const isSame = before?.length === bytes.length &&
    before.every((byte, at) => byte === bytes[at]);
  if (isSame) return false;
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, bytes);
  return true;
}

/** Keep files out of version control. */
export async function ignoreInGit(
  workspace: string,
  rules: readonly string[],
  onProgress: (line: string) => void,
): Promise<void> {
  const place = join(workspace, ".gitignore");
  const before = await readText(place) ?? "";
  const known = before.split("\n").map((line) => line.trim());
  const missing = rules.filter((rule) => !known.includes(rule));
  if (missing.length === 0) return;
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  await writeFile(place, `${start}${missing.join("\n")}\n`);
  onProgress(`+ .gitignore (${missing.join(", ")})`);
}

/** The text of a file; `undefined` if there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
