import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  chat,
  close,
  connect,
  events,
  firstAnswer,
  getCatalog,
  getService,
  getServices,
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  isDAPException,
  listTasks,
  ping,
  resolveConfig,
  restart,
  send,
  sendFiles,
  type Session,
  terminate,
  tool,
  use,
  validate,
  watchTask,
} from "@rocketride/streams";
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
import {
  docFromJson,
  docGroupFromJson,
  hasCapability,
  isStoreStat,
  questionFromJson,
  readValidation,
  resultErrorMessage,
  resultFields,
} from "@rocketride/streams/schema";
import * as store from "@rocketride/streams/store";
import {
  argumentsOf,
  type Body,
  type Script,
  SILENCE,
} from "../support/scripted_line.ts";
import { scriptedServer } from "../support/scripted_server.ts";

/** What a peer may send where something else is expected. */
const HOSTILE: Readonly<Record<string, unknown>> = {
  "a deep list": deepList(20_000),
  "an object that has no words": { valueOf: 1, toString: 1, toJSON: 1 },
  "a huge number": 1e9,
  "the largest number": 1.7976931348623157e308,
  "an unsafe number": 2 ** 53,
  "a negative number": -1,
  "a fraction": 0.5,
  "a number as text": "1000000000",
  "nothing": null,
  "a list": [],
  "text": "x",
  "a boolean": true,
};

function deepList(depth: number): unknown {
  let list: unknown = 1;
  for (let i = 0; i < depth; i++) list = [list];
  return list;
}

/** A call, with the good answers to what it asks. */
interface Case {
  readonly name: string;
  readonly ask: (session: Session) => Promise<unknown>;
  readonly answers: Readonly<Record<string, Body>>;
}

const LOG = { projectId: "p", source: "in" };
const OVERVIEW = {
  chapters: [{ beginTime: 1, beginSeq: 1, endTime: null }],
  segments: [{ id: 1, seq: 1 }],
  startTime: 1,
  endTime: 2,
  horizonSeq: 1,
  completed: true,
};
const PIPELINE = {
  project_id: "p",
  components: [{ id: "in", provider: "webhook", config: {} }],
};
const STATUS = {
  state: 3,
  completed: false,
  status: "Running",
  exitMessage: "",
  project_id: "p",
  source: "in",
  startTime: 1,
  totalCount: 1,
};
const RESULT = {
  objectId: "o",
  result_types: { text: "text", answers: "answers" },
  text: ["x"],
  answers: ["y"],
  error: null,
};
const TASK = { token: "tk_12345678", id: "i", projectId: "p", source: "in" };
const STARTED = { body: { startTime: 1764337626 } };
const PIPE = {
  "rrext_process open": { pipe_id: 0 },
  "rrext_process write": {},
  "rrext_process close": RESULT,
};
const FILE = {
  "rrext_store fs_open": { handle: "h", size: 3 },
  "rrext_store fs_write": { bytesWritten: 3 },
  "rrext_store fs_close": {},
};
const UNKNOWN = "Unknown subcommand: x";

/** A call of one command. */
function one(
  name: string,
  command: string,
  body: Body,
  ask: Case["ask"],
): Case {
  return { name, ask, answers: { [command]: body } };
}

