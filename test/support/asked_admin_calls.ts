import {
  deleteLogEvents,
  getLogChapters,
  getLogState,
  listLogStreams,
  readLog,
  readLogSegment,
  toSpans,
} from "@rocketride/streams/admin";
import * as admin from "@rocketride/streams/admin";
import { type AskedCall, one, PIPE, PIPELINE, RESULT } from "./asked_calls.ts";

const LOG = { projectId: "p", source: "in" };
const OVERVIEW = {
  chapters: [{ beginTime: 1, beginSeq: 1, endTime: null }],
  segments: [{ id: 1, seq: 1 }],
  startTime: 1,
  endTime: 2,
  horizonSeq: 1,
  completed: true,
};

/** Functions for administrators, and of logs. */
export const ADMIN_CALLS: readonly AskedCall[] = [
  {
    name: "dialect",
    ask: (session) => admin.dialect(session, "tk_1"),
    answers: {
      ...PIPE,
      "rrext_process close": {
        ...RESULT,
        answers: [{ dialect: "postgres" }],
      },
    },
  },
  one(
    "getDashboard",
    "rrext_dashboard",
    {
      overview: { totalConnections: 1, activeTasks: 1, serverUptime: 1 },
      connections: [{ id: 1, connectedAt: 1, messagesIn: 1 }],
      tasks: [{ id: "a", startTime: 1, state: 3 }],
    },
    (session) => admin.getDashboard(session),
  ),
  one(
    "deployList",
    "rrext_deploy_list",
    {
      deployments: [{
        pipeline: PIPELINE,
        schedule: "manual",
        state: "active",
        created_at: 1,
      }],
    },
    (session) => admin.deployList(session),
  ),
  one(
    "getCreditBalance",
    "rrext_account_billing",
    { balances: { a: 1 } },
    (session) => admin.getCreditBalance(session, "o"),
  ),
  one(
    "listCreditPacks",
    "rrext_account_billing",
    { packs: [{ priceId: "a", credits: 1, amountCents: 1 }] },
    (session) => admin.listCreditPacks(session),
  ),
  one(
    "listKeys",
    "rrext_account_keys",
    { keys: [{ id: "k", name: "n", createdAt: 1, expiresAt: 1 }] },
    (session) => admin.listKeys(session),
  ),
  one(
    "getEnv",
    "rrext_account_me",
    { env: { A: "1" } },
    (session) => admin.getEnv(session, "user"),
  ),
  one(
    "cprofileStop",
    "rrext_cprofile_stop",
    { status: "error", message: "x", runtime: 1 },
    (session) => admin.cprofileStop(session),
  ),
  one(
    "query",
    "rrext_process tool",
    { result: { rows: [{ a: 1 }], affected_rows: 1 } },
    (session) => admin.query(session, "tk_1", "Q"),
  ),
  {
    name: "readLog",
    ask: async (session) => {
      const from = { seq: 1 };
      const log = readLog(session, { ...LOG, from });
      const spans = toSpans({ includeContent: true });
      await Array.fromAsync(log.pipeThrough(spans));
    },
    answers: {
      "rrext_log chapters": OVERVIEW,
      "rrext_log read": {
        events: [{
          type: "event",
          event: "apaevt_flow",
          seq: 1,
          body: {
            op: "enter",
            id: 1,
            component: "a",
            pipes: ["a"],
            logSeq: 1,
            eventTime: 1,
            trace: { lane: "text", data: { a: 1 }, error: "No" },
          },
        }],
        nextSeq: 2,
      },
    },
  },
  {
    name: "readLogSegment",
    ask: async (session) => {
      const log = readLogSegment(session, { ...LOG, segment: 1 });
      await Array.fromAsync(log);
    },
    answers: {
      "rrext_log segment": {
        data: '{"type":"keyframe","openFrames":[1]}\n{"event":"output"}\n',
        size: 8,
        nextOffset: 8,
        final: false,
      },
    },
  },
  one(
    "getLogChapters",
    "rrext_log",
    OVERVIEW,
    (session) => getLogChapters(session, LOG),
  ),
  {
    name: "getLogState",
    ask: (session) => getLogState(session, { ...LOG, at: { seq: 9 } }),
    answers: {
      "rrext_log chapters": OVERVIEW,
      "rrext_log segment": {
        data: '{"type":"keyframe","openFrames":[1,{"id":[]}],' +
          '"closedRecent":[null],"console":{"lines":[1]}}\n' +
          '{"event":"output","body":{"output":[[]],"logSeq":[]}}\n' +
          '{"event":"apaevt_flow","body":{"op":"begin","pipes":1}}\n',
        nextOffset: null,
      },
    },
  },
  one(
    "listLogStreams",
    "rrext_log",
    { streams: [{ ...OVERVIEW, teamId: "" }] },
    (session) => listLogStreams(session, LOG),
  ),
  one(
    "deleteLogEvents",
    "rrext_log",
    { deletedSegments: 1 },
    (session) => deleteLogEvents(session, { ...LOG, all: true }),
  ),
  one(
    "listConnections",
    "rrext_list_connections",
    { rows: [{ id: 1 }], total: 1, page: 1, pageSize: 50 },
    (session) => admin.listConnections(session).page(),
  ),
  {
    name: "listDeployments of 1.3",
    ask: (session) => admin.listDeployments(session).page(),
    answers: {
      rrext_deploy_list: {
        deployments: [{
          pipeline: PIPELINE,
          schedule: "manual",
          state: "active",
          created_at: 1,
        }],
      },
    },
  },
  one(
    "getDeployment",
    "rrext_deploy_pipe",
    { projectId: "p", schedules: { in: { cron: "" } } },
    (session) => admin.getDeployment(session, { projectId: "p" }),
  ),
  one(
    "runDeployment",
    "rrext_deploy_pipe",
    { token: "tk_1", version: 1 },
    (session) => {
      const source = { projectId: "p", sourceId: "in" };
      return admin.runDeployment(session, source);
    },
  ),
  one(
    "previewSchedule",
    "rrext_deploy_pipe",
    { valid: true, next: [1] },
    (session) => admin.previewSchedule(session, "@daily"),
  ),
  one(
    "getProductPrices",
    "rrext_account_billing",
    { plans: [{ stripePriceId: "a", amountCents: 1 }] },
    (session) => admin.getProductPrices(session, "a"),
  ),
  one(
    "cprofileTree",
    "rrext_cprofile_report_tree",
    { tree: { name: "a", children: [{ name: "b" }] }, total_time: 1 },
    (session) => admin.cprofileTree(session),
  ),
];
