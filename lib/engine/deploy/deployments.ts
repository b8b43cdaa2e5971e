import type { DeploymentRecord } from "../../../schema/deployment.ts";
import type { Pipeline } from "../../../schema/pipeline.ts";
import type { Permission } from "../access/identity.ts";
import type { Clock } from "../../async.ts";
import { RocketRideException } from "../../errors.ts";
import { nextRun } from "./next_run.ts";
import { readSchedule, type Schedule } from "./read_schedule.ts";

/** What deployments need. */
export interface DeploymentsOptions {
  /** Where time comes from. */
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

/** What is to be deployed. */
export interface NewDeployment {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** When it runs. */
  readonly schedule: string;
  /** Who deploys it. */
  readonly userId: string;
  /** What that user may do. */
  readonly rights: ReadonlySet<Permission>;
}

/** What can be changed about a deployment. */
export interface DeploymentChanges {
  /** Another pipeline. */
  readonly pipeline?: Pipeline | undefined;
  /** Another schedule. */
  readonly schedule?: string | undefined;
  /**
   * What who gives the other pipeline may do.
   *
   * @default {new Set()}
   */
  readonly rights?: ReadonlySet<Permission>;
}

interface Entry {
  record: DeploymentRecord;
  rights: ReadonlySet<Permission>;
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

  /** Begin with none. */
  constructor(options: DeploymentsOptions) {
    this.#options = options;
    this.#epoch = Date.now() - options.clock.now();
  }

  /** All of them, oldest first. */
  list(): readonly DeploymentRecord[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  /**
   * The deployment of a project.
   *
   * @throws {RocketRideException} There is none.
   */
  get(projectId: string): DeploymentRecord {
    return this.#find(projectId).record;
  }

  /**
   * Keep a pipeline.
   *
   * @throws {RocketRideException} The project has a deployment already.
   * @throws {ValidationException} The schedule cannot be read.
   */
  add(
    projectId: string,
    { pipeline, schedule, userId, rights }: NewDeployment,
  ): DeploymentRecord {
    if (this.#entries.has(projectId)) {
      throw new RocketRideException(
        `Project '${projectId}' is already deployed`,
      );
    }
    const times = readSchedule(schedule);
    const now = this.#now() / 1_000;
    const record: DeploymentRecord = {
      pipeline,
      schedule,
      state: "active",
      created_by: userId,
      created_at: now,
      updated_at: now,
    };
    const entry = { record, rights, cancel: (): void => {} };
    this.#entries.set(projectId, entry);
    this.#arm(entry, times);
    return record;
  }

  /**
   * Change a deployment.
   *
   * @throws {RocketRideException} There is none.
   * @throws {ValidationException} The schedule cannot be read.
   */
  update(projectId: string, changes: DeploymentChanges): void {
    const entry = this.#find(projectId);
    const pipeline = changes.pipeline ?? entry.record.pipeline;
    const schedule = changes.schedule ?? entry.record.schedule;
    const times = readSchedule(schedule);
    entry.record = {
      ...entry.record,
      pipeline,
      schedule,
      state: "active",
      updated_at: this.#now() / 1_000,
    };
    if (changes.pipeline) entry.rights = changes.rights ?? new Set();
    entry.cancel();
    this.#arm(entry, times);
  }

  /**
   * Forget a deployment; a task that it started goes on.
   *
   * @throws {RocketRideException} There is none.
   */
  remove(projectId: string): void {
    this.#find(projectId).cancel();
    this.#entries.delete(projectId);
  }

  /** Forget all of them. */
  close(): void {
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

  /** Wait for the next moment of a schedule. */
  #arm(entry: Entry, times: Schedule | undefined): void {
    const due = times && nextRun(times, this.#now());
    if (times && due !== undefined) this.#wait(entry, times, due);
  }

  #wait(entry: Entry, times: Schedule, due: number): void {
    const wake = (): void => {
      // Platforms may not wait for as long as they are told to.
      if (this.#now() < due) return this.#wait(entry, times, due);
      this.#arm(entry, times);
      this.#start(entry);
    };
    const left = due - this.#now();
    entry.cancel = this.#options.clock.after(left, wake, { ref: false });
  }

  #start(entry: Entry): void {
    const { record } = entry;
    const becomes = (state: "active" | "errored"): void => {
      // What was changed meanwhile did not run.
      if (entry.record === record && record.state !== state) {
        entry.record = { ...record, state };
      }
    };
    this.#options.start(record, entry.rights).then(
      () => becomes("active"),
      () => becomes("errored"),
    );
  }
}
