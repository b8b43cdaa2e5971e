import { Command } from "commander";
import { unzipSync } from "fflate";
import {
  AuthenticationException,
  getCatalog,
  getService,
  parseJson,
  resolveEndpoints,
  type ServiceDefinition,
  type Session,
} from "../../../mod.ts";
import { examples } from "../connection.ts";
import { oneLine } from "../output.ts";
import { join, mkdir, process, readdir, rm } from "../platform.ts";
import { type Run, withAction, withConnection } from "../run.ts";
import {
  fetchArtifact,
  ignoreInGit,
  readText,
  vendor,
  type Vendoring,
  writeChanged,
} from "../workspace.ts";
import { connectWith, logIn, type LoginFlags } from "./login.ts";

/** How many services are requested at the same time. */
const CONCURRENCY = 8;
const SCHEMAS = ".rocketride/schema";
/** The most bytes of all documents together, unpacked. */
const MAX_BYTES = 32 * 1024 * 1024;
/** The folder of the documents, and the text for the user's `CLAUDE.md`. */
const FOLDER = ".rocketride/docs";
const STUB = "stubs/CLAUDE.md";
const BEGIN = "<!-- ROCKETRIDE:BEGIN -->";
const END = "<!-- ROCKETRIDE:END -->";

/** `init`: prepare a folder for apps and pipelines. */
export function initCommand(): Command {
  const command = new Command("init")
    .description("Prepare this folder for pipelines and apps of an engine.")
    .option("--no-deploy", "do not save ROCKETRIDE_DEPLOY_*")
    .option("--no-install", "install nothing, as without it")
    .addHelpText(
      "after",
      examples([
        ["rocketride init", "with the engine of .env, else after a login"],
      ]) +
        "\nExit code 1: some files of the engine are missing; run it again.\n",
    );
  return withAction<LoginFlags>(withConnection(command), async (run) => {
    const { out, signal } = run;
    const lines: Promise<void>[] = [];
    const onProgress = (line: string): void => {
      lines.push(out.line(oneLine(line)));
    };
    const opened = await open(run);
    if (!opened) return 1;
    const { session, uri } = opened;
    const workspace = process.cwd();
    await saveServices(session, workspace, onProgress, signal);
    const { api: base } = resolveEndpoints(null, uri);
    const work = { base, workspace, onProgress, signal };
    const done = [
      await vendor("shell", work),
      await vendor("client", work),
      await installDocs(work),
    ];
    await ignoreInGit(workspace, [".rocketride/", ".env"], onProgress);
    for (const name of ["apps", "pipelines", "nodes"]) {
      await mkdir(join(workspace, name), { recursive: true });
    }
    await Promise.all(lines);
    const initialized = done.every((it) => it);
    await out.line(
      initialized
        ? `Prepared for ${oneLine(uri)}`
        : `Prepared for ${oneLine(uri)}, without the missing files`,
    );
    await out.result({ uri, workspaceRoot: workspace, initialized });
    return initialized ? 0 : 1;
  });
}

/** Connect with the known credential, or log in for a new one. */
async function open(
  run: Run<LoginFlags>,
): Promise<{ readonly session: Session; readonly uri: string } | undefined> {
  const { flags, env, out } = run;
  const uri = flags.uri || env.ROCKETRIDE_URI;
  const auth = flags.apikey || env.ROCKETRIDE_APIKEY;
  if (uri && auth) {
    try {
      return { session: await connectWith(run, uri, auth), uri };
    } catch (error) {
      if (!(error instanceof AuthenticationException)) throw error;
      await out.line("The credential was refused");
    }
  }
  // A key that was refused is not tried again, and both pairs are saved.
  const { deploy, apikey: _, ...others } = flags;
  const given = deploy === false ? { ...others, deploy } : others;
  const found = await logIn({ ...run, flags: given });
  if (!found) return undefined;
  const session = await connectWith(run, found.uri, found.key);
  return { session, uri: found.uri };
}

/** Save the definition of each service, and a list of all. */
async function saveServices(
  session: Session,
  workspace: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { services } = await getCatalog(session, { signal });
  const folder = join(workspace, SCHEMAS);
  const names = Object.keys(services);
  const kept = new Set<string>();
  for (let at = 0; at < names.length; at += CONCURRENCY) {
    await Promise.all(
      names.slice(at, at + CONCURRENCY).map(async (name) => {
        const file = `${fileName(name)}.json`;
        kept.add(file);
        // Newer engines list services without their fields.
        const whole = await getService(session, name, { signal });
        await writeChanged(
          join(folder, file),
          jsonText(whole ?? services[name]),
        );
      }),
    );
  }
  for (const file of await readdir(folder).catch(() => [])) {
    if (!kept.has(file)) await rm(join(folder, file), { force: true });
  }
  const list = Object.entries(services).map(([name, it]) => entryOf(name, it));
  const place = join(workspace, ".rocketride/services-catalog.json");
  await writeChanged(place, jsonText(list));
  onProgress(`+ ${SCHEMAS} (${names.length} services)`);
}

