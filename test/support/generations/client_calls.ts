import * as client from "@rocketride/streams";
import { close, connect, type Session } from "@rocketride/streams";
import type { Handler } from "../scripted_line.ts";
import type { ScriptedServer } from "../scripted_server.ts";
import {
  type Both,
  differs,
  LOGIN,
  type Outcome,
  PIPELINE,
  same,
  since,
} from "./generation.ts";

const TASK = "tk_12345678";
/** Without a task's fields of 1.4. */
const OLD_STATUS = {
  name: "a.in",
  project_id: "p",
  source: "in",
  state: 5,
  completed: true,
  status: "Completed",
  startTime: 1,
  endTime: 2,
  totalCount: 1,
  completedCount: 1,
  errors: [],
  warnings: [],
  exitCode: 0,
  exitMessage: "",
};
const STAMPS = { runKind: "dev", teamId: "", eventTime: 3.5, logSeq: 9 };
const STATUS = {
  ...OLD_STATUS,
  componentStats: { in: { calls: 1, totalSeconds: 1, maxSeconds: 1 } },
  slowestDocs: [{ name: "a", elapsed: 1, beginTime: 1, beginSeq: 4 }],
  completionSeconds: 1,
  idleSeconds: 0,
  idleLongestSeconds: 0,
  idleLongestAt: 0,
};
const STATUSES = {
  rrext_monitor: {},
  rrext_get_task_status: OLD_STATUS,
};

/** Answers a subscription, and then sends an event. */
function sending(event: string, body: object): Handler {
  return ({ arguments: args }, line) => {
    const types = args?.types;
    if (!Array.isArray(types) || types.length === 0) return;
    // Behind the answer.
    queueMicrotask(() => line.event(event, { ...body, __id: "12345678.in" }));
  };
}

const OLD_FLOW = {
  id: 0,
  op: "enter",
  pipes: ["in", "b"],
  trace: { lane: "text" },
  project_id: "p",
  source: "in",
};
const FLOW = { ...OLD_FLOW, ...STAMPS, component: "b" };

/** The first event of a task, without its address. */
async function firstEvent(session: Session): Promise<unknown> {
  const target = { projectId: "p", source: "in" };
  const stream = await client.events(session, target, { types: ["flow"] });
  const reader = stream.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value?.type !== "event") throw new Error("There is a gap");
  const { __id, ...body } = value.body;
  return [value.event, body];
}

/** What `onEvent` is given of a session of its own. */
async function called(server: ScriptedServer): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const session = await connect({
    ...server.target("memory"),
    onEvent: ({ event, body }) => resolve([event, body.pipes]),
  });
  const target = { projectId: "p", source: "in" };
  await client.setEvents(session, target, ["flow"]);
  const found = await promise;
  await close(session);
  return found;
}

const OLD_SERVICE = {
  title: "Webhook",
  protocol: "webhook://",
  classType: ["source"],
  capabilities: 1,
  Source: { schema: {}, ui: {} },
};
const SUMMARY = {
  title: "Webhook",
  protocol: "webhook://",
  prefix: "webhook",
  classType: ["source"],
  capabilities: 1,
  input: [{ lane: "text", output: [{ lane: "text" }] }],
  icon: "i1",
};
const NEW_SERVICES = {
  services: { webhook: SUMMARY },
  icons: { i1: "<svg/>" },
  version: 1,
};
const OLD_ROW = {
  name: "a",
  description: "",
  source: "in",
  token: TASK,
  status: "Running",
  pipeline: PIPELINE,
};
const STARTED = {
  id: "12345678.in",
  token: TASK,
  publicToken: "pk_1",
  projectId: "p",
  source: "in",
  provider: "webhook",
};

/** A task as its fields; its token is not enumerable. */
function shown({ token, started }: client.Task): unknown {
  return [token, started.projectId, started.source];
}

/** Servers of 1.1 answer what they cannot do as if it were done. */
const MASKED: Outcome = {
  answers: { "rrext_process tool": {} },
  refuses: "unknown-command",
};

