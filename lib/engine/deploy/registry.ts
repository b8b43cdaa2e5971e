import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Pipeline } from "../../../schema/pipeline.ts";
import type {
  DeployArtifact,
  DeployHistoryEntry,
  Deployment,
  SourceSchedule,
} from "../../../schema/registry.ts";
import type { Clock } from "../../async.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import type { Permission } from "../access/permissions.ts";
import { TEAM } from "../access/scope.ts";
import { readSchedule, type Schedule, whenDue } from "./schedule.ts";
import { numberOf, textOf } from "../text_of.ts";

/** Who does something to a deployment, and what they may do. */
export interface Actor {
  readonly userId: string;
  readonly rights: ReadonlySet<Permission>;
}

/** A run of a deployment. */
export interface DeployRun extends Actor {
  readonly pipeline: Pipeline;
  readonly source: string;
  /** The team, or empty for a user's own. */
  readonly teamId: string;
  readonly traceLevel: string;
  readonly trigger: "manual" | "scheduled";
  /** Seconds until it is stopped. */
  readonly ttl: number | undefined;
}

/** What a registry needs. */
export interface RegistryOptions {
  readonly clock: Clock;
  /** Start a run; returns its token. Rejects while there is another. */
  start(run: DeployRun): Promise<string>;
  /** Something has changed. */
  changed(teamId: string, projectId: string, action: string): void;
}

/** A version of a project. */
interface Version {
  readonly artifact: DeployArtifact;
  readonly text: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry {
  readonly record: Writable<Deployment> & {
    readonly teamId: string;
    readonly schedules: Record<string, SourceSchedule>;
  };
  actor: Actor;
  /** When sources run by themselves. */
  readonly due: Map<string, Schedule>;
  /** What stops their timers. */
  timers: readonly (() => void)[];
}

/** All pipelines together, in characters. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_COMMENT = 4_000;
const MAX_HISTORY = 10_000;
const MANUAL = {
  cron: "",
  paused: false,
  ttl: null,
  traceLevel: null,
  debugOut: false,
  lastRunAt: null,
};

/**
 * The numbered versions of pipelines that an engine keeps, which of them each
 * team has deployed, and when their sources run. They last as long as the
 * engine.
 */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #versions: Map<string, Version[]> = new Map();
  readonly #deployments: Map<string, Entry> = new Map();
  readonly #history: (DeployHistoryEntry & { readonly projectId: string })[] =
    [];
  readonly #epoch: number;
  #characters = 0;
  #seq = 0;

