import { Command } from "commander";
import type { Session } from "../../../mod.ts";
import {
  type Deployment,
  deployVersion,
  disableDeployment,
  enableDeployment,
  getArtifact,
  getBuildLog,
  getDeployment,
  listDeployHistory,
  listDeployments,
  listVersions,
  type PagedList,
  publishPipeline,
  removeDeployment,
  runDeployment,
} from "../../admin/mod.ts";
import {
  dateOf,
  type DeployRun,
  deployVerb,
  versionOf,
} from "../deploy_verb.ts";
import { examples } from "../connection.ts";
import { oneLine, type Output, plain } from "../output.ts";
import { readPipelineFile } from "../pipeline_file.ts";
import { UsageError } from "../run.ts";
import { scheduleCommand } from "./deploy_schedule.ts";

const TEAM = ["--team <id>", "the team (default: your own space)"] as const;

/** `deploy`: versions of pipelines, and what runs of them. */
export function deployCommand(): Command {
  const command = new Command("deploy")
    .description("Publish versions of pipelines, and run them on a server.")
    .addHelpText(
      "after",
      examples([
        ["rocketride deploy add p.json --comment Faster", "a new version"],
        ["rocketride deploy publish reports 3 --team t1", "a team uses it"],
        ["rocketride deploy schedule set reports in '0 6 * * *'", "daily"],
      ]) +
        "\nThe server is ROCKETRIDE_DEPLOY_URI with ROCKETRIDE_DEPLOY_APIKEY, " +
        "never that of\nROCKETRIDE_URI.\n",
    );
  for (
    const make of [
      add,
      list,
      get,
      versions,
      history,
      publish,
      runSource,
      artifact,
      enable,
      disable,
      remove,
      log,
      scheduleCommand,
    ]
  ) command.addCommand(make());
  return command;
}

function add(): Command {
  return deployVerb({
    name: "add",
    description: "Publish a pipeline as the next version; nothing runs yet.",
    args: [["<file>", "a pipeline file"]],
    options: [
      ["--kind <kind>", "what the file is", "pipe"],
      ["--comment <text>", "what changed"],
      ["--deploy-to <team>", "also publish it to this team"],
    ],
    async act({ out, flags, signal }, connect, [file = ""]): Promise<void> {
      if (flags.kind !== "pipe") {
        throw new UsageError(
          `Cannot publish a file of the kind "${flags.kind}"`,
          "servers take pipe; app deploy publishes apps",
        );
      }
      const { pipeline } = await readPipelineFile(file);
      const session = await connect();
      const { artifact = {} } = await publishPipeline(session, pipeline, {
        comment: flags.comment,
        deployTo: flags.deployTo,
        signal,
      });
      const { version, pipelineName: name } = artifact;
      const projectId = artifact.projectId ?? pipeline.project_id;
      await out.line(
        `Deployed pipe version v${version ?? "?"}${
          name ? ` (${oneLine(name)})` : ""
        }`,
      );
      if (projectId) await out.line(`Project: ${oneLine(projectId)}`);
      if (!flags.deployTo) {
        await out.line(
          "It does not run yet: deploy publish lets a team use it.",
        );
      }
      await out.result({ projectId, version, name });
    },
  });
}

/** The first rows of a list, up to a number. */
async function rowsOf<Row>(
  pages: PagedList<Row>,
): Promise<{ rows: Row[]; total: number }> {
  const rows: Row[] = [];
  let { total } = await pages.page(1);
  for await (const row of pages) rows.push(row);
  total = Math.max(total, rows.length);
  return { rows, total };
}

function list(): Command {
  return deployVerb({
    name: "list",
    description: "List deployments.",
    options: [["--team <id>", "only deployments of this team"]],
    async act({ out, flags, signal }, connect): Promise<void> {
      const options = { teamId: flags.team, signal };
      const { rows, total } = await rowsOf(
        listDeployments(await connect(), options),
      );
      await out.result({ deployments: rows, total });
      if (rows.length === 0) return await out.line("No deployments found");
      await out.table(
        ["PROJECT", "VERSION", "STATE", "NAME", "TEAM", "DEPLOYED"],
        rows.map((it) => [
          it.projectId,
          it.version === undefined ? "-" : `v${it.version}`,
          it.state,
          it.pipelineName ?? "-",
          it.teamId ?? "-",
          dateOf(it.deployedAt),
        ]),
      );
    },
  });
}

function get(): Command {
  return deployVerb({
    name: "get",
    description: "Show a deployment.",
    args: [["<project>", "the project's id"]],
    options: [TEAM],
    async act(
      { out, flags, signal },
      connect,
      [projectId = ""],
    ): Promise<void> {
      const deployment = await getDeployment(
        await connect(),
        { projectId, teamId: flags.team },
        { signal },
      );
      await out.result({ deployment });
      await printDeployment(out, deployment);
    },
  });
}

async function printDeployment(
  out: Output,
  deployment: Deployment,
): Promise<void> {
  const { projectId, version, state, pipelineName = "" } = deployment;
  const { teamId, deployedAt, schedules = {} } = deployment;
  const head = [projectId, `v${version ?? "?"}`, state, pipelineName];
  await out.line(head.map(oneLine).join("  ").trimEnd());
  if (teamId) await out.line(`  Team: ${oneLine(teamId)}`);
  if (deployedAt) await out.line(`  Deployed: ${dateOf(deployedAt)}`);
  for (const [id, { cron, paused }] of Object.entries(schedules)) {
    const how = paused ? "paused" : cron ? "active" : "none";
    await out.line(
      `  Schedule ${oneLine(id)}: ${oneLine(cron) || "-"} (${how})`,
    );
  }
}

