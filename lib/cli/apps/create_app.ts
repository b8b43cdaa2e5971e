import { resolveEndpoints, ValidationException } from "../../../mod.ts";
import { checkOptions } from "../../check.ts";
import { oneLine } from "../output.ts";
import {
  dirname,
  join,
  mkdir,
  process,
  resolve,
  spawn,
  writeFile,
} from "../platform.ts";
import { ignoreInGit, readText, vendor } from "../workspace.ts";
import {
  APP_TEMPLATES,
  type AppTemplate,
  appTemplate,
} from "./app_templates.ts";

/** Options of {@linkcode createApp}. */
export interface CreateAppOptions {
  /**
   * The folder that has all apps, in `apps`.
   *
   * @default {the working directory}
   */
  readonly workspaceRoot?: string | undefined;
  /**
   * The first page: a greeting, or figures and a chart.
   *
   * @default {"Blank"}
   */
  readonly template?: AppTemplate | undefined;
  /**
   * What people read.
   *
   * @default {the slug, in capitalised words}
   */
  readonly displayName?: string | undefined;
  /**
   * The developer's id; an app of `local` cannot be published to others.
   *
   * @default {"local"}
   */
  readonly developerId?: string | undefined;
  /**
   * Whether there is a column for navigation.
   *
   * @default {false}
   */
  readonly sidebar?: boolean | undefined;
  /**
   * Whether there is a bar at the bottom.
   *
   * @default {true}
   */
  readonly statusFooter?: boolean | undefined;
  /**
   * Whether there are tabs for documents.
   *
   * @default {false}
   */
  readonly docTabs?: boolean | undefined;
  /**
   * Whether to run `pnpm install` in the workspace.
   *
   * @default {true}
   */
  readonly install?: boolean | undefined;
  /**
   * The server whose packages the app is built against: any address that
   * `connect` takes. Without it they are not fetched.
   */
  readonly serverBaseUrl?: string | undefined;
  /** Called with a line for each step. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Stops what is being fetched or installed. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode createApp} has made. */
export interface CreatedApp {
  /** The developer's id and the slug, with a dot between. */
  readonly appId: string;
  /** The app's folder, from the workspace down. */
  readonly folder: string;
  /** The app's files, from the workspace down. */
  readonly files: readonly string[];
  /** Which of the server's packages are there. */
  readonly vendored: { readonly shell: boolean; readonly client: boolean };
  /** Whether all packages are installed. */
  readonly installed: boolean;
}

const SLUG = /^[a-z][a-zA-Z0-9_-]*$/;
const DEVELOPER = /^[a-z][a-z_]*$/;
/** Milliseconds that installing may take. */
const INSTALL_MS = 5 * 60 * 1_000;
/** What a workspace keeps out of version control. */
const IGNORED = [
  ".rocketride/",
  ".env",
  ...["node_modules", "dist"].map((folder) => `**/${folder}/`),
];

/**
 * Make a new app for RocketRide's shell, in the folder `apps/<slug>` of a
 * workspace: Deno, Bun and Node.
 *
 * A workspace that has none gets a `pnpm-workspace.yaml`, and its `.gitignore` is
 * completed. The packages `shell` and `rocketride` come from the server, since the
 * app has to match it, into `.rocketride`. When they cannot be had, or nothing
 * can be installed, the app is made all the same, and the result says so.
 *
 * @param slug The second half of the app's id: a lower-case letter, then
 * letters, digits, `-` and `_`.
 * @param options See {@linkcode CreateAppOptions}.
 * @returns What was made.
 * @throws {RangeError} Slug, developer's id, template or name cannot be used.
 * @throws {ValidationException} The folder exists already (`file-exists`), or
 * the address of the server is none.
 * @throws The signal's reason.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { createApp, verifyApp } from "@rocketride/streams/cli";
 *
 * const workspaceRoot = await Deno.makeTempDir();
 * const app = await createApp("notes", { workspaceRoot, install: false });
 * assertEquals(app.folder, "apps/notes");
 * assert((await verifyApp(app.folder, { workspaceRoot })).ok);
 * await Deno.remove(workspaceRoot, { recursive: true });
 * ```
 */
export async function createApp(
  slug: string,
  options: CreateAppOptions = {},
): Promise<CreatedApp> {
  checkOptions(options, "createApp(slug, { template })", {
    workspaceRoot: "string",
    template: APP_TEMPLATES,
    displayName: "string",
    developerId: "string",
    sidebar: "boolean",
    statusFooter: "boolean",
    docTabs: "boolean",
    install: "boolean",
    serverBaseUrl: "string",
    onProgress: "function",
    signal: 1,
  });
  const { developerId = "local", displayName = titleOf(String(slug)) } =
    options;
  const { serverBaseUrl, signal, onProgress = (): void => {} } = options;
  const name = oneLine(displayName);
  checkNames(slug, developerId, name);
  const base = serverBaseUrl && resolveEndpoints(null, serverBaseUrl).api;
  signal?.throwIfAborted();

  const workspace = resolve(options.workspaceRoot ?? ".");
  const folder = `apps/${slug}`;
  await mkdir(join(workspace, "apps"), { recursive: true });
  await mkdir(join(workspace, folder)).catch((cause) => {
    if (cause.code !== "EEXIST") throw cause;
    throw new ValidationException(`${folder} already exists`, {
      code: "file-exists",
      hint: "Choose another slug, or remove the folder",
      cause,
    });
  });
  const appId = `${developerId}.${slug}`;
  const files = Object.entries(appTemplate({
    appId,
    name,
    publisher: developerId,
    slug,
    port: portOf(slug),
    template: options.template ?? "Blank",
    sidebar: options.sidebar ?? false,
    statusFooter: options.statusFooter ?? true,
    docTabs: options.docTabs ?? false,
  }));
  for (const [path, text] of files) {
    const place = join(workspace, folder, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
    onProgress(`+ ${folder}/${path}`);
  }
  await completeWorkspace(workspace, onProgress);

  const vendored = { shell: false, client: false };
  if (base) {
    const work = { base, workspace, onProgress, signal };
    vendored.shell = await vendor("shell", work);
    vendored.client = await vendor("client", work);
  } else onProgress("no server: its packages are not fetched");
  const installed = options.install !== false &&
    await install(workspace, onProgress, signal);
  return {
    appId,
    folder,
    files: files.map(([path]) => `${folder}/${path}`),
    vendored,
    installed,
  };
}

function checkNames(slug: string, developerId: string, name: string): void {
  if (typeof slug !== "string" || !SLUG.test(slug)) {
    throw new RangeError(
      `Cannot use slug "${slug}": expected a lower-case letter, then letters, ` +
        `digits, "-" and "_"`,
    );
  }
  if (!DEVELOPER.test(developerId)) {
    throw new RangeError(
      `Cannot use developerId "${developerId}": expected lower-case letters ` +
        `and "_", with a letter first`,
    );
  }
  if (name === "") {
    throw new RangeError("Cannot use displayName: expected text, not blanks");
  }
}

function titleOf(slug: string): string {
  return slug.replace(/[-_]+/g, " ")
    .replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** The port of an app: always the same, and most often another one's not. */
function portOf(slug: string): number {
  let hash = 0;
  for (const letter of slug) {
    hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  }
  return 3700 + hash % 300;
}

/** Let pnpm find the apps, and keep what is made out of version control. */
async function completeWorkspace(
  workspace: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const list = join(workspace, "pnpm-workspace.yaml");
  const listed = await readText(list);
  if (listed === undefined) {
    await writeFile(list, "packages:\n  - 'apps/*'\n");
    onProgress("+ pnpm-workspace.yaml");
  } else if (!listed.includes("apps/*")) {
    onProgress("warning: pnpm-workspace.yaml does not have 'apps/*': add it");
  }
  await ignoreInGit(workspace, IGNORED, onProgress);
}

/** Run `pnpm install`; returns whether it succeeded. */
async function install(
  cwd: string,
  onProgress: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  onProgress("pnpm install --prefer-offline");
  const limit = AbortSignal.timeout(INSTALL_MS);
  const why = await new Promise<string | undefined>((resolve) => {
    const fail = ({ message }: Error): void => resolve(oneLine(message));
    try {
      const child = spawn("pnpm", ["install", "--prefer-offline"], {
        cwd,
        env: { ...process.env, NO_COLOR: "1" },
        stdio: "ignore",
        shell: process.platform === "win32",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      child.on("error", fail);
      child.on(
        "close",
        (code) => resolve(code === 0 ? undefined : `it exited with ${code}`),
      );
    } catch (error) {
      fail(error as Error); // Deno throws, others emit
    }
  });
  signal?.throwIfAborted();
  if (why === undefined) return true;
  onProgress(`nothing is installed: ${why}; run pnpm install in the workspace`);
  return false;
}
