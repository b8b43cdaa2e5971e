import type { Pipeline } from "../../../schema/pipeline.ts";
import type { SourceSchedule } from "../../../schema/registry.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { requireUnbound } from "../access/permissions.ts";
import { requireTeam, TEAM } from "../access/scope.ts";
import type { Core } from "../core.ts";
import { type Actor, personalTeam, Registry } from "../deploy/registry.ts";
import { readSchedule } from "../deploy/schedule.ts";
import { isName, readPipeline } from "../pipeline/component.ts";
import { TRACE_LEVELS } from "../run/flow_trace.ts";
import { messageOf } from "../run/failure.ts";
import { appsOnlyInCloud } from "./info.ts";
import { type Call, type Reply, unknownSubcommand } from "./call.ts";
import { type ListRules, pageOf } from "./paged.ts";
import { readStartOptions, startTask } from "./start.ts";
import { textOf } from "../text_of.ts";

const MAX_PREVIEW = 50;
const VERSIONS: ListRules = {
  searched: ["pipelineName", "comment"],
  order: { field: "version", dir: "desc" },
};
const HISTORY: ListRules = {
  searched: ["action", "teamId"],
  order: { field: "seq", dir: "desc" },
};
const DEPLOYMENTS: ListRules = {
  searched: ["projectId", "pipelineName", "teamId"],
  order: { field: "updatedAt", dir: "desc" },
};

/** The subcommands of deployments that change nothing. */
const READING: readonly string[] = ["get", "list", "preview"];

const registries = new WeakMap<Core, Registry>();

/** `rrext_deploy`: the versions of pipelines. */
export function deployRegistry(call: Call): Reply {
  const { core, identity, args } = call;
  const registry = registryOf(core);
  requireSubcommand(args);
  if (args.subcommand === "add") return add(call);
  requireUnbound(identity, "task.monitor");
  switch (args.subcommand) {
    case "versions":
      return pageOf(registry.versions(projectOf(args)), args, VERSIONS);
    case "artifact":
      return { ...registry.pipeline(projectOf(args), versionOf(args)) };
    case "history": {
      const team = args.teamId ? teamOf(call) : undefined;
      const sees = (teamId: string): boolean =>
        teamId === "" || (team ? teamId === team : seesTeam(call, teamId));
      const rows = registry.history(projectOf(args), sees);
      return pageOf(rows, args, HISTORY);
    }
  }
  return unknownSubcommand(args.subcommand);
}

/** `rrext_deploy_pipe`: which versions teams have, and when they run. */
export async function deployPipe(call: Call): Promise<Reply> {
  const { core, identity, args } = call;
  const registry = registryOf(core);
  const { subcommand, teamId } = args;
  requireSubcommand(args);
  const isReading = READING.includes(textOf(subcommand));
  requireUnbound(identity, isReading ? "task.monitor" : "task.control");
  if (subcommand === "list") {
    const team = teamId ? teamOf(call) : undefined;
    const sees = (it: string): boolean =>
      team ? it === team : seesTeam(call, it);
    return copyOf(pageOf(registry.list(sees), args, DEPLOYMENTS));
  }
  if (subcommand === "preview") return await preview(args);
  const project = projectOf(args);
  const team = teamOf(call);
  if (subcommand === "get") return copyOf(registry.get(project, team));
  const actor = actorOf(call);
  switch (subcommand) {
    case "deploy":
      return copyOf(registry.deploy(project, team, versionOf(args), actor));
    case "enable":
      return copyOf(registry.setState(project, team, "enabled", actor));
    case "disable":
      return copyOf(registry.setState(project, team, "disabled", actor));
    case "remove":
      return copyOf(registry.setState(project, team, "removed", actor));
  }
  if (subcommand === "run") {
    return await registry.run(project, team, sourceOf(args));
  }
  const [change, notice] = changeOf(args);
  const source = sourceOf(args);
  return copyOf(
    await registry.setSource(project, team, source, change, notice, actor),
  );
}

/** What a subcommand changes about a source, and the notice to watchers. */
function changeOf(
  args: Call["args"],
): [change: Partial<SourceSchedule>, notice: string] {
  const { subcommand, schedule, ttl, debugOut, traceLevel } = args;
  switch (subcommand) {
    case "schedule_set": {
      if (ttl !== undefined && ttl !== null && !isPositive(ttl)) {
        throw new ValidationException(
          "ttl must be a positive integer (seconds) or omitted",
        );
      }
      const isSet = isName(schedule) && schedule !== "manual";
      const cron = isSet ? schedule : "";
      return [{ cron, ttl: isPositive(ttl) ? ttl : null }, "schedule"];
    }
    case "schedule_pause":
      return [{ paused: true }, "schedule_pause"];
    case "schedule_resume":
      return [{ paused: false }, "schedule_resume"];
    case "source_config": {
      const level = TRACE_LEVELS.find((it) => it === traceLevel);
      if (isName(traceLevel) && !level) {
        throw new ValidationException(
          `traceLevel must be one of ${TRACE_LEVELS.join("|")}, ` +
            "or omitted for the deploy default (full)",
        );
      }
      const change = { debugOut: debugOut === true, traceLevel: level ?? null };
      return [change, "source_config"];
    }
  }
  return unknownSubcommand(subcommand);
}

