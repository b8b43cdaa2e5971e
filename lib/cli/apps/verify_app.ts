import { isRecord } from "../../../schema/mod.ts";
import { checkOptions } from "../../check.ts";
import { shown } from "../failures.ts";
import { oneLine } from "../output.ts";
import { join, stat } from "../platform.ts";
import {
  appFiles,
  type AppFolder,
  appFolder,
  includesOf,
  type Manifest,
  packApp,
  readPackage,
} from "./app_source.ts";

/** Options of {@linkcode verifyApp}. */
export interface VerifyAppOptions {
  /**
   * Where paths in the archive would begin.
   *
   * @default {the working directory}
   */
  readonly workspaceRoot?: string | undefined;
  /** Stops the check. */
  readonly signal?: AbortSignal | undefined;
}

/** One thing that was looked at. */
export interface AppVerifyCheck {
  /**
   * `package-json`, `manifest`, `id`, `name`, `icon`, `readme`, `include`,
   * `include-layout` or `pack`.
   */
  readonly id: string;
  /** Whether it is as it must be. */
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly note: string;
}

/** What {@linkcode verifyApp} has found. */
export interface AppVerifyReport {
  /** Whether all checks are. */
  readonly ok: boolean;
  /** All that was looked at, in order. */
  readonly checks: readonly AppVerifyCheck[];
  /** How many files a deployment would have. */
  readonly fileCount: number;
  /** Their size, before they are packed. */
  readonly uncompressedBytes: number;
}

/** The id of an app: that of its developer, and a name. */
const APP_ID = /^[a-z][a-z_]*\.[a-z][a-zA-Z0-9_-]*$/;

/**
 * Check all that a deployment of an app needs, without a server: Deno, Bun and
 * Node. Manifest, id, icon, what it takes along from its workspace, and whether
 * it can be packed; not whether the server can build it.
 *
 * @param appRoot The app's folder, from the workspace down.
 * @param options See {@linkcode VerifyAppOptions}.
 * @returns All checks, in order. What is wrong with the app is in there.
 * @throws {ValidationException} There is no such folder (`file-not-found`), or it
 * is outside of the workspace (`invalid-path`).
 * @throws The signal's reason.
 *
 * @example
 * ```ts ignore
 * import { verifyApp } from "@rocketride/streams/cli";
 *
 * const { ok, checks } = await verifyApp("apps/notes");
 * if (!ok) throw new Error(checks.find((it) => !it.ok)?.note);
 * ```
 */
export async function verifyApp(
  appRoot: string,
  options: VerifyAppOptions = {},
): Promise<AppVerifyReport> {
  checkOptions(options, "verifyApp(appRoot, { workspaceRoot })", {
    workspaceRoot: "string",
    signal: 1,
  });
  const { signal, workspaceRoot } = options;
  const app = await appFolder(appRoot, workspaceRoot);
  const checks: AppVerifyCheck[] = [];
  let fileCount = 0;
  let uncompressedBytes = 0;
  /** Note whether an action succeeds; returns what it gives. */
  async function attempt<T>(
    id: string,
    act: () => Promise<T>,
    note: (value: T) => string,
  ): Promise<T | undefined> {
    signal?.throwIfAborted();
    try {
      const value = await act();
      checks.push({ id, ok: true, note: note(value) });
      return value;
    } catch (error) {
      signal?.throwIfAborted();
      const { message, hint } = shown(error);
      const words = hint ? `${message}: ${hint}` : message;
      checks.push({ id, ok: false, note: words });
      return undefined;
    }
  }
  const whole = await attempt(
    "package-json",
    () => readPackage(app),
    () => "package.json is read",
  );
  const manifest = whole?.appManifest;
  const has = isRecord(manifest);
  checks.push({
    id: "manifest",
    ok: has,
    note: has ? "appManifest is there" : "appManifest is missing",
  });
  if (has) checks.push(...await manifestChecks(app, manifest));
  const includes = await attempt(
    "include",
    () => includesOf(app),
    (them) => `${them.length} paths are included`,
  );
  if (app.root === "" && includes && includes.length > 0) {
    checks.push({
      id: "include-layout",
      ok: false,
      note: "an app that includes must be a folder within a workspace",
    });
  }
  await attempt("pack", async () => {
    const files = await appFiles(app, includes ?? []);
    const packed = await packApp(files, () => signal?.throwIfAborted());
    fileCount = packed.count;
    uncompressedBytes = packed.bytes;
    return packed;
  }, ({ count, bytes }) => `${count} files, ${bytes} bytes`);
  const ok = checks.every((check) => check.ok);
  return { ok, checks, fileCount, uncompressedBytes };
}

async function manifestChecks(
  app: AppFolder,
  manifest: Manifest,
): Promise<AppVerifyCheck[]> {
  const textOf = (name: string): string => {
    const value = manifest[name];
    return typeof value === "string" ? value.trim() : "";
  };
  const id = textOf("id");
  const name = textOf("name");
  const checks: AppVerifyCheck[] = [
    {
      id: "id",
      ok: APP_ID.test(id),
      note: !APP_ID.test(id)
        ? `the id "${oneLine(id)}" must be <developer>.<name>, in lower case`
        : id.startsWith("local.")
        ? `the id ${id} is for this workspace; publishing needs a developer's`
        : `the id is ${id}`,
    },
    {
      id: "name",
      ok: name !== "",
      note: name === ""
        ? "the name is missing"
        : `the name is ${oneLine(name)}`,
    },
  ];
  for (const asset of ["icon", "readme"]) {
    const path = textOf(asset);
    const ok = path === "" ||
      await stat(join(app.path, path)).then(() => true, () => false);
    checks.push({
      id: asset,
      ok,
      note: path === ""
        ? `there is no ${asset}, which is not needed`
        : `${oneLine(path)} is ${ok ? "" : "not "}there`,
    });
  }
  return checks;
}
