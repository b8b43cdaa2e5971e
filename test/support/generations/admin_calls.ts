import * as admin from "@rocketride/streams/admin";
import type { Handler } from "../scripted_line.ts";
import {
  type Answers,
  type Both,
  differs,
  page,
  same,
  since,
} from "./generation.ts";

const TASK = "tk_12345678";
/** What the tools of a database answer. */
const TOOLS: Readonly<Record<string, unknown>> = {
  execute: { rows: [{ a: 1 }], affected_rows: 0 },
  dialect: { dialect: "postgres" },
  begin: { session_id: "s" },
  commit: { ok: true },
  rollback: { ok: true },
};
const tool: Handler = ({ arguments: args }) => ({
  result: TOOLS[String(args?.tool)],
});
const NEW_DATABASE: Answers = { "rrext_process tool": tool };

/** Answers a chat; a tool as servers of 1.1 do, which have none. */
function chat(answer: unknown): Answers {
  return {
    "rrext_process tool": {},
    "rrext_process open": { pipe_id: 0 },
    "rrext_process write": {},
    "rrext_process close": {
      objectId: "o",
      result_types: { answers: "answers" },
      answers: [answer],
    },
  };
}

/** Servers of 1.1 have no transactions, and no values of queries. */
const NO_TOOLS = { answers: chat({}), refuses: "not-supported" } as const;

const LOG = { projectId: "p", source: "in" };
const OVERVIEW = {
  chapters: [{ beginTime: 1, beginSeq: 1, endTime: 2, outcome: "ok" }],
  segments: [{ id: 0, seq: 1, startTime: 1, endTime: 2, chapterStart: true }],
  startTime: 1,
  endTime: 2,
  horizonSeq: 0,
  completed: true,
};
const BODY = { ...LOG, project_id: "p", eventTime: 1 };
const EVENTS = [
  { id: 0, op: "begin", component: "a", pipes: ["a"], logSeq: 1 },
  { id: 0, op: "end", component: "a", pipes: ["a"], logSeq: 2 },
].map((it) => ({
  type: "event",
  seq: it.logSeq,
  event: "apaevt_flow",
  body: { ...BODY, ...it },
}));
const KEYFRAME = { type: "keyframe", ver: 2, complete: true, chapter: null };
const LINES = [KEYFRAME, ...EVENTS].map((it) => `${JSON.stringify(it)}\n`);
const LOGGED: Answers = {
  "rrext_log chapters": OVERVIEW,
  "rrext_log read": { events: EVENTS },
  "rrext_log segment": {
    segment: 0,
    offset: 0,
    data: LINES.join(""),
    size: LINES.join("").length,
    nextOffset: null,
    final: true,
  },
  "rrext_log streams": {
    streams: [{ ...OVERVIEW, teamId: "", runKind: "dev", ownerKind: "user" }],
  },
  "rrext_log delete": { deletedSegments: 1 },
};

/** The numbers of events. */
async function numbers(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const item of stream) seen.push(Object(item).body?.logSeq);
  return seen;
}

const OLD_CONNECTION = { id: 1, connectedAt: 1, clientId: "u", monitors: [] };
const CONNECTION = { ...OLD_CONNECTION, userName: "Ada", orgName: null };
const OLD_TASK = { id: "1.in", name: "a", projectId: "p", source: "in" };
const OVER = { totalConnections: 1, activeTasks: 1, serverUptime: 1 };
const OLD_DASHBOARD = {
  overview: OVER,
  connections: [OLD_CONNECTION],
  tasks: [OLD_TASK],
};
const NEW_TASK = { ...OLD_TASK, runKind: "dev" };