  /** Begin without versions. */
  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#epoch = Date.now() - options.clock.now();
  }

  /** Keep a pipeline as the next version of its project. */
  add(pipeline: Pipeline, comment: string, actor: Actor): DeployArtifact {
    const { project_id: projectId = "", name } = pipeline;
    const text = JSON.stringify(pipeline);
    if (this.#characters + text.length > MAX_CHARACTERS) {
      throw new RocketRideException("The registry of pipelines is full");
    }
    this.#characters += text.length;
    const bytes = new TextEncoder().encode(text);
    const versions = this.#versions.get(projectId) ?? [];
    this.#versions.set(projectId, versions);
    const version = versions.length + 1;
    const artifact = {
      projectId,
      version,
      sha256: bytesToHex(sha256(bytes)),
      bytes: bytes.length,
      name: name ?? "",
      pipelineName: name ?? "",
      publishedBy: actorOf(actor),
      publishedAt: this.#now() / 1_000,
      comment: comment.slice(0, MAX_COMMENT),
      artifactPath: `${projectId}/v${version}`,
    };
    versions.push({ artifact, text });
    this.#note("publish", "add", "", projectId, version, actor);
    return artifact;
  }

  /** The versions of a project. */
  versions(projectId: string): readonly DeployArtifact[] {
    return (this.#versions.get(projectId) ?? []).map((it) => it.artifact);
  }

  /** The pipeline of a version. */
  pipeline(projectId: string, version: unknown): Pipeline {
    return JSON.parse(this.#version(projectId, version).text);
  }

  /** What was done to a project: in the registry, and for some teams. */
  history(
    projectId: string,
    sees: (teamId: string) => boolean,
  ): readonly DeployHistoryEntry[] {
    return this.#history
      .filter((it) => it.projectId === projectId && sees(it.teamId ?? ""))
      .map(({ projectId: _, ...row }) => row);
  }

  /** The deployments of some teams. */
  list(sees: (teamId: string) => boolean): readonly Deployment[] {
    return [...this.#deployments.values()].map(({ record }) => record)
      .filter(({ teamId }) => sees(teamId));
  }

  /** The deployment of a project for a team; throws unless there is one. */
  get(projectId: string, teamId: string): Deployment {
    return this.#find(projectId, teamId).record;
  }

  /** Let a team have a version; its schedules stay. */
  deploy(
    projectId: string,
    teamId: string,
    version: unknown,
    actor: Actor,
  ): Deployment {
    const { artifact } = this.#version(projectId, version);
    const key = keyOf(projectId, teamId);
    const now = this.#now() / 1_000;
    const known = this.#deployments.get(key);
    const by = actorOf(actor);
    const entry: Entry = known ?? {
      record: {
        teamId,
        projectId,
        state: "enabled",
        schedules: {},
        createdAt: now,
        createdBy: by,
        // There is one team; a user's own runs belong to it, too.
        billingTeamId: TEAM,
      },
      actor,
      due: new Map(),
      timers: [],
    };
    const { version: before = 0 } = entry.record;
    const { sha256, pipelineName, publishedAt, publishedBy } = artifact;
    const pinned = { sha256, pipelineName, publishedAt, publishedBy };
    const state = { version: artifact.version, state: "enabled" };
    Object.assign(entry.record, pinned, state, { deployedAt: now });
    entry.actor = actor;
    this.#deployments.set(key, entry);
    const action = Number(artifact.version) < before ? "rollback" : "deploy";
    return this.#changed(entry, "deploy", actor, action);
  }

  /** Let a deployment run, or not; removed ones are kept for their history. */
  setState(
    projectId: string,
    teamId: string,
    state: "enabled" | "disabled" | "removed",
    actor: Actor,
  ): Deployment {
    const entry = this.#find(projectId, teamId);
    entry.record.state = state;
    const actions = {
      enabled: "enable",
      disabled: "disable",
      removed: "remove",
    };
    return this.#changed(entry, state, actor, actions[state]);
  }

  /** Change when a source runs, and how. */
  async setSource(
    projectId: string,
    teamId: string,
    source: string,
    change: Partial<SourceSchedule>,
    notice: string,
    actor: Actor,
  ): Promise<Deployment> {
    const schedule = await readSchedule(change.cron || "manual");
    const [entry] = this.#findSource(projectId, teamId, source);
    const { record } = entry;
    if (change.cron !== undefined) entry.due.set(source, schedule);
    record.schedules[source] = {
      ...MANUAL,
      ...record.schedules[source],
      ...change,
    };
    // The history records versions and states, not schedules.
    return this.#changed(entry, notice, actor);
  }

  /** Run a source; a scheduled run ends after the `ttl` of its schedule. */
  async run(
    projectId: string,
    teamId: string,
    source: string,
    trigger: DeployRun["trigger"] = "manual",
  ): Promise<{ readonly token: string; readonly version: number }> {
    const [entry, pipeline] = this.#findSource(projectId, teamId, source);
    const { record: { state, schedules, version = 0 }, actor } = entry;
    if (state !== "enabled") {
      throw new RocketRideException(
        `Deployment is ${state} — enable it first`,
      );
    }
    const { traceLevel, ttl } = schedules[source] ?? MANUAL;
    const token = await this.#options.start({
      ...actor,
      pipeline,
      source,
      teamId: isPersonal(teamId) ? "" : teamId,
      traceLevel: traceLevel ?? "full",
      trigger,
      ttl: trigger === "scheduled" ? ttl ?? undefined : undefined,
    });
    const row = schedules[source];
    const lastRunAt = this.#now() / 1_000;
    if (row) schedules[source] = { ...row, lastRunAt };
    this.#options.changed(teamId, projectId, "run");
    return { token, version };
  }

  /** Stop all schedules, for good. */
  close(): void {
    for (const { timers } of this.#deployments.values()) {
      for (const stop of timers) stop();
    }
    this.#deployments.clear();
  }

  #version(projectId: string, version: unknown): Version {
    const found = this.#versions.get(projectId)?.[numberOf(version) - 1];
    if (found) return found;
    throw new RocketRideException(
      `Project '${projectId}' has no version ${textOf(version)}`,
    );
  }

  #find(projectId: string, teamId: string, isRemovedOk = true): Entry {
    const entry = this.#deployments.get(keyOf(projectId, teamId));
    const isThere = isRemovedOk || entry?.record.state !== "removed";
    if (entry && isThere) return entry;
    throw new RocketRideException(
      `No deployment of ${projectId} for team ${teamId}`,
    );
  }

  /** A deployment that is not removed, and its pipeline, which has a source. */
  #findSource(
    projectId: string,
    teamId: string,
    source: string,
  ): [entry: Entry, pipeline: Pipeline] {
    const entry = this.#find(projectId, teamId, false);
    const { version } = entry.record;
    const pipeline = this.pipeline(projectId, version);
    if (pipeline.components.some(({ id }) => id === source)) {
      return [entry, pipeline];
    }
    throw new ValidationException(
      `sourceId '${source}' is not a component of version ${version}`,
    );
  }

  #now(): number {
    return this.#epoch + this.#options.clock.now();
  }

  /** A deployment has changed; an action is one for its history. */
  #changed(
    entry: Entry,
    notice: string,
    actor: Actor,
    action?: string,
  ): Deployment {
    const { record } = entry;
    record.updatedAt = this.#now() / 1_000;
    record.updatedBy = actorOf(actor);
    const { teamId, projectId = "", version = 0 } = record;
    if (action === undefined) {
      this.#options.changed(teamId, projectId, notice);
    } else this.#note(action, notice, teamId, projectId, version, actor);
    this.#arm(entry);
    return record;
  }

  /** Wait for the next moments of all schedules. */
  #arm(entry: Entry): void {
    const { record: { state, schedules }, timers, due } = entry;
    for (const stop of timers) stop();
    const isOn = state === "enabled" || state === "errored";
    const waiting = isOn
      ? [...due].filter(([source]) => !schedules[source]?.paused)
      : [];
    const { clock } = this.#options;
    const now = (): number => this.#now();
    entry.timers = waiting.map(([source, schedule]) =>
      whenDue(clock, now, schedule, () => void this.#runDue(entry, source))
    );
  }

  /** A run that cannot start makes a deployment errored, until one can. */
  async #runDue(entry: Entry, source: string): Promise<void> {
    const { record, actor } = entry;
    const { teamId, projectId = "", version = 0 } = record;
    if (record.state === "errored") record.state = "enabled";
    try {
      await this.run(projectId, teamId, source, "scheduled");
    } catch (error) {
      // The run before goes on.
      if (/ is already active /.test(String(error))) return;
      if (record.state !== "enabled") return;
      record.state = "errored";
      this.#note("errored", "errored", teamId, projectId, version, actor);
    }
  }

  #note(
    action: string,
    notice: string,
    teamId: string,
    projectId: string,
    version: number,
    actor: Actor,
  ): void {
    this.#history.push({
      seq: ++this.#seq,
      at: this.#now() / 1_000,
      action,
      teamId,
      projectId,
      version,
      actor: actorOf(actor),
    });
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
    this.#options.changed(teamId, projectId, notice);
  }
}

/** The space of a user, as if it were a team. */
export function personalTeam(userId: string): string {
  return `user~${userId}`;
}

function isPersonal(teamId: string): boolean {
  return teamId.startsWith("user~");
}

function actorOf(
  { userId }: Actor,
): { userId: string; display: string; email: string } {
  return { userId, display: userId, email: "" };
}

function keyOf(projectId: string, teamId: string): string {
  return JSON.stringify([projectId, teamId]);
}