/** A service in the list of all. */
function entryOf(
  name: string,
  { classType = [], description, lanes, invoke }: ServiceDefinition,
): object {
  const text = typeof description === "string" ? description : "";
  const plain = text.replace(/<[^<>]*>/g, "").trim();
  const [first = plain] = /^[^.!?]*[.!?]/.exec(plain) ?? [];
  const common = { name, classType, description: first, lanes: lanes ?? {} };
  return invoke === undefined ? common : { ...common, invoke };
}

/** A file name for a service: valid on every file system, and unique. */
function fileName(name: string): string {
  const escaped = (text: string): string =>
    Array.from(text, (it) => `%${it.charCodeAt(0).toString(16)}`).join("");
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, "\ufffd"))
    .replace(/^\.+|[!'()*~]/g, escaped);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Fetch the documents that a server has for agents, in place of those that it
 * had before, and refer to them in `CLAUDE.md`; other files in the folder, and
 * all other text, stay.
 *
 * @returns Whether they are there.
 */
async function installDocs(work: Vendoring): Promise<boolean> {
  const { workspace, onProgress } = work;
  const archive = await fetchArtifact("docs", work);
  if (!archive) return false;
  const folder = join(workspace, FOLDER);
  const files = unpacked(archive);
  if (!files) {
    onProgress(`${FOLDER} is missing: the archive cannot be read`);
    return false;
  }
  const { hash } = files;
  const stamp = (await readText(join(folder, ".version")))?.trim();
  if (hash === "" || hash !== stamp) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!/^ROCKETRIDE_.*\.md$/.test(name)) continue;
      await rm(join(folder, name), { force: true });
    }
    for (const [name, bytes] of files.content) {
      await writeChanged(join(folder, name), bytes);
    }
    if (hash !== "") await writeChanged(join(folder, ".version"), `${hash}\n`);
    onProgress(`+ ${FOLDER} (${files.content.size} files)`);
  } else onProgress(`${FOLDER} is as it was`);
  const stub = await readText(join(folder, STUB));
  if (stub === undefined) {
    onProgress("CLAUDE.md is as it was: the server has no text for it");
    return true;
  }
  const place = join(workspace, "CLAUDE.md");
  const before = await readText(place) ?? "";
  if (await writeChanged(place, withBlock(before, stub))) {
    onProgress("+ CLAUDE.md");
  }
  return true;
}

/** The documents of an archive by their paths, and its hash. */
function unpacked(
  archive: Uint8Array,
):
  | { readonly hash: string; readonly content: Map<string, Uint8Array> }
  | undefined {
  let left = MAX_BYTES;
  try {
    const files = unzipSync(archive, {
      filter: ({ name, originalSize }) => {
        left -= originalSize;
        if (left < 0) throw new RangeError("Too large");
        return isInside(name);
      },
    });
    const { "manifest.json": manifest, ...content } = files;
    const { hash } = manifest ? manifestOf(manifest) : {};
    return {
      hash: typeof hash === "string" ? hash : "",
      content: new Map(Object.entries(content)),
    };
  } catch {
    return undefined;
  }
}

function manifestOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return Object(parseJson(new TextDecoder().decode(bytes)));
}

/** Whether a name is that of a file below the folder, on every platform. */
function isInside(name: string): boolean {
  return !name.endsWith("/") && !/^[/\\]|[:\0]|\\/.test(name) &&
    name.split("/").every((part) => part !== "" && !/^\.+$/.test(part));
}

/** A text with the part between both marks replaced, or added at its end. */
function withBlock(text: string, stub: string): string {
  const own = between(stub);
  const block = own ? stub.slice(...own) : `${BEGIN}\n${stub.trim()}\n${END}`;
  const found = between(text);
  if (found) return text.slice(0, found[0]) + block + text.slice(found[1]);
  return text.trim() === "" ? `${block}\n` : `${text.trimEnd()}\n\n${block}\n`;
}

/** Where the marked part of a text begins and ends. */
function between(text: string): [from: number, to: number] | undefined {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END, from);
  return from < 0 || to < 0 ? undefined : [from, to + END.length];
}
