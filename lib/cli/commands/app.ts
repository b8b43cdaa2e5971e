import { Command } from "commander";
import { publishApp } from "../../admin/mod.ts";
import {
  appFiles,
  type AppFolder,
  appFolder,
  includesOf,
  type Manifest,
  packApp,
  readManifest,
} from "../app_source.ts";
import { examples } from "../help.ts";
import { oneLine, sizeText } from "../output.ts";
import { join, stat } from "../platform.ts";
import {
  type ConnectionFlags,
  shown,
  withAction,
  withConnection,
  withJson,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly workspace?: string;
  readonly comment?: string;
  readonly verbose?: boolean;
}

/** `app`: apps of the platform, from their folders. */
export function appCommand(): Command {
  return new Command("app")
    .description("Check and publish apps.")
    .addHelpText(
      "after",
      examples([
        ["rocketride app verify apps/notes", "is it ready?"],
        ["rocketride app deploy apps/notes --comment First", "publish it"],
      ]),
    )
    .addCommand(verifyCommand())
    .addCommand(deployCommand());
}

const WORKSPACE = [
  "--workspace <folder>",
  "where paths in the archive begin (default: this folder)",
] as const;

function deployCommand(): Command {
  const command = new Command("deploy")
    .description("Pack the sources of an app, and publish the next version.")
    .argument("<folder>", "the app's folder")
    .option(...WORKSPACE)
    .option("--comment <text>", "what has changed")
    .option("--verbose", "list the files");
  return withAction<Flags>(
    withConnection(command, { deploys: true }),
    async (run, [folder = ""]) => {
      const { out, flags, signal } = run;
      const app = await appFolder(folder, flags.workspace);
      const includes = await includesOf(app, await readManifest(app));
      const names: string[] = [];
      const { archive, count, bytes } = await packApp(
        await appFiles(app, includes),
        (name, size) => names.push(`  + ${oneLine(name)} (${sizeText(size)})`),
      );
      if (flags.verbose) { for (const name of names) await out.line(name); }
      await out.line(
        `Packed ${count} files, ${sizeText(bytes)} as ${
          sizeText(archive.length)
        }.`,
      );
      const session = await run.connect({ deploys: true });
      const { artifact = {} } = await publishApp(session, archive, {
        appRoot: app.root,
        comment: flags.comment,
        signal,
      });
      const { registryVersion, version = registryVersion } = artifact;
      const { appId, projectId = appId, name } = artifact;
      await out.line(`Deployed app version v${version ?? "?"}`);
      if (projectId) await out.line(`Project: ${oneLine(projectId)}`);
      await out.line("Nothing serves it yet: publish it to somebody.");
      await out.result({ projectId, version, name });
    },
  );
}

/** Whether something is as it must be, and what it is. */
interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly note: string;
}

function verifyCommand(): Command {
  const command = new Command("verify")
    .description("Check the folder of an app, without a server.")
    .argument("<folder>", "the app's folder")
    .option(...WORKSPACE);
  return withAction<Flags>(withJson(command), async (run, [folder = ""]) => {
    const { out, flags } = run;
    const app = await appFolder(folder, flags.workspace);
    const checks: Check[] = [];
    let fileCount = 0;
    let uncompressedBytes = 0;
    /** Note whether an action succeeds; returns what it gives. */
    async function attempt<T>(
      id: string,
      act: () => Promise<T>,
      note: (value: T) => string,
    ): Promise<T | undefined> {
      try {
        const value = await act();
        checks.push({ id, ok: true, note: note(value) });
        return value;
      } catch (error) {
        checks.push({ id, ok: false, note: shown(error).message });
        return undefined;
      }
    }
    const manifest = await attempt(
      "package-json",
      () => readManifest(app),
      () => "package.json is read",
    );
    const has = Object.keys(manifest ?? {}).length > 0;
    checks.push({
      id: "manifest",
      ok: has,
      note: has ? "appManifest is there" : "appManifest is missing",
    });
    if (manifest && has) checks.push(...await manifestChecks(app, manifest));
    const includes = await attempt(
      "include",
      () => includesOf(app, manifest ?? {}),
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
      const packed = await packApp(files, () => {});
      fileCount = packed.count;
      uncompressedBytes = packed.bytes;
      return packed;
    }, ({ count, bytes }) => `${count} files, ${bytes} bytes`);

    const ok = checks.every((check) => check.ok);
    const { green, red } = out.colors;
    for (const { id, ok, note } of checks) {
      await out.line(`${ok ? green("OK  ") : red("FAIL")}  ${id}: ${note}`);
    }
    await out.line(
      ok
        ? `Ready to deploy: ${fileCount} files, ${uncompressedBytes} bytes.`
        : "Not ready: see the lines with FAIL.",
    );
    await out.result({ ok, checks, fileCount, uncompressedBytes });
    return ok ? 0 : 1;
  });
}

/** The id of an app: that of its developer, and a name. */
const APP_ID = /^[a-z][a-z_]*\.[a-z][a-zA-Z0-9_-]*$/;

async function manifestChecks(
  app: AppFolder,
  manifest: Manifest,
): Promise<Check[]> {
  const textOf = (name: string): string => {
    const value = manifest[name];
    return typeof value === "string" ? value.trim() : "";
  };
  const id = textOf("id");
  const name = textOf("name");
  const checks: Check[] = [
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
