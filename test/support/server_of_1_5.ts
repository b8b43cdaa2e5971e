import type { EventMessage } from "../../schema/envelope.ts";
import {
  type Script,
  type ScriptedServer,
  scriptedServer,
  SILENCE,
} from "./scripted_server.ts";
import { give } from "./store_server.ts";

const WHOSE = {
  project_id: "reports",
  source: "in",
  runKind: "dev",
  teamId: "",
  userId: "u1",
};

/** A task in the shape of 1.5; empty members are left out, as servers do. */
const STATUS = {
  ...WHOSE,
  name: "Reports.in",
  state: 5,
  completed: true,
  status: "Completed",
  startTime: 1_700_000_000,
  endTime: 1_700_000_009,
  totalCount: 2,
  totalSize: 10,
  completedCount: 2,
  completedSize: 10,
  failedCount: 0,
  failedSize: 0,
  rateCount: 0,
  rateSize: 0,
  currentObject: "",
  exitMessage: "",
  errors: [],
  warnings: [],
  notes: [],
  metrics: {},
  slowestDocs: [],
};

const SUMMARY = {
  title: "Webhook",
  protocol: "webhook://",
  prefix: "webhook",
  classType: ["source"],
  description: ["Takes objects"],
  icon: "i1",
};

/** What a task of this server answers to questions, and to all else. */
function resultOf(mimeType: unknown): Record<string, unknown> {
  return String(mimeType).includes("question")
    ? { objectId: "o", result_types: { answers: "answers" }, answers: ["42"] }
    : { objectId: "o", result_types: { text: "text" }, text: ["Read"] };
}

/** What happens to its task, as it is told and as it was recorded. */
export function taskEvent(
  logSeq: number,
  action: "begin" | "end" = "begin",
): EventMessage {
  return {
    event: "apaevt_task",
    type: "event",
    seq: logSeq,
    body: {
      ...WHOSE,
      logSeq,
      eventTime: 1_700_000_000 + logSeq,
      action,
      name: "Reports.in",
      beginSeq: logSeq,
    },
  };
}

const CHAPTERS = {
  chapters: [{
    beginTime: 1_700_000_001,
    beginSeq: 1,
    endTime: null,
    outcome: null,
    traceLevel: "full",
    // Not of any server yet, and no time.
  }, { beginTime: "soon", beginSeq: 2, endTime: 1e20, outcome: "ok" }],
  segments: [],
  startTime: 1_700_000_001,
  endTime: 1_700_000_002,
  horizonSeq: 1,
  completed: true,
};

const CONTENT = new TextEncoder().encode("stored");
const MODIFIED = 1_700_000_000;

/** Everything that the command asks of a server, as servers of 1.5 answer it. */
function scriptOf(): Script {
  const opened = new Map<unknown, unknown>();
  let pipes = 0;
  return {
    auth: () => ({
      userToken: "",
      userId: "u1",
      displayName: "Ada",
      devTeam: "t1",
      organization: { id: "o1", name: "Acme", permissions: [], teams: [] },
      serverVersion: "1.5.0",
    }),
    rrext_public_probe: () => ({
      version: "1.5.0",
      capabilities: ["oss"],
      endpoints: { api: "origin", ui: "origin" },
      apps: [],
    }),
    execute: () => ({ token: "tk_new" }),
    terminate: () => ({}),
    rrext_get_tasks: () => ({
      tasks: [{
        id: "tk_1",
        token: "tk_1",
        name: "Reports.in",
        projectId: "reports",
        source: "in",
        status: "Running",
        runKind: "dev",
      }],
    }),
    rrext_get_task_status: () => STATUS,
    rrext_get_token: () => ({ token: "tk_1" }),
    rrext_validate: () => ({}),
    rrext_services: ({ arguments: args }) =>
      args?.service === undefined
        ? {
          services: { webhook: SUMMARY },
          icons: { i1: "<svg/>" },
          version: "1.5.0",
        }
        : { ...SUMMARY, Pipe: { schema: {} } },
    rrext_monitor({ arguments: args }, line): void {
      const { types } = args as { types?: string[] };
      if (types?.includes("TASK")) line.send(taskEvent(3));
    },
    "rrext_log read": () => ({ events: [taskEvent(1), taskEvent(2)] }),
    "rrext_log chapters": () => CHAPTERS,
    "rrext_log streams": () => ({
      streams: [{
        ...CHAPTERS,
        teamId: "",
        teamName: null,
        runKind: "dev",
        ownerKind: "user",
      }],
    }),
    "rrext_process open": ({ arguments: args }) => {
      opened.set(pipes, args?.mimeType);
      return { pipe_id: pipes++ };
    },
    "rrext_process write": () => ({}),
    "rrext_process close": ({ arguments: args }) =>
      resultOf(opened.get(args?.pipe_id)),
    "rrext_store fs_list_dir": () => ({
      entries: [
        { name: "a.txt", type: "file", size: 6, modified: MODIFIED },
        { name: "@", type: "dir", virtual: true },
        { name: "b.txt", type: "file", size: 1, modified: 1e20 },
      ],
      count: 3,
    }),
    "rrext_store fs_stat": () => ({
      exists: true,
      type: "file",
      size: CONTENT.length,
      modified: MODIFIED,
    }),
    "rrext_store fs_open": () => ({ handle: "h", size: CONTENT.length }),
    "rrext_store fs_read": (request, line) => {
      const { offset = 0 } = request.arguments as { offset?: number };
      give(line, request, CONTENT.subarray(offset));
      return SILENCE;
    },
    "rrext_store fs_write": ({ arguments: args }) => ({
      bytesWritten: (args?.data as Uint8Array).length,
    }),
    "rrext_store fs_close": () => ({}),
    "rrext_store fs_mkdir": () => ({}),
    "rrext_store fs_delete": () => ({}),
  };
}

/** A scripted server that answers as those of 1.5 do, with one task. */
export function serverOf15(): ScriptedServer {
  return scriptedServer(scriptOf());
}
