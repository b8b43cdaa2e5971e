import { Command } from "commander";
import { publishApp } from "../../admin/mod.ts";
import {
  appFiles,
  appFolder,
  includesOf,
  packApp,
} from "../apps/app_source.ts";
import { APP_TEMPLATES, type AppTemplate } from "../apps/app_templates.ts";
import { createApp } from "../apps/create_app.ts";
import { verifyApp } from "../apps/verify_app.ts";
import { examples } from "../connection.ts";
import { oneLine, sizeText } from "../output.ts";
import {
  type ConnectionFlags,
  DEFAULT_URI,
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
    .description("Make, check and publish apps.")
    .addHelpText(
      "after",
      examples([
        ["rocketride app create notes --sidebar", "make a new app"],
        ["rocketride app verify apps/notes", "check an app"],
        ["rocketride app deploy apps/notes --comment First", "publish it"],
      ]),
    )
    .addCommand(createCommand())
    .addCommand(verifyCommand())
    .addCommand(deployCommand());
}

const WORKSPACE = [
  "--workspace <folder>",
  "where paths in the archive begin (default: this folder)",
] as const;

interface CreateFlags extends ConnectionFlags {
  readonly template?: string;
  readonly name?: string;
  readonly developer?: string;
  readonly sidebar?: boolean;
  readonly statusFooter: boolean;
  readonly docTabs?: boolean;
  readonly workspace?: string;
  readonly install: boolean;
}

function createCommand(): Command {
  const command = new Command("create")
    .description("Make the folder apps/<slug> with a new app.")
    .argument("<slug>", "the second half of the app's id")
    .option("--template <name>", APP_TEMPLATES.join(" or "), "Blank")
    .option("--name <text>", "what people read (default: the slug as a title)")
    .option("--developer <id>", "the first half of the id (default: local)")
    .option("--sidebar", "a column for navigation")
    .option("--no-status-footer", "no bar at the bottom")
    .option("--doc-tabs", "tabs for documents")
    .option("--workspace <folder>", "what has the apps (default: this folder)")
    .option("--no-install", "do not run pnpm install");
  return withAction<CreateFlags>(
    withConnection(command),
    async ({ out, flags, env, signal }, [slug = ""]) => {
      const { appId, folder } = await createApp(slug, {
        template: flags.template as AppTemplate,
        displayName: flags.name,
        developerId: flags.developer,
        sidebar: flags.sidebar,
        statusFooter: flags.statusFooter,
        docTabs: flags.docTabs,
        workspaceRoot: flags.workspace,
        install: flags.install,
        serverBaseUrl: flags.uri || env.ROCKETRIDE_URI || DEFAULT_URI,
        onProgress: (line) => void out.line(`  ${line}`),
        signal,
      });
      await out.line(`Created ${appId} at ${folder}`);
      await out.line(`Its first page is ${folder}/src/App.tsx.`);
      await out.result({ appId, folder });
    },
  );
}

function deployCommand(): Command {
  const command = new Command("deploy")
    .description("Pack the sources of an app, and publish the next version.")
    .argument("<folder>", "the app's folder")
    .option(...WORKSPACE)
    .option("--comment <text>", "what changed")
    .option("--verbose", "list the files");
  return withAction<Flags>(
    withConnection(command, { deploys: true }),
    async (run, [folder = ""]) => {
      const { out, flags, signal } = run;
      const app = await appFolder(folder, flags.workspace);
      const includes = await includesOf(app);
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
      await out.line("It is not served until it is published.");
      await out.result({ projectId, version, name });
    },
  );
}

function verifyCommand(): Command {
  const command = new Command("verify")
    .description("Check the folder of an app, without a server.")
    .argument("<folder>", "the app's folder")
    .option(...WORKSPACE);
  return withAction<Flags>(withJson(command), async (run, [folder = ""]) => {
    const { out, flags, signal } = run;
    const report = await verifyApp(folder, {
      workspaceRoot: flags.workspace,
      signal,
    });
    const { green, red } = out.colors;
    for (const { id, ok, note } of report.checks) {
      await out.line(`${ok ? green("OK  ") : red("FAIL")}  ${id}: ${note}`);
    }
    const { fileCount, uncompressedBytes } = report;
    await out.line(
      report.ok
        ? `Ready to deploy: ${fileCount} files, ${uncompressedBytes} bytes.`
        : "Not ready: see the lines with FAIL.",
    );
    await out.result(report);
    return report.ok ? 0 : 1;
  });
}
