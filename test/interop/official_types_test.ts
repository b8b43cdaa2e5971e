import { assertEquals } from "@std/assert";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";

/** Types of the official client by ours, where those have other names. */
const NAMES: Readonly<Record<string, string>> = {
  AccountOrgTeam: "TeamInfo",
  AccountOrganization: "OrgInfo",
  AccountProfile: "ConnectResult",
  ConnectionInfo: "ConnectionParams",
  DASHBOARD_CONNECTION: "DashboardConnection",
  DASHBOARD_EVENT_AUTH_FAILED: "DashboardBody",
  DASHBOARD_EVENT_CONNECTION_ADDED: "DashboardBody",
  DASHBOARD_EVENT_CONNECTION_REMOVED: "DashboardBody",
  DASHBOARD_EVENT_MONITOR_CHANGED: "DashboardBody",
  DASHBOARD_EVENT_TASK_ERROR: "DashboardBody",
  DASHBOARD_EVENT_TASK_REMOVED: "DashboardBody",
  DASHBOARD_EVENT_TASK_STARTED: "DashboardBody",
  DASHBOARD_EVENT_TASK_STOPPED: "DashboardBody",
  DASHBOARD_MONITOR: "DashboardMonitor",
  DASHBOARD_OVERVIEW: "DashboardOverview",
  DASHBOARD_RESPONSE: "DashboardResponse",
  DASHBOARD_TASK: "DashboardTask",
  DeployHistoryResult: "Page",
  DeployListResult: "Page",
  DeployVersionsResult: "Page",
  DeploymentSchedule: "SourceSchedule",
  LIST_CONNECTIONS_RESPONSE: "Page",
  LIST_SORT_SPEC: "SortBy",
  LIST_TASKS_RESPONSE: "Page",
  LedgerTransaction: "CreditTransaction",
  LogActivitySpan: "LogSegment",
  LogChaptersResult: "LogOverview",
  LogEvent: "EventMessage",
  LogStreamEntry: "LogStream",
  LogTraceSummary: "LogTrace",
  LogTracesResult: "LogState",
  PIPELINE_RESULT: "PipelineResult",
  PipelineConfig: "Pipeline",
  PipelineControlConnection: "ControlConnection",
  PipelineInputConnection: "InputConnection",
  PromoRedemption: "RedeemedCode",
  PromoValidation: "PromoCode",
  PublishResult: "Published",
  SERVICES_RESPONSE: "ServiceCatalog",
  SERVICE_DEFINITION: "ServiceDefinition",
  SERVICE_INPUT_LANE: "ServiceInput",
  SERVICE_INVOKE_SLOT: "ServiceInvoke",
  SERVICE_SUMMARY: "ServiceDefinition",
  ServerInfoResult: "ServerInfo",
  TASK_EVENT_BEGIN: "TaskChangeBody",
  TASK_EVENT_END: "TaskChangeBody",
  TASK_EVENT_FLOW: "FlowBody",
  TASK_EVENT_RESTART: "TaskChangeBody",
  TASK_EVENT_RUNNING: "TaskListBody",
  TASK_METRICS: "TaskMetrics",
  TASK_RUNNING_ENTRY: "RunningTask",
  TASK_STATUS: "TaskStatus",
  TASK_STATUS_COMPONENT_STAT: "ComponentStats",
  TASK_STATUS_FLOW: "TaskFlow",
  TASK_STATUS_SLOWEST_DOC: "SlowDocument",
  TASK_TOKENS: "TaskTokens",
  UPLOAD_RESULT: "UploadResult",
  UsageRollup: "CreditUsage",
  VALIDATION_ERROR: "ValidationIssue",
  VALIDATION_RESULT: "ValidationResult",
  _DASHBOARD_EVENT_BASE: "DashboardBody",
};

