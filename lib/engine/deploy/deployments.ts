import type { DeploymentRecord } from "../../../schema/deployment.ts";
import type { Pipeline } from "../../../schema/pipeline.ts";
import { type Clock, ignore } from "../../async.ts";
import { RocketRideException } from "../../errors.ts";
import type { Permission } from "../access/permissions.ts";
import { type Schedule, whenDue } from "./schedule.ts";

/** What deployments need. */
export interface DeploymentsOptions {
  readonly clock: Clock;
  /**
   * Start the pipeline of a deployment, unless it runs; may reject. It can do
   * no more than who deployed it.
   */
  start(
    record: DeploymentRecord,
    rights: ReadonlySet<Permission>,
  ): Promise<unknown>;
}

/** A pipeline, and what who gives it may do. */
export interface DeployedPipeline {
  readonly pipeline: Pipeline;
  readonly rights: ReadonlySet<Permission>;
}

interface Entry {
  record: DeploymentRecord;
  rights: ReadonlySet<Permission>;
  schedule: Schedule;
  cancel: () => void;
}

/**
 * The pipelines that an engine keeps and starts when their schedules say so,
 * by project. They last as long as the engine.
 *
 * Servers of 1.1 keep schedules but never act on them; here they do run. A
 * start that fails makes a deployment `errored`, until one succeeds.
 */
export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #entries: Map<string, Entry> = new Map();
  /** What to add to the clock's time for that of the calendar. */
  readonly #epoch: number;
  #isClosed = false;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
    this.#epoch = Date.now() - options.clock.now();
  }

  /** All of them, oldest first. */
  list(): readonly DeploymentRecord[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  get(projectId: string): DeploymentRecord {
    return this.#find(projectId).record;
  }

  /** Keep a pipeline for a user; throws if the project has one already. */
  add(
    projectId: string,
    { pipeline, rights }: DeployedPipeline,
    schedule: Schedule,
    userId: string,
  ): DeploymentRecord {
    if (this.#isClosed) throw new RocketRideException("Engine is closed");
    if (this.#entries.has(projectId)) {
      throw new RocketRideException(
        `Project '${projectId}' is already deployed`,
      );
    }
    const now = this.#now() / 1_000;
    const record: DeploymentRecord = {
      pipeline,
      schedule: schedule.text,
      state: "active",
      created_by: userId,
      created_at: now,
      updated_at: now,
    };
    const entry = { record, rights, schedule, cancel: ignore };
    this.#entries.set(projectId, entry);
    this.#arm(entry);
    return record;
  }

  /** Change the pipeline of a deployment, its schedule, or both. */
  update(
    projectId: string,
    deployed: DeployedPipeline | undefined,
    schedule: Schedule | undefined,
  ): void {
    const entry = this.#find(projectId);
    entry.schedule = schedule ?? entry.schedule;
    entry.rights = deployed?.rights ?? entry.rights;
    entry.record = {
      ...entry.record,
      pipeline: deployed?.pipeline ?? entry.record.pipeline,
      schedule: entry.schedule.text,
      state: "active",
      updated_at: this.#now() / 1_000,
    };
    entry.cancel();
    this.#arm(entry);
  }

  /** Forget a deployment; a task that it started goes on. */
  remove(projectId: string): void {
    this.#find(projectId).cancel();
    this.#entries.delete(projectId);
  }

  /** Forget all of them, for good. */
  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#entries.values()) cancel();
    this.#entries.clear();
  }

  #find(projectId: string): Entry {
    const entry = this.#entries.get(projectId);
    if (entry) return entry;
    throw new RocketRideException(`Project '${projectId}' is not deployed`);
  }

  /** Milliseconds since the epoch, by the engine's clock. */
  #now(): number {
    return this.#epoch + this.#options.clock.now();
  }

  #arm(entry: Entry): void {
    const now = (): number => this.#now();
    const { clock } = this.#options;
    entry.cancel = whenDue(
      clock,
      now,
      entry.schedule,
      () => this.#start(entry),
    );
  }

  #start(entry: Entry): void {
    const { record, rights } = entry;
    const becomes = (state: "active" | "errored"): void => {
      // A deployment that was changed meanwhile did not run.
      if (entry.record === record) entry.record = { ...record, state };
    };
    this.#options.start(record, rights).then(
      () => becomes("active"),
      () => becomes("errored"),
    );
  }
}