function versions(): Command {
  return deployVerb({
    name: "versions",
    description: "List the versions of a project.",
    args: [["<project>", "the project's id"]],
    async act({ out, signal }, connect, [projectId = ""]): Promise<void> {
      const { rows, total } = await rowsOf(
        listVersions(await connect(), projectId, { signal }),
      );
      await out.result({ versions: rows, total });
      if (rows.length === 0) return await out.line("No versions found");
      await out.table(
        ["VERSION", "PUBLISHED", "BY", "COMMENT"],
        rows.map(({ version, publishedAt, publishedBy, comment }) => [
          `v${version ?? "?"}`,
          dateOf(publishedAt),
          publishedBy?.display ?? publishedBy?.email ?? "-",
          comment ?? "",
        ]),
      );
    },
  });
}

function history(): Command {
  return deployVerb({
    name: "history",
    description: "Show who has published and deployed what.",
    args: [["<project>", "the project's id"]],
    options: [["--team <id>", "only the history of this team"]],
    async act(
      { out, flags, signal },
      connect,
      [projectId = ""],
    ): Promise<void> {
      const options = { teamId: flags.team, signal };
      const { rows, total } = await rowsOf(
        listDeployHistory(await connect(), projectId, options),
      );
      await out.result({ history: rows, total });
      if (rows.length === 0) return await out.line("No history found");
      await out.table(
        ["WHEN", "WHAT", "VERSION", "TEAM", "BY"],
        rows.map(({ at, action, version, teamId, actor }) => [
          dateOf(at),
          action ?? "?",
          version === undefined ? "-" : `v${version}`,
          teamId || "-",
          actor?.display ?? actor?.email ?? "-",
        ]),
      );
    },
  });
}

function publish(): Command {
  return deployVerb({
    name: "publish",
    description: "Select the version of a project that a team uses.",
    args: [["<project>", "the project's id"], ["<version>", "its number"]],
    options: [TEAM],
    check: ([, version]) => void versionOf(version),
    async act(
      { out, flags, signal },
      connect,
      [projectId = "", number],
    ): Promise<void> {
      const version = versionOf(number);
      const deployment = await deployVersion(
        await connect(),
        { projectId, teamId: flags.team },
        version,
        { signal },
      );
      const team = flags.team ? ` to ${flags.team}` : "";
      await out.line(`Published ${projectId} v${version}${team}.`);
      await out.result({ deployment });
    },
  });
}

function runSource(): Command {
  return deployVerb({
    name: "run",
    description: "Run a source of a deployment now.",
    args: [
      ["<project>", "the project's id"],
      ["<source>", "the id of the source component"],
    ],
    options: [TEAM],
    async act(
      { out, flags, signal },
      connect,
      [projectId = "", sourceId = ""],
    ): Promise<void> {
      const started = await runDeployment(
        await connect(),
        { projectId, sourceId, teamId: flags.team },
        { signal },
      );
      const { token, version } = started;
      await out.line(`Run started for ${projectId}/${sourceId}: ${token}`);
      await out.result({ token, version });
    },
  });
}

function artifact(): Command {
  return deployVerb({
    name: "artifact",
    description: "Print the pipeline of a version.",
    args: [["<project>", "the project's id"], ["<version>", "its number"]],
    check: ([, version]) => void versionOf(version),
    async act(
      { out, signal },
      connect,
      [projectId = "", number],
    ): Promise<void> {
      const version = versionOf(number);
      const session = await connect();
      const found = await getArtifact(session, projectId, version, { signal });
      await out.result(found);
      await out.line(plain(JSON.stringify(found, null, 2)));
    },
  });
}

/** A verb about one deployment, which answers with what it is then. */
function change(
  name: string,
  description: string,
  done: string,
  act: (
    session: Session,
    address: { readonly projectId: string; readonly teamId?: string },
    options: { readonly signal: AbortSignal },
  ) => Promise<Deployment>,
): Command {
  return deployVerb({
    name,
    description,
    args: [["<project>", "the project's id"]],
    options: [TEAM],
    async act(run: DeployRun, connect, [projectId = ""]): Promise<void> {
      const { team } = run.flags;
      const address = {
        projectId,
        ...(team !== undefined && { teamId: team }),
      };
      const { out, signal } = run;
      const deployment = await act(await connect(), address, { signal });
      await out.line(`Deployment ${projectId} ${done}.`);
      await out.result({ deployment });
    },
  });
}

const enable = (): Command =>
  change("enable", "Enable a deployment.", "enabled", enableDeployment);

const disable = (): Command =>
  change("disable", "Disable a deployment.", "disabled", disableDeployment);

const remove = (): Command =>
  change(
    "remove",
    "Remove a deployment; its versions and history stay.",
    "removed",
    removeDeployment,
  );

function log(): Command {
  return deployVerb({
    name: "log",
    description: "Print the build log of a version of an app.",
    args: [["<appId>", "the app's id"], ["<version>", "its number"]],
    check: ([, version]) => void versionOf(version),
    async act({ out, signal }, connect, [appId = "", number]): Promise<void> {
      const version = versionOf(number);
      const session = await connect();
      const text = await getBuildLog(session, { appId, version }, { signal });
      await out.result({ appId, version, log: text });
      await out.line(plain(text).trimEnd());
    },
  });
}
