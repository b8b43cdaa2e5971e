import {
  chat,
  events,
  firstAnswer,
  getCatalog,
  getService,
  getServices,
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  listTasks,
  ping,
  type Pipeline,
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
  hasCapability,
  resultErrorMessage,
  resultFields,
} from "@rocketride/streams/schema";
import * as store from "@rocketride/streams/store";
import type { Body } from "./scripted_line.ts";

/** A call, with the good answers to what it asks. */
export interface AskedCall {
  readonly name: string;
  readonly ask: (session: Session) => Promise<unknown>;
  readonly answers: Readonly<Record<string, Body>>;
}

/** What is started. */
export const PIPELINE: Pipeline = {
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
const TASK = { token: "tk_12345678", id: "i", projectId: "p", source: "in" };
const STARTED = { body: { startTime: 1764337626 } };
/** What became of one object. */
export const RESULT: Body = {
  objectId: "o",
  result_types: { text: "text", answers: "answers" },
  text: ["x"],
  answers: ["y"],
  error: null,
};
/** One object. */
export const PIPE: AskedCall["answers"] = {
  "rrext_process open": { pipe_id: 0 },
  "rrext_process write": {},
  "rrext_process close": RESULT,
};
const FILE = {
  "rrext_store fs_open": { handle: "h", size: 3 },
  "rrext_store fs_write": { bytesWritten: 3 },
  "rrext_store fs_close": {},
};

/** A call of one command. */
export function one(
  name: string,
  command: string,
  body: Body,
  ask: AskedCall["ask"],
): AskedCall {
  return { name, ask, answers: { [command]: body } };
}

/** Functions of the client and of its store. */
export const CLIENT_CALLS: readonly AskedCall[] = [
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
];