function add(call: Call): Reply {
  const { core, identity, args } = call;
  requireUnbound(identity, "task.control");
  const { kind = "pipe", comment, deployTo } = args;
  if (kind === "app") return appsOnlyInCloud();
  if (kind !== "pipe") {
    throw new ValidationException(
      `Unknown deploy kind: '${textOf(kind)}' (use 'pipe' or 'app')`,
    );
  }
  const actor = actorOf(call);
  const pipeline = readPublished(args.pipeline);
  const registry = registryOf(core);
  // Read first: what is refused publishes nothing.
  const team = isName(deployTo) ? teamOf(call, deployTo) : undefined;
  const text = isName(comment) ? comment : "";
  const artifact = registry.add(pipeline, text, actor);
  const { project_id: project = "" } = pipeline;
  const { version } = artifact;
  const deployment = team && registry.deploy(project, team, version, actor);
  return copyOf({
    artifact,
    orgId: TEAM,
    ...(deployment && { deployment }),
  });
}

/** A pipeline that can be a version: it has what it is found by. */
function readPublished(value: unknown): Pipeline {
  const missing = "pipeline is required and must be an object";
  const pipeline = readPipeline(value, missing);
  const { kind = "pipe", name } = pipeline as Readonly<Record<string, unknown>>;
  if (kind !== "pipe") {
    throw new ValidationException(
      "pipeline.kind must be 'pipe' — deploy apps via rrext_deploy add kind='app'",
    );
  }
  // Versions are shown by their names, and never change.
  if (typeof name !== "string" || name.trim() === "") {
    throw new ValidationException(
      "pipeline.name is required — " +
        "the registry renders it on every deploy surface",
    );
  }
  if (!isName(pipeline.project_id)) {
    throw new ValidationException("pipeline.project_id is required");
  }
  if (Array.isArray(pipeline.components)) return pipeline;
  throw new ValidationException("Invalid components in pipeline");
}

/** The next moments of a schedule; one that cannot be read is an answer, too. */
async function preview({ schedule, count = 5 }: Call["args"]): Promise<Reply> {
  if (!isName(schedule)) throw new ValidationException("schedule is required");
  if (!isPositive(count)) {
    throw new ValidationException("count must be a positive integer");
  }
  const most = Math.min(count, MAX_PREVIEW);
  try {
    const { next } = await readSchedule(schedule);
    const times: number[] = [];
    let at: number | undefined = Date.now();
    while (times.length < most) {
      at = next(at);
      if (at === undefined) break;
      times.push(at / 1_000);
    }
    return { valid: true, next: times };
  } catch (error) {
    return { valid: false, error: messageOf(error), next: [] };
  }
}

/** The registry of an engine, made with its first use. */
function registryOf(core: Core): Registry {
  const known = registries.get(core);
  if (known) return known;
  const { clock } = core.settings;
  const registry = new Registry({
    clock,
    changed: (...what) => core.dashboard.deployChanged(...what),
    start: async ({ userId, rights, pipeline, source, teamId, ...rest }) => {
      const { traceLevel: pipelineTraceLevel, trigger, ttl } = rest;
      const given = { ttl: 0, pipelineTraceLevel };
      const options = readStartOptions(given, core.settings.maxPipes);
      const scope = { runKind: "deploy", teamId, trigger } as const;
      const active = core.tasks.active().some(({ spec }) =>
        spec.projectId === pipeline.project_id && spec.source === source &&
        spec.runKind === "deploy" && spec.teamId === teamId &&
        (teamId !== "" || spec.userId === userId)
      );
      if (active) {
        throw new RocketRideException(
          `A run of ${pipeline.project_id}/${source} is already active ` +
            `for team ${teamId || "@me"}`,
        );
      }
      const request = { pipeline, source, userId, rights, options, ...scope };
      const task = await startTask(core, { ...request, useExisting: false });
      if (ttl) task.stopAfter(ttl);
      return task.spec.token;
    },
  });
  registries.set(core, registry);
  core.ended.addEventListener("abort", () => registry.close());
  return registry;
}

function requireSubcommand({ subcommand }: Call["args"]): void {
  if (!subcommand) throw new ValidationException("Subcommand is required");
}

function actorOf({ identity }: Call): Actor {
  return { userId: identity.userId, rights: identity.permissions };
}

function projectOf({ projectId }: Call["args"]): string {
  if (isName(projectId)) return projectId;
  throw new ValidationException("projectId is required");
}

function sourceOf({ sourceId }: Call["args"]): string {
  if (isName(sourceId)) return sourceId;
  throw new ValidationException("sourceId is required");
}

/** The version of a request. */
function versionOf({ version }: Call["args"]): number {
  if (Number.isInteger(version)) return version as number;
  throw new ValidationException("version is required and must be an integer");
}

/** The team of a request; `@me` is the caller's own space. */
function teamOf({ identity, args }: Call, given = args.teamId): string {
  if (!isName(given)) throw new ValidationException("teamId is required");
  const own = personalTeam(identity.userId);
  return given === "@me" || given === own ? own : requireTeam(given);
}

function seesTeam({ identity }: Call, teamId: string): boolean {
  return !teamId.startsWith("user~") ||
    teamId === personalTeam(identity.userId);
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** In process, a caller may change what it receives. */
function copyOf(value: object): NonNullable<Reply> {
  return structuredClone(value) as NonNullable<Reply>;
}
