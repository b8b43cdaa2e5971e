/** Whether an engine's code is being profiled (api §2.10). */
export interface CProfileStatus {
  /** Whether a profile is being taken. */
  readonly active?: boolean;
  /** What came of a start. */
  readonly status?: "started" | "error" | (string & Record<never, never>);
  /** Who started it. */
  readonly owner?: string | null;
  /** The name that it was started with. */
  readonly session?: string | null;
  /** For how long it has been taken, in seconds. */
  readonly runtime?: number | null;
  /** When it was started, in Unix seconds. */
  readonly start_time?: number | null;
  /** Whether there is a report to fetch. */
  readonly has_report?: boolean;
  /** In words. */
  readonly message?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What came of ending a profile (api §2.10). */
export interface CProfileStop {
  /** Whether it went well. */
  readonly status?: "completed" | "error" | (string & Record<never, never>);
  /** The name that it was started with. */
  readonly session?: string | null;
  /** For how long it was taken, in seconds. */
  readonly runtime?: number | null;
  /** Who started it. */
  readonly owner?: string | null;
  /** In words. */
  readonly message?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a profile found out (api §2.10). */
export interface CProfileReport {
  /** The report, as text. */
  readonly report: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