/** Types that have no counterpart, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  CreateKeyResult: "createKey returns the key",
  DAPMessage: "there are requests, responses and events, each with its members",
  DevEntry: "it is a part of AppManifestEntry",
  EVENT_FLOW: "EventMessage has the body by its name",
  EVENT_STATUS: "the same",
  EVENT_TASK: "the same",
  LIST_PAGE_REQUEST: "ListOptions; pages are asked for one by one",
  LogDeleteResult: "deleteLogEvents returns the number",
  LogPlayItem: "a stream gives the events themselves",
  LogReadResult: "readLog goes from page to page",
  LogSegmentResult: "readLogSegment goes from chunk to chunk",
  LogStreamsResult: "listLogStreams returns the list",
  LogTraceDetail: "readTrace is a stream of the events",
  PlanAction: "the server sends it in the metadata of a price",
  RocketRideClientConfig: "the map of names has each of the options",
  SERVICE_SECTION: "sections are whatever the server sends",
  TraceInfo: "it is where a server's code failed",
  TransactionsResult: "listTransactions goes from page to page",
  TransportCallbacks: "a Transport has its own",
};

/** Members that ours do without, and why. */
const MEMBERS: Readonly<Record<string, string>> = {
  "DASHBOARD_CONNECTION.apikey": "parts of keys are not shown",
  "LogTraceSummary.open": "LogState has two lists",
  "LogTraceSummary.touched": "readTrace finds the events by their numbers",
  "PipelineConfig.docRevision": "editors keep it; engines ignore it",
  "PipelineConfig.editorMode": "the same",
  "PipelineConfig.isLocked": "the same",
  "PipelineConfig.snapGridSize": "the same",
  "PipelineConfig.snapToGrid": "the same",
  "PipelineConfig.viewport": "the same",
  "TASK_EVENT_FLOW.result": "servers put it into the trace",
};

const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

Deno.test({
  name:
    `our types have the members of those of the official Python client 1.5.0${missing}`,
  ignore: !python,
  async fn(): Promise<void> {
    const packages = await installPython("rocketride==1.5.0");
    const program = `${import.meta.dirname}/official_types.py`;
    const official: Readonly<Record<string, readonly string[]>> = JSON.parse(
      await runPython(packages, [program]),
    );
    const ours = await interfaces();
    const lacking: string[] = [];
    for (const [name, members] of Object.entries(official)) {
      if (Object.hasOwn(WITHOUT, name)) continue;
      const own = membersOf(ours, NAMES[name] ?? name);
      if (own.size === 0) lacking.push(name);
      lacking.push(
        ...members.filter((it) => own.size > 0 && !own.has(it))
          .map((it) => `${name}.${it}`),
      );
    }
    const known = Object.keys(MEMBERS);
    assertEquals(lacking.filter((it) => !known.includes(it)), []);
    assertEquals(known.filter((it) => !lacking.includes(it)), []);
    const unused = [...Object.keys(NAMES), ...Object.keys(WITHOUT)]
      .filter((it) => !Object.hasOwn(official, it));
    assertEquals(unused, []);
  },
});

interface Declared {
  readonly members: readonly string[];
  readonly parents: readonly string[];
}

/** The interfaces that the entries of the client export, by their names. */
async function interfaces(): Promise<ReadonlyMap<string, Declared>> {
  const entries = ["mod.ts", "schema/mod.ts", "lib/admin/mod.ts"];
  const args = ["doc", "--json", ...entries];
  const { nodes } = JSON.parse(await mustRun(Deno.execPath(), args, ROOT));
  const found = new Map<string, Declared>();
  // deno-lint-ignore no-explicit-any -- what a program prints
  for (const { symbols } of Object.values<any>(nodes)) {
    for (const { name, declarations } of symbols) {
      for (const { kind, def } of declarations) {
        if (kind !== "interface") continue;
        found.set(name, {
          members: namesOf(def.properties),
          parents: [...namesOf(def.extends), ...namesOf(def.extends, "repr")]
            .map((it) => it.replace(/<.*/s, "")),
        });
      }
    }
  }
  return found;
}

function namesOf(list: unknown, member = "name"): string[] {
  const items: readonly Readonly<Record<string, unknown>>[] =
    Array.isArray(list) ? list : [];
  return items.map((it) => String(it[member] ?? ""));
}

/** The members of an interface, also those that it has of others. */
function membersOf(
  all: ReadonlyMap<string, Declared>,
  name: string,
): ReadonlySet<string> {
  const { members, parents } = all.get(name) ?? { members: [], parents: [] };
  return new Set([
    ...members,
    ...parents.flatMap((parent) => [...membersOf(all, parent)]),
  ]);
}