const CASES: readonly Case[] = [
  one(
    "listLogs",
    "rrext_store list_logs",
    { logs: ["a"], count: 1, total_count: 1, page: 0, total_pages: 1 },
    (session) => store.listLogs(session, "p"),
  ),
  one(
    "list",
    "rrext_store fs_list_dir",
    { entries: [{ name: "a", type: "file", size: 1, modified: 2 }], count: 1 },
    (session) => store.list(session),
  ),
  one(
    "stat",
    "rrext_store fs_stat",
    { exists: true, type: "file", size: 1, modified: 2 },
    (session) => store.stat(session, "a"),
  ),
  {
    name: "listLogs of files",
    ask: (session) => store.listLogs(session, "p"),
    answers: {
      "rrext_store fs_list_dir": {
        entries: [
          { name: "a-1.log", type: "file", size: 1, modified: 2 },
          { name: "a-2.log", type: "file", size: 1, modified: 1 },
        ],
      },
    },
  },
  {
    name: "readText",
    ask: (session) => store.readText(session, "a"),
    answers: FILE,
  },
  {
    name: "writeText",
    ask: (session) => store.writeText(session, "a", "abc"),
    answers: FILE,
  },
  one(
    "getAllProjects",
    "rrext_store get_all_projects",
    {
      projects: [{ id: "a", name: "A", sources: [], totalComponents: 1 }],
      count: 1,
    },
    (session) => store.getAllProjects(session),
  ),
  one(
    "getProject",
    "rrext_store get_project",
    { pipeline: PIPELINE, version: "1" },
    (session) => store.getProject(session, "a"),
  ),
  one(
    "saveProject",
    "rrext_store save_project",
    { version: 1 },
    (session) => store.saveProject(session, "a", PIPELINE),
  ),
  one(
    "saveLog",
    "rrext_store save_log",
    { filename: "a" },
    (session) => store.saveLog(session, "p", "a", STARTED),
  ),
  one(
    "getLog",
    "rrext_store get_log",
    { contents: STARTED },
    (session) => store.getLog(session, "p", "a-1.log"),
  ),
  one(
    "getTaskStatus",
    "rrext_get_task_status",
    STATUS,
    (session) => getTaskStatus(session, "tk_1"),
  ),
  one(
    "getTaskPipeline",
    "rrext_get_pipeline",
    { pipeline: PIPELINE },
    (session) => getTaskPipeline(session, "tk_1"),
  ),
  {
    name: "getTaskToken",
    ask: (session) => getTaskToken(session, { projectId: "p", source: "in" }),
    answers: {
      rrext_get_token: { token: "tk_1" },
      rrext_get_task_status: STATUS,
    },
  },
  one(
    "listTasks",
    "rrext_get_tasks",
    { tasks: [{ name: "a", token: "tk_1", source: "in", status: "x" }] },
    (session) => listTasks(session),
  ),
  one(
    "use",
    "execute",
    TASK,
    (session) => use(session, { pipeline: PIPELINE }),
  ),
  one(
    "restart",
    "restart",
    TASK,
    (session) => restart(session, "tk_1", { pipeline: PIPELINE }),
  ),
  one("terminate", "terminate", {}, (session) => terminate(session, "tk_1")),
  one("ping", "rrext_ping", { pong: true }, (session) => ping(session)),
  one(
    "validate",
    "rrext_validate",
    { errors: [{ message: "a", id: "in", ccode: 1 }], warnings: [] },
    (session) => validate(session, { pipeline: PIPELINE }),
  ),
  one(
    "getServices",
    "rrext_services",
    {
      services: { a: { title: "A", capabilities: 1, classType: ["x"] } },
      version: 1,
    },
    async (session) => {
      for (const service of Object.values(await getServices(session))) {
        if (service) hasCapability(service, "GPU");
      }
    },
  ),
  one(
    "getService",
    "rrext_services",
    { title: "A", capabilities: ["gpu"], classType: ["x"] },
    async (session) => {
      const service = await getService(session, "a");
      if (service) hasCapability(service, "GPU");
    },
  ),
  {
    name: "send",
    ask: async (session) => {
      const result = await send(session, "tk_1", "x");
      resultFields(result, "text");
      resultErrorMessage(result);
    },
    answers: PIPE,
  },
  {
    name: "sendFiles",
    ask: (session) => sendFiles(session, "tk_1", [new File(["x"], "a.txt")]),
    answers: PIPE,
  },
  {
    name: "chat",
    ask: async (session) => firstAnswer(await chat(session, "tk_1", "Hi")),
    answers: PIPE,
  },
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
  {
    name: "events",
    ask: async (session) => {
      const target = "tk_12345678";
      const stream = await events(session, target, { types: ["all"] });
      await stream.cancel();
    },
    answers: { rrext_get_task_status: STATUS, rrext_monitor: { mask: 1 } },
  },
  {
    name: "watchTask",
    ask: async (session) => {
      const reader = watchTask(session, "tk_12345678").getReader();
      await ping(session);
      await reader.cancel();
    },
    answers: {
      rrext_get_task_status: STATUS,
      rrext_monitor: { mask: 1 },
      rrext_ping: {},
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
    "getCatalog",
    "rrext_services",
    { services: { a: { title: "A", icon: "i" } }, icons: { i: "<svg/>" } },
    (session) => getCatalog(session),
  ),
  one(
    "resolveConfig",
    "rrext_resolve_config",
    { provider: "a", profile: "b", resolved: { c: 1 }, dropped: ["d"] },
    (session) => resolveConfig(session, "a"),
  ),
  one(
    "tool",
    "rrext_process tool",
    { result: { a: 1 } },
    (session) => tool(session, "tk_1", "a"),
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
    "readMany",
    "rrext_store fs_read_many",
    { entries: [{ path: "a", ok: false, error: "No" }] },
    (session) => Array.fromAsync(store.readMany(session, ["a"])),
  ),
  one(
    "getUrl",
    "rrext_store fs_geturl",
    { url: "https://a.example" },
    (session) => store.getUrl(session, "a"),
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

/** Requests of one call, at most: a peer must not make it go on and on. */
const MOST_REQUESTS = 20;

for (const { name, ask, answers } of CASES) {
  Deno.test(`${name} ends well or with an exception of ours, whatever is answered`, async () => {
    let tried = 0;
    for (const [command, body] of Object.entries(answers)) {
      for (const path of [[], ...pathsIn(body)]) {
        for (const [what, value] of Object.entries(HOSTILE)) {
          const spoilt = {
            ...answers,
            [command]: withValue(body, path, value) as Body,
          };
          const told = `${what} as ${path.join(".")} of ${command}`;
          await assertHarmless(ask, spoilt, told);
          tried++;
        }
      }
    }
    assert(tried > 0);
  });
}

async function assertHarmless(
  ask: Case["ask"],
  answers: Case["answers"],
  told: string,
): Promise<void> {
  const script: Script = Object.fromEntries(
    Object.entries(answers).map(([command, body]) => [command, () => body]),
  );
  const server = scriptedServer({
    rrext_process: () => ({}),
    rrext_store: () => {
      throw new Error(UNKNOWN);
    },
    "rrext_store fs_read": ({ seq, command, ...request }, line) => {
      const { offset, length } = argumentsOf(request as never) as {
        offset: number;
        length: number;
      };
      const data = new TextEncoder().encode("abc")
        .subarray(offset, offset + length);
      line.send({
        type: "response",
        seq: 1,
        request_seq: seq,
        command,
        success: true,
        arguments: { data },
      });
      return SILENCE;
    },
    ...script,
  });
  const session = await connect({
    ...server.target("memory"),
    heartbeat: false,
  });
  try {
    await ask(session);
  } catch (error) {
    assert(isDAPException(error), `${told}: ${(error as Error)?.stack}`);
  }
  const count = server.requests.length;
  assert(count <= MOST_REQUESTS, `${told}: ${count} requests`);
  await close(session);
  await server.close();
}

type Path = readonly (string | number)[];

/** The ways to all values in a JSON value, but for itself. */
function pathsIn(value: unknown): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsIn(inner).map((path) => [key, ...path]),
  ]);
}

