/** Who did something. */
export interface DeployActor {
  /** The user's id. */
  readonly userId?: string;
  /** The name to show. */
  readonly display?: string;
  /** The mail address. */
  readonly email?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A version of a pipeline in the registry of an organization; never changes. */
export interface DeployArtifact {
  /** Its number, from 1. */
  readonly version?: number;
  /** The checksum of what was published. */
  readonly sha256?: string;
  /** Its size. */
  readonly bytes?: number;
  /** The pipeline's name. */
  readonly pipelineName?: string;
  /** Who published it. */
  readonly publishedBy?: DeployActor;
  /** When, in Unix seconds. */
  readonly publishedAt?: number;
  /** What was said about it. */
  readonly comment?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** When a source of a deployment runs, and how. */
export interface SourceSchedule {
  /** The cron expression; empty where it is started by hand. */
  readonly cron: string;
  /** Whether the schedule rests. */
  readonly paused?: boolean;
  /** Seconds that a run may take; `null` for no limit. */
  readonly ttl?: number | null;
  /** How much of a run is traced. */
  readonly traceLevel?: string | null;
  /** Whether runs print what helps to find faults. */
  readonly debugOut?: boolean;
  /** When it last ran, in Unix seconds. */
  readonly lastRunAt?: number | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A version of a pipeline that a team runs. */
export interface Deployment {
  /** The pipeline's `project_id`. */
  readonly projectId: string;
  /** The team; absent on servers up to 1.3. */
  readonly teamId?: string;
  /** The version; absent on servers up to 1.3. */
  readonly version?: number;
  /** How it is. */
  readonly state:
    | "enabled"
    | "disabled"
    | "errored"
    | "removed"
    | (string & Record<never, never>);
  /** The pipeline's name. */
  readonly pipelineName?: string;
  /** The id of a source to when it runs. */
  readonly schedules?: Readonly<Record<string, SourceSchedule>>;
  /** When it was made, in Unix seconds. */
  readonly createdAt?: number;
  /** Who made it. */
  readonly createdBy?: DeployActor;
  /** When it was last changed, in Unix seconds. */
  readonly updatedAt?: number;
  /** Who changed it. */
  readonly updatedBy?: DeployActor;
  /** When its version was deployed, in Unix seconds. */
  readonly deployedAt?: number;
  /** The checksum of its version. */
  readonly sha256?: string;
  /** When its version was published, in Unix seconds. */
  readonly publishedAt?: number;
  /** Who published its version. */
  readonly publishedBy?: DeployActor;
  /** The team that pays for its runs; empty where there is none. */
  readonly billingTeamId?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Something that was done to a project's versions or deployments. */
export interface DeployHistoryEntry {
  /** Its number; always grows. */
  readonly seq?: number;
  /** When, in Unix seconds. */
  readonly at?: number;
  /** What, for example `publish` or `rollback`. */
  readonly action?: string;
  /** The team; empty for what concerns the registry alone. */
  readonly teamId?: string;
  /** The version concerned. */
  readonly version?: number;
  /** Who did it. */
  readonly actor?: DeployActor;
  /** More about it. */
  readonly data?: unknown;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** When a schedule would run next. */
export interface SchedulePreview {
  /** Whether it is a schedule. */
  readonly valid: boolean;
  /** Why not. */
  readonly error?: string;
  /** The next times, in Unix seconds. */
  readonly next: readonly number[];
}

/** A version of an app in the registry; from 1.4 on. */
export interface AppVersion {
  /** Its number in the registry. */
  readonly registryVersion?: number;
  /** The version that the app says it has. */
  readonly appVersion?: string;
  /** How far it is: `private`, `submit`, `ready`, `rejected` or `failed`. */
  readonly state?: string;
  /** The checksum of what was uploaded. */
  readonly sha256?: string;
  /** When it was uploaded. */
  readonly publishedAt?: number | string;
  /** Who uploaded it. */
  readonly author?: unknown;
  /** What was said about it. */
  readonly message?: string;
  /** How its build is: `queued`, `building`, `ok`, `failed`, or empty. */
  readonly buildStatus?: string;
  /** Where its build is. */
  readonly buildPhase?: string;
  /** When its build ended. */
  readonly buildEndedAt?: number | string | null;
  /** For whom it is published: `user`, `team`, `public`. */
  readonly rungs?: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A version of an app that is published for someone. */
export interface AppPublication {
  /** For whom. */
  readonly audience?: string;
  /** The version. */
  readonly version?: number;
  /** How the publication is. */
  readonly state?: string;
  /** How the version is. */
  readonly artifactState?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Where an app is published, and in which version. */
export interface AppPin {
  /** For whom: `personal`, `team` or `public`. */
  readonly rung?: string;
  /** The name of the team. */
  readonly handle?: string;
  /** The number in the registry. */
  readonly version?: number;
  /** The version that the app says it has. */
  readonly appVersion?: string;
  /** How the publication is. */
  readonly state?: string;
  /** When it was published. */
  readonly deployedAt?: number | string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