/** Functions of the entry `./admin` about servers, databases and logs. */
export const ADMIN: Readonly<Record<string, Both>> = {
  getDashboard: differs(
    (session) => admin.getDashboard(session),
    { answers: { rrext_dashboard: OLD_DASHBOARD }, gives: OLD_DASHBOARD },
    {
      answers: {
        rrext_dashboard: {
          overview: OVER,
          connections: [CONNECTION],
          tasks: [NEW_TASK],
        },
      },
      gives: { overview: OVER, connections: [CONNECTION], tasks: [NEW_TASK] },
    },
  ),
  listConnections: differs(
    (session) => Array.fromAsync(admin.listConnections(session)),
    { answers: { rrext_dashboard: OLD_DASHBOARD }, gives: [OLD_CONNECTION] },
    {
      answers: { rrext_list_connections: page(CONNECTION) },
      gives: [CONNECTION],
    },
  ),
  listAllTasks: differs(
    (session) => Array.fromAsync(admin.listAllTasks(session)),
    { answers: { rrext_dashboard: OLD_DASHBOARD }, gives: [OLD_TASK] },
    { answers: { rrext_list_tasks: page(NEW_TASK) }, gives: [NEW_TASK] },
  ),
  cprofileStart: same(
    (session) => admin.cprofileStart(session),
    { rrext_cprofile_start: { status: "started", session: "s" } },
    { status: "started", session: "s" },
  ),
  cprofileStop: same(
    (session) => admin.cprofileStop(session),
    { rrext_cprofile_stop: { status: "completed", runtime: 2 } },
    { status: "completed", runtime: 2 },
  ),
  cprofileStatus: same(
    (session) => admin.cprofileStatus(session),
    { rrext_cprofile_status: { active: false } },
    { active: false },
  ),
  cprofileReport: same(
    (session) => admin.cprofileReport(session),
    { rrext_cprofile_report: { report: "ncalls" } },
    "ncalls",
  ),
  cprofileTree: since(
    (session) => admin.cprofileTree(session),
    { rrext_cprofile_report_tree: { tree: { name: "<root>" }, total_time: 1 } },
    { tree: { name: "<root>" }, total_time: 1 },
  ),
  cprofileThreads: since(
    (session) => admin.cprofileThreads(session),
    { rrext_cprofile_threads: { threads: [{ id: 0, name: null }] } },
    [{ id: 0, name: null }],
  ),
  query: differs(
    async (session) => {
      const { rows, affected_rows } = await admin.query(session, TASK, "Q");
      return [rows, affected_rows];
    },
    { answers: chat([{ a: 1 }]), gives: [[{ a: 1 }], 0] },
    { answers: NEW_DATABASE, gives: [[{ a: 1 }], 0] },
  ),
  dialect: differs(
    (session) => admin.dialect(session, TASK),
    { answers: chat({ dialect: "mysql" }), gives: "mysql" },
    { answers: NEW_DATABASE, gives: "postgres" },
  ),
  begin: differs(
    async (session) => (await admin.begin(session, TASK)).sessionId,
    NO_TOOLS,
    { answers: NEW_DATABASE, gives: "s" },
  ),
  commit: differs(
    async (session) =>
      await admin.commit(session, await admin.begin(session, TASK)),
    NO_TOOLS,
    { answers: NEW_DATABASE },
  ),
  rollback: differs(
    async (session) =>
      await admin.rollback(session, await admin.begin(session, TASK)),
    NO_TOOLS,
    { answers: NEW_DATABASE },
  ),
  transaction: differs(
    (session) =>
      admin.transaction(
        session,
        TASK,
        async (open) => (await admin.query(session, open, "Q")).rows,
      ),
    NO_TOOLS,
    { answers: NEW_DATABASE, gives: [{ a: 1 }] },
  ),
  getLogChapters: since(
    (session) => admin.getLogChapters(session, LOG),
    LOGGED,
    OVERVIEW,
  ),
  listLogStreams: since(
    async (session) =>
      (await admin.listLogStreams(session, LOG)).map(({ runKind }) => runKind),
    LOGGED,
    ["dev"],
  ),
  deleteLogEvents: since(
    (session) => admin.deleteLogEvents(session, { ...LOG, all: true }),
    LOGGED,
    1,
  ),
  readLog: since(
    (session) => numbers(admin.readLog(session, LOG)),
    LOGGED,
    [1, 2],
  ),
  readLogSegment: since(
    (session) => numbers(admin.readLogSegment(session, { ...LOG, segment: 0 })),
    LOGGED,
    [undefined, 1, 2],
  ),
  getLogState: since(
    async (session) => {
      const { seq, closed } = await admin.getLogState(session, LOG);
      return [seq, closed.map(({ doc }) => doc)];
    },
    LOGGED,
    [2, ["a"]],
  ),
  readTrace: since(
    (session) => numbers(admin.readTrace(session, { ...LOG, beginSeq: 1 })),
    LOGGED,
    [1, 2],
  ),
};
