import type { ConnectResult } from "./account.ts";
import type { EventKind } from "./event_kind.ts";
import type { UploadResult } from "./result.ts";
import type { TaskCounters, TaskMetrics, TaskStatus } from "./task.ts";

export { EVENT_BITS, eventMask, kindsOf } from "./event_kind.ts";
export type { EventKind } from "./event_kind.ts";

/** What newer servers put into the body of every event of a task. */
export interface EventStamps {
  /** When it was sent, in Unix seconds, with a fraction. */
  readonly eventTime?: number;
  /**
   * Its number in the log of its source, from 1. It always grows, over runs
   * and restarts; gaps are no losses.
   */
  readonly logSeq?: number;
  /** Whether the run is one of development or a deployed one. */
  readonly runKind?: "dev" | "deploy" | (string & Record<never, never>);
  /** The team of a deployed run; empty for a run of development. */
  readonly teamId?: string;
  /** Whose run it is. */
  readonly userId?: string;
  /** Which of several processes of the task has sent it. */
  readonly replica?: number;
}

/** What every event's body may carry. */
export interface EventBody extends EventStamps {
  /** The task's display id; empty for events of the server itself. */
  readonly __id?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Body of `apaevt_status_update`: the whole status of a task. */
export interface StatusUpdateBody extends TaskStatus, EventStamps {
  /** The task's display id; `<project>.<source>` when there is no task. */
  readonly __id?: string;
  /** Whether it is the last one of a run; newer servers say so. */
  readonly final?: boolean;
}

/** A task in the list of `apaevt_task` with the action `running`. */
export interface RunningTask {
  /** The task's display id. */
  readonly id: string;
  /** The task's name; 1.0 servers leave it out. */
  readonly name?: string;
  /** The pipeline's project. */
  readonly projectId: string;
  /** The id of the source component. */
  readonly source: string;
  /** Whether the run is one of development or a deployed one. */
  readonly runKind?: EventStamps["runKind"];
  /** The team of a deployed run; empty for a run of development. */
  readonly teamId?: string;
}

/** Body of `apaevt_task` when tasks are first listed. */
export interface TaskListBody extends EventBody {
  /** Sent once, before the reply to the subscription. */
  readonly action: "running";
  /** All active tasks of the account, whatever was subscribed to. */
  readonly tasks: readonly RunningTask[];
}

/** Body of `apaevt_task` when a task begins, ends or starts again. */
export interface TaskChangeBody extends EventBody {
  /** What the task did. */
  readonly action: "begin" | "end" | "restart";
  /** The task's name. */
  readonly name: string;
  /** The pipeline's project. */
  readonly projectId: string;
  /** The id of the source component. */
  readonly source: string;
  /** On begin: the number that the run's chapter in the log begins with. */
  readonly beginSeq?: number | null;
  /** On end: who ended it. */
  readonly reason?: "user" | "ttl" | (string & Record<never, never>);
}

/** Body of `apaevt_task`; narrow it by `action`. */
export type TaskEventBody = TaskListBody | TaskChangeBody;

/** What a component got or gave, in an `apaevt_flow`. */
export interface FlowTrace {
  /** The lane; `invoke` for control calls. */
  readonly lane?: string;
  /** The data, as much of it as the trace level shows. */
  readonly data?: unknown;
  /** On leave: `continue`, `skip` or `error`. */
  readonly result?: unknown;
  /** On leave: why it failed. */
  readonly error?: unknown;
  /** Free form beyond this. */
  readonly [key: string]: unknown;
}

/** Body of `apaevt_flow`: a step of an object through a pipe. */
export interface FlowBody extends EventBody {
  /** The pipe's index. */
  readonly id: number;
  /** The step: the object begins or ends, a component is entered or left. */
  readonly op: "begin" | "enter" | "leave" | "end";
  /** The ids of the active components, innermost last; on begin the object's name. */
  readonly pipes: readonly string[];
  /** What is entered or left; on begin and end the object. Older ones have none. */
  readonly component?: string;
  /** What was got or given; on end the whole response. */
  readonly trace?: FlowTrace;
  /** The pipeline's project. */
  readonly project_id: string;
  /** The id of the source component. */
  readonly source: string;
}

/** Body of `apaevt_sse`: a message of a node about its work. */
export interface SseBody extends EventBody {
  /** The pipe that it is about. */
  readonly pipe_id: number;
  /** What kind of message, for example `thinking`. */
  readonly type: string;
  /** The message; absent when empty. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Body of `output`: a line that the engine printed. */
export interface OutputBody extends EventBody {
  /** Where it was printed, for example `console`. */
  readonly category?: string;
  /** The line, with its line end. */
  readonly output: string;
}

/** Body of `apaevt_status_object`: the object in progress. */
export interface StatusObjectBody extends EventBody {
  /** The object's name. */
  readonly object: string;
  /** Its size in bytes. */
  readonly size: number;
}

/** Body of `apaevt_status_counts`: the statistics of a task. */
export interface StatusCountsBody extends TaskCounters, EventBody {}

/** Body of `apaevt_status_error`, `_warning` and `_message`. */
export interface StatusMessageBody extends EventBody {
  /** The text. */
  readonly message: string;
}

/** Body of `apaevt_status_metrics`. */
export interface StatusMetricsBody extends EventBody {
  /** What the task uses. */
  readonly metrics: Partial<TaskMetrics>;
}

/** Body of `apaevt_status_download`: the engine fetches something it needs. */
export interface StatusDownloadBody extends EventBody {
  /** What it fetches, and how far it is. */
  readonly info: {
    /** What is fetched. */
    readonly name?: string;
    /** How far it is. */
    readonly status?: string;
    /** What went wrong. */
    readonly error?: readonly string[];
    /** Members this version does not know are kept. */
    readonly [key: string]: unknown;
  };
}

/** Body of `apaevt_status_user`: hints on how to reach the source. */
export interface StatusUserBody extends EventBody {
  /** The hints, with their placeholders unresolved. */
  readonly notes: TaskStatus["notes"];
}

/** Body of `apaevt_status_info`. */
export interface StatusInfoBody extends EventBody {
  /** Any data. */
  readonly info: Readonly<Record<string, unknown>>;
}

/** Body of `apaevt_dashboard`; narrow it by `action`. */
export interface DashboardBody extends EventBody {
  /** What happened, for example `connection_added`. */
  readonly action: string;
  /** When, in Unix seconds. */
  readonly timestamp?: number;
  /** The connection concerned. */
  readonly connectionId?: number | string;
  /** The task concerned. */
  readonly taskId?: string;
  /** What the client calls itself. */
  readonly clientName?: string;
  /** What the client calls itself by now; see `connection_updated`. */
  readonly appName?: string;
  /** The client's version. */
  readonly clientVersion?: string;
  /** Whose the connection is. */
  readonly clientId?: string | null;
  /** Why a login was refused. */
  readonly reason?: string;
  /** The target of a subscription that changed. */
  readonly key?: string;
  /** How it changed. */
  readonly change?: "subscribed" | "unsubscribed";
  /** How a task ended. */
  readonly exitCode?: number | null;
  /** Why a task ended so. */
  readonly exitMessage?: string;
}

/** Body of `apaevt_deploy`: something changed, so that it is time to ask. */
export interface DeployBody extends EventBody {
  /** The organization. */
  readonly orgId?: string;
  /** The project; none where an app changed. */
  readonly projectId?: string;
  /** What happened, for example `deploy` or `errored`. */
  readonly action: string;
}

/** Body of `apaevt_build`: what the build of an app printed. */
export interface BuildBody extends EventBody {
  /** The organization. */
  readonly orgId?: string;
  /** The app. */
  readonly appId: string;
  /** The version that is built. */
  readonly version?: number;
  /** Where the build is, for example `install`. */
  readonly phase?: string;
  /** The lines. */
  readonly lines: readonly string[];
}

/** Body of `apaevt_build_status`: how the build of an app is. */
export interface BuildStatusBody extends EventBody {
  /** The organization. */
  readonly orgId?: string;
  /** The app. */
  readonly appId: string;
  /** The version that is built. */
  readonly version?: number;
  /** Where the build is; empty once it is over. */
  readonly status: string;
}

/** Body of `app:statusChanged`: an app was looked at, and what came of it. */
export interface AppStatusBody extends EventBody {
  /** The app. */
  readonly appId: string;
  /** What has become of it. */
  readonly status: string;
  /** The version concerned. */
  readonly version?: number;
  /** What was said about it. */
  readonly notes?: string;
}

/** Body of `apaevt_log_lifecycle`, which comes from logs alone. */
export interface LogLifecycleBody extends EventBody {
  /** What happened to the run. */
  readonly action:
    | "run-begin"
    | "run-end"
    | "restart"
    | "clock-anomaly"
    | (string & Record<never, never>);
  /** On begin: the version of the form of the log. */
  readonly schemaVer?: number;
  /** On begin: the pipeline's project. */
  readonly projectId?: string;
  /** On begin: the id of the source component. */
  readonly source?: string;
  /** On begin: how much is traced. */
  readonly traceLevel?: string | null;
  /** On begin: what started it, such as `manual` or `scheduled`. */
  readonly trigger?: string;
  /** On begin: the user who started it. */
  readonly user?: string;
  /** On begin: a digest of the pipeline. */
  readonly pipelineHash?: string;
  /** On end: `ok`, `error` or `cancelled`. */
  readonly outcome?: string;
  /** On end: the message that it ended with. */
  readonly detail?: string;
  /** On end: why it was stopped, if it was: `user` or `ttl`. */
  readonly reason?: string;
}

/** Body of `apaext_account`: the account as it is now. */
export interface AccountBody extends ConnectResult {
  /** Empty: the event is the server's own. */
  readonly __id?: string;
}

/** An upload on its way, in an `apaevt_status_upload`. */
export interface UploadProgress {
  /** The pipe opened, a chunk was acknowledged, the pipe is about to close. */
  readonly action: "open" | "write" | "close";
  /** The file's path or name, as it was given. */
  readonly filepath: string;
  /** Bytes that the engine has acknowledged. */
  readonly bytes_sent: number;
  /** The file's size in bytes. */
  readonly file_size: number;
  /** How long it has taken, in seconds. */
  readonly upload_time: number;
}

/**
 * Body of `apaevt_status_upload`, which the client makes itself and never
 * sees on the wire; narrow it by `action`.
 */
export type UploadBody = (UploadProgress | UploadResult) & EventBody;

/** Event name to the body it carries. */
export interface EventBodies {
  /** The status of a task. */
  readonly apaevt_status_update: StatusUpdateBody;
  /** Tasks come and go. */
  readonly apaevt_task: TaskEventBody;
  /** Steps of objects through pipes. */
  readonly apaevt_flow: FlowBody;
  /** Messages of nodes. */
  readonly apaevt_sse: SseBody;
  /** Lines that the engine printed. */
  readonly output: OutputBody;
  /** The object in progress. */
  readonly apaevt_status_object: StatusObjectBody;
  /** Statistics. */
  readonly apaevt_status_counts: StatusCountsBody;
  /** An error. */
  readonly apaevt_status_error: StatusMessageBody;
  /** A warning. */
  readonly apaevt_status_warning: StatusMessageBody;
  /** A message. */
  readonly apaevt_status_message: StatusMessageBody;
  /** What the task uses. */
  readonly apaevt_status_metrics: StatusMetricsBody;
  /** A download of the engine. */
  readonly apaevt_status_download: StatusDownloadBody;
  /** Hints on how to reach the source. */
  readonly apaevt_status_user: StatusUserBody;
  /** Other information. */
  readonly apaevt_status_info: StatusInfoBody;
  /** What happens on the server. */
  readonly apaevt_dashboard: DashboardBody;
  /** Deployments change. */
  readonly apaevt_deploy: DeployBody;
  /** An app is built. */
  readonly apaevt_build: BuildBody;
  /** How the build of an app is. */
  readonly apaevt_build_status: BuildStatusBody;
  /** What happened to the log; from logs alone. */
  readonly apaevt_log_lifecycle: LogLifecycleBody;
  /** Payments; servers do not document the body. */
  readonly apaevt_billing: EventBody;
  /** An app was looked at. */
  readonly "app:statusChanged": AppStatusBody;
  /** The account changed. */
  readonly apaext_account: AccountBody;
  /** An upload advances; made by the client itself. */
  readonly apaevt_status_upload: UploadBody;
}

/** The name of an event that this version knows. */
export type EventName = keyof EventBodies;

/** Known event names with the kind that brings them. */
export const KIND_OF: Readonly<Record<EventName, EventKind | undefined>> = {
  apaevt_status_update: "SUMMARY",
  apaevt_task: "TASK",
  apaevt_flow: "FLOW",
  apaevt_sse: "SSE",
  output: "OUTPUT",
  apaevt_status_object: "DETAIL",
  apaevt_status_counts: "DETAIL",
  apaevt_status_error: "DETAIL",
  apaevt_status_warning: "DETAIL",
  apaevt_status_message: "DETAIL",
  apaevt_status_metrics: "DETAIL",
  apaevt_status_download: "DETAIL",
  apaevt_status_user: "DETAIL",
  apaevt_status_info: "DETAIL",
  apaevt_log_lifecycle: "TASK",
  apaevt_dashboard: "DASHBOARD",
  apaevt_billing: "BILLING",
  apaevt_deploy: "DEPLOY",
  apaevt_build: "DEPLOY",
  apaevt_build_status: "DEPLOY",
  "app:statusChanged": undefined,
  apaext_account: undefined,
  apaevt_status_upload: undefined,
};