/** The functions of the entry `.` that ask a server, without objects. */
export const CLIENT: Readonly<Record<string, Both>> = {
  connect: differs(
    async (_, server) => {
      const session = await connect(server.target("memory"));
      const { organization, organizations, devTeam, defaultTeam } =
        session.identity ?? {};
      await close(session);
      return { organization, organizations, devTeam, defaultTeam };
    },
    {
      answers: {},
      gives: {
        organization: undefined,
        organizations: LOGIN.old.organizations,
        devTeam: undefined,
        defaultTeam: "t",
      },
    },
    {
      answers: {},
      gives: {
        organization: LOGIN.new.organization,
        organizations: undefined,
        devTeam: "t",
        defaultTeam: undefined,
      },
    },
  ),
  setConnectionParams: same(
    async (session) => {
      await client.setConnectionParams(session, { auth: "another" });
      return [client.isConnected(session), session.identity?.userId];
    },
    {},
    [true, "u"],
  ),
  getServerInfo: differs(
    async (_, server) => {
      const { transport } = server.target("memory");
      const info = await client.getServerInfo({
        uri: "http://localhost:1",
        transport,
      });
      const { resolveEndpoints } = client;
      const uri = "http://localhost:1";
      return [info.version, resolveEndpoints(info.endpoints, uri)];
    },
    {
      answers: {
        rrext_public_probe: {
          version: "1.1.0",
          capabilities: ["oss"],
          platform: "linux",
          apps: [],
        },
      },
      gives: ["1.1.0", {
        api: "http://localhost:1",
        ui: "http://localhost:1",
      }],
    },
    {
      answers: {
        rrext_public_probe: {
          version: { version: "1.5.0", hash: "h", stamp: "s" },
          capabilities: ["oss"],
          platform: "linux",
          apps: [],
          endpoints: { api: "origin", ui: "https://ui.example" },
        },
      },
      gives: [{ version: "1.5.0", hash: "h", stamp: "s" }, {
        api: "http://localhost:1",
        ui: "https://ui.example",
      }],
    },
  ),
  identify: since(
    (session) => client.identify(session, "mine"),
    { rrext_identify: { appName: "mine" } },
  ),
  call: same(
    (session) => client.call(session, "rrext_x", { a: 1 }),
    { rrext_x: { b: 2 } },
    { b: 2 },
  ),
  request: same(
    async (session) => {
      const message = client.buildRequest("rrext_x");
      return (await client.request(session, message)).body;
    },
    { rrext_x: { b: 2 } },
    { b: 2 },
  ),
  dapRequest: same(
    async (session) => (await client.dapRequest(session, "rrext_x")).body,
    { rrext_x: { b: 2 } },
    { b: 2 },
  ),
  events: differs(
    firstEvent,
    {
      answers: { rrext_monitor: sending("apaevt_flow", OLD_FLOW) },
      gives: ["apaevt_flow", OLD_FLOW],
    },
    {
      answers: { rrext_monitor: sending("apaevt_flow", FLOW) },
      gives: ["apaevt_flow", FLOW],
    },
  ),
  setEvents: differs(
    (_, server) => called(server),
    {
      answers: { rrext_monitor: sending("apaevt_flow", OLD_FLOW) },
      gives: ["apaevt_flow", OLD_FLOW.pipes],
    },
    {
      answers: { rrext_monitor: sending("apaevt_flow", FLOW) },
      gives: ["apaevt_flow", FLOW.pipes],
    },
  ),
  clearEvents: same(
    async (session, server) => {
      await client.setEvents(session, "*", ["task"]);
      await client.clearEvents(session);
      return server.requests.filter((it) => it.command === "rrext_monitor")
        .map((it) => it.arguments?.types);
    },
    { rrext_monitor: {} },
    [["TASK"], []],
  ),
  watchTask: differs(
    async (session) => {
      const seen = await Array.fromAsync(client.watchTask(session, TASK));
      const { completed, slowestDocs } = seen.at(-1)!;
      return [completed, slowestDocs];
    },
    { answers: STATUSES, gives: [true, undefined] },
    {
      answers: { ...STATUSES, rrext_get_task_status: STATUS },
      gives: [true, STATUS.slowestDocs],
    },
  ),
  getTaskStatus: differs(
    (session) => client.getTaskStatus(session, TASK),
    { answers: { rrext_get_task_status: OLD_STATUS }, gives: OLD_STATUS },
    { answers: { rrext_get_task_status: STATUS }, gives: STATUS },
  ),
  getTaskPipeline: same(
    (session) => client.getTaskPipeline(session, TASK),
    { rrext_get_pipeline: { pipeline: PIPELINE } },
    PIPELINE,
  ),
  getTaskToken: same(
    (session) => client.getTaskToken(session, { projectId: "p", source: "in" }),
    {
      rrext_get_token: { token: TASK },
      rrext_get_task_status: { ...OLD_STATUS, completed: false, state: 3 },
    },
    TASK,
  ),
  listTasks: differs(
    async (session) =>
      (await client.listTasks(session)).map(({ name, runKind }) => [
        name,
        runKind,
      ]),
    {
      answers: { rrext_get_tasks: { tasks: [OLD_ROW] } },
      gives: [["a", undefined]],
    },
    {
      answers: {
        rrext_get_tasks: { tasks: [{ ...OLD_ROW, runKind: "dev" }] },
      },
      gives: [["a", "dev"]],
    },
  ),
  use: same(
    async (session) => shown(await client.use(session, { pipeline: PIPELINE })),
    { execute: STARTED },
    [TASK, "p", "in"],
  ),
  restart: same(
    async (session) =>
      shown(await client.restart(session, TASK, { pipeline: PIPELINE })),
    { restart: STARTED },
    [TASK, "p", "in"],
  ),
  terminate: same(
    (session) => client.terminate(session, TASK),
    { terminate: {} },
  ),
  validate: differs(
    async (session) => {
      const found = await client.validate(session, { pipeline: PIPELINE });
      return [found.errors, found.warnings];
    },
    {
      answers: { rrext_validate: { errors: [], warnings: [] } },
      gives: [[], []],
    },
    // Empty lists are left out.
    { answers: { rrext_validate: {} }, gives: [[], []] },
  ),
  tool: differs(
    (session) => client.tool(session, TASK, "search", { q: 1 }),
    MASKED,
    {
      answers: { "rrext_process tool": { result: { found: 1 } } },
      gives: { found: 1 },
    },
  ),
  getServices: differs(
    async (session) => Object.values(await client.getServices(session)),
    {
      answers: {
        rrext_services: { services: { webhook: OLD_SERVICE }, version: 1 },
      },
      gives: [OLD_SERVICE],
    },
    { answers: { rrext_services: NEW_SERVICES }, gives: [SUMMARY] },
  ),
  getCatalog: differs(
    async (session) => {
      const { services, icons } = await client.getCatalog(session);
      return [Object.keys(services), icons];
    },
    {
      answers: {
        rrext_services: { services: { webhook: OLD_SERVICE }, version: 1 },
      },
      gives: [["webhook"], {}],
    },
    {
      answers: { rrext_services: NEW_SERVICES },
      gives: [["webhook"], NEW_SERVICES.icons],
    },
  ),
  getService: same(
    (session) => client.getService(session, "webhook"),
    { rrext_services: OLD_SERVICE },
    OLD_SERVICE,
  ),
  resolveConfig: since(
    (session) => client.resolveConfig(session, "llm"),
    { rrext_resolve_config: { provider: "llm", profile: "a", resolved: {} } },
    { provider: "llm", profile: "a", resolved: {}, dropped: [] },
  ),
  ping: same(
    async (session) => await client.ping(session) >= 0,
    { rrext_ping: {} },
    true,
  ),
};