/** A copy with another value at the end of a way. */
function withValue(value: unknown, path: Path, other: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  const copy =
    (Array.isArray(value) ? [...value] : { ...value as object }) as Record<
      string | number,
      unknown
    >;
  copy[key] = withValue(copy[key], rest, other);
  return copy;
}

Deno.test("a list of logs that never ends is refused, or ends with its timeout", async () => {
  let page = 0;
  const names = () => ({ logs: [`log-${page++}.log`], total_pages: 9_999 });
  for (
    const [answer, timeout, expected] of [
      [() => ({ logs: ["a"], total_pages: 1e9 }), 10_000, "expected a list"],
      [() => ({ logs: ["a"], total_pages: 9_999 }), 10_000, undefined],
      [names, 1, "No list of logs within 1 ms"],
    ] as const
  ) {
    const server = scriptedServer({ "rrext_store list_logs": answer });
    const session = await connect({
      ...server.target("memory"),
      heartbeat: false,
    });
    const listing = () => store.listLogs(session, "p", { timeout });
    if (expected) await assertRejects(listing, Error, expected);
    else assertEquals(await listing(), [{ name: "a" }]);
    await close(session);
    await server.close();
  }
});

Deno.test("readers of records throw TypeErrors, whatever they are given", () => {
  const doc = {
    page_content: "x",
    score: 1,
    embedding: [1],
    metadata: { objectId: "o", chunkId: 1, nodeId: "n", parent: "/" },
  };
  const records: readonly [unknown, (value: unknown) => unknown][] = [
    [doc, (value) => docFromJson(value as never)],
    [
      { objectId: "o", documents: [doc], score: 1 },
      (value) => docGroupFromJson(value as never),
    ],
    [
      { questions: [{ text: "a" }], documents: [doc], type: "question" },
      (value) => questionFromJson(value as never),
    ],
    [{ errors: [{ message: "x" }] }, readValidation],
    [{ type: "file", size: 1, modified: 1 }, isStoreStat],
  ];
  for (const [record, read] of records) {
    for (const path of pathsIn(record)) {
      for (const [what, value] of Object.entries(HOSTILE)) {
        try {
          read(withValue(record, path, value));
        } catch (error) {
          const told = `${what} as ${path.join(".")}: ${error}`;
          assert(error instanceof TypeError, told);
          assert(!/primitive|Maximum/.test(error.message), told);
        }
      }
    }
  }
});
