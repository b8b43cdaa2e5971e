import * as client from "@rocketride/streams";
import * as admin from "@rocketride/streams/admin";
import * as store from "@rocketride/streams/store";
import * as transport from "@rocketride/streams/transport";
import { type Drive, DRIVES_OF_1_4 } from "./drives_of_1_4.ts";
import { LITERAL, PAYLOAD, PIPELINE } from "./plants.ts";

/** Names of providers that refusals quote, with what must not be shown. */
const MISSPELT = {
  source: "in",
  components: [
    { id: "in", provider: "${ROCKETRIDE_SERVER}", config: {} },
    { id: "x", provider: "${ROCKETRIDE_PASSWORD}", config: {} },
  ],
};

const BYTES = new TextEncoder().encode(PAYLOAD);

/** The first items of a stream, which is then cancelled. */
async function some(stream: ReadableStream, most = 3): Promise<unknown[]> {
  const items: unknown[] = [];
  const reader = stream.getReader();
  const timer = setTimeout(() => reader.cancel("enough").catch(() => {}), 200);
  try {
    while (items.length < most) {
      const { done, value } = await reader.read();
      if (done) break;
      items.push(value);
    }
    await reader.cancel("enough");
  } finally {
    clearTimeout(timer);
  }
  return items;
}

function question(): client.Question {
  return client.addContext(
    client.addQuestion(client.createQuestion(), PAYLOAD),
    `context ${PAYLOAD}`,
  );
}

function streamOf(...chunks: Uint8Array<ArrayBuffer>[]): ReadableStream {
  return new Blob(chunks).stream();
}

/** A pipeline whose node shows its configuration when it cannot start. */
function failing(): client.Pipeline {
  return {
    ...PIPELINE,
    project_id: crypto.randomUUID(),
    components: PIPELINE.components.map((it) => ({
      ...it,
      config: { ...it.config, fail: true },
    })),
  };
}

/** Every function of the library that takes a session. */
export const DRIVES: Readonly<Record<string, Drive>> = {
  // Calls.
  call: (s, { token, ...o }) =>
    client.call(s, "rrext_unknown", {
      data: PAYLOAD,
      text: PAYLOAD,
      apikey: LITERAL,
      nested: { list: [PAYLOAD] },
    }, { ...o, task: token }),
  dapRequest: (s, o) =>
    client.dapRequest(s, "rrext_unknown", { data: PAYLOAD }, o),
  request: (s, o) =>
    client.request(
      s,
      client.buildRequest("rrext_unknown", { arguments: { data: BYTES } }),
      o,
    ),
  ping: (s, o) => client.ping(s, o),
  getService: (s, o) => client.getService(s, "webhook", o),
  getServices: (s, o) => client.getServices(s, o),
  // The session itself.
  getApiKey: (s) => client.getApiKey(s) !== undefined,
  getConnectionInfo: (s) => client.getConnectionInfo(s),
  isConnected: (s) => client.isConnected(s),
  lifecycle: (s) => some(client.lifecycle(s), 1),
  // Tasks.
  use: async (s, { token: _, ...o }) => {
    const task = await client.use(s, {
      pipeline: { ...PIPELINE, project_id: crypto.randomUUID() },
      events: ["all"],
      ...o,
    });
    const events = await some(task.events!, 2);
    await client.terminate(s, task);
    return { task, events };
  },
  "use what fails": (s, { token: _, ...o }) =>
    client.use(s, { pipeline: failing(), ...o }),
  "use what is misspelt": (s, { token: _, ...o }) =>
    client.use(s, { pipeline: MISSPELT, ...o }),
  "validate what is misspelt": (s, { token: _, ...o }) =>
    client.validate(s, { pipeline: MISSPELT, ...o }),
  validate: (s, { token: _, ...o }) =>
    client.validate(s, { pipeline: PIPELINE, ...o }),
  restart: (s, { token, ...o }) =>
    client.restart(s, token, { pipeline: PIPELINE, ...o }),
  getTaskStatus: (s, { token, ...o }) => client.getTaskStatus(s, token, o),
  getTaskPipeline: (s, { token, ...o }) => client.getTaskPipeline(s, token, o),
  getTaskToken: async (s, o) =>
    await client.getTaskToken(
      s,
      { projectId: String(PIPELINE.project_id), source: "in" },
      o,
    ) !== undefined,
  listTasks: (s, o) => client.listTasks(s, o),
  // Data.
  send: (s, { token, ...o }) =>
    client.send(s, token, PAYLOAD, { mimeType: "text/plain", ...o }),
  "send what fails": (s, { token, ...o }) =>
    client.send(s, token, `fail ${PAYLOAD}`, { mimeType: "text/plain", ...o }),
  "send bytes": (s, { token, ...o }) => client.send(s, token, BYTES, o),
  "send a stream": (s, { token, ...o }) =>
    client.send(s, token, streamOf(BYTES), { mimeType: "text/plain", ...o }),
  pipe: async (s, { token, ...o }) => {
    const pipe = await client.pipe(s, token, { mimeType: "text/plain", ...o });
    const writer = pipe.getWriter();
    await writer.write(BYTES);
    await writer.close();
    return { pipe, result: await pipe.result };
  },
  "pipe aborted": async (s, { token, ...o }) => {
    const pipe = await client.pipe(s, token, { mimeType: "text/plain", ...o });
    const writer = pipe.getWriter();
    await writer.write(BYTES);
    await writer.abort("enough");
    return { pipe, result: await pipe.result.catch((error) => error) };
  },
  sendFiles: (s, { token, ...o }) =>
    client.sendFiles(s, token, [new File([BYTES], "a.txt")], o),
  uploadFiles: (s, { token, ...o }) =>
    some(client.uploadFiles(s, token, [new File([BYTES], "a.txt")], o), 9),
  chat: (s, { token, ...o }) => client.chat(s, token, question(), o),
  ask: (s, { token, ...o }) => client.ask(s, token, question(), o),
  sendEach: (s, { token, ...o }) =>
    some(streamOf(BYTES).pipeThrough(client.sendEach(s, token, o)), 1),
  chatStream: (s, { token, ...o }) =>
    some(client.chatStream(s, token, question(), o), 9),
  getCatalog: (s, o) => client.getCatalog(s, o),
  resolveConfig: (s, o) =>
    client.resolveConfig(s, "webhook", { config: { key: PAYLOAD }, ...o }),
  tool: (s, { token, ...o }) =>
    client.tool(s, token, "search", { q: PAYLOAD }, o),
  // Events.
  events: async (s, { token, ...o }) =>
    await some(await client.events(s, token, { types: ["all"], ...o }), 1),
  setEvents: (s, { token, ...o }) => client.setEvents(s, token, ["summary"], o),
  readLog: async (s, { token: _, ...o }) =>
    await some(admin.readLog(s, { projectId: "p", source: "in", ...o }), 1),
  readLogSegment: (s, { token: _, ...o }) =>
    some(
      admin.readLogSegment(s, {
        projectId: "p",
        source: "in",
        segment: 1,
        ...o,
      }),
      1,
    ),
  getLogChapters: (s, { token: _, ...o }) =>
    admin.getLogChapters(s, { projectId: "p", source: "in", ...o }),
  getLogState: (s, { token: _, ...o }) =>
    admin.getLogState(s, { projectId: "p", source: "in", ...o }),
  readTrace: (s, { token: _, ...o }) =>
    some(
      admin.readTrace(s, { projectId: "p", source: "in", beginSeq: 1, ...o }),
      1,
    ),
  listLogStreams: (s, { token: _, ...o }) =>
    admin.listLogStreams(s, { projectId: "p", source: "in", ...o }),
  deleteLogEvents: (s, { token: _, ...o }) =>
    admin.deleteLogEvents(s, {
      projectId: "p",
      source: "in",
      all: true,
      ...o,
    }),
  clearEvents: (s) => client.clearEvents(s),
  identify: (s, { token: _, ...o }) => client.identify(s, "canary", o),
  watchTask: async (s, { token, ...o }) =>
    await some(await client.watchTask(s, token, o), 1),
  // Files.
  mkdir: (s, o) => store.mkdir(s, "folder", o),
  writeText: (s, o) => store.writeText(s, "folder/a.txt", PAYLOAD, o),
  writeJson: (s, o) => store.writeJson(s, "folder/a.json", [PAYLOAD], o),
  writeFile: async (s, { token: _, ...o }) =>
    await streamOf(BYTES).pipeTo(await store.writeFile(s, "folder/b.bin", o)),
  readText: (s, o) => store.readText(s, "folder/a.txt", o),
  readJson: (s, o) => store.readJson(s, "folder/a.json", o),
  "readJson of text": (s, o) => store.readJson(s, "folder/a.txt", o),
  readFile: async (s, { token: _, ...o }) =>
    await some(await store.readFile(s, "folder/b.bin", o)),
  readMany: (s, { token: _, ...o }) =>
    some(store.readMany(s, ["folder/a.txt", "folder/none"], o), 2),
  getUrl: (s, { token: _, ...o }) => store.getUrl(s, "folder/a.txt", o),
  list: (s, o) => store.list(s, "folder", o),
  stat: (s, o) => store.stat(s, "folder/a.txt", o),
  rename: (s, o) => store.rename(s, "folder/b.bin", "folder/c.bin", o),
  remove: (s, o) => store.remove(s, "folder", { recursive: true, ...o }),
  saveProject: (s, o) => store.saveProject(s, "p", PIPELINE, o),
  getProject: (s, o) => store.getProject(s, "p", o),
  getAllProjects: (s, o) => store.getAllProjects(s, o),
  deleteProject: (s, o) => store.deleteProject(s, "p", o),
  saveTemplate: (s, o) => store.saveTemplate(s, "t", PIPELINE, o),
  getTemplate: (s, o) => store.getTemplate(s, "t", o),
  getAllTemplates: (s, o) => store.getAllTemplates(s, o),
  deleteTemplate: (s, o) => store.deleteTemplate(s, "t", o),
  saveLog: (s, o) =>
    store.saveLog(
      s,
      "p",
      "in",
      {
        body: { startTime: 1, text: PAYLOAD },
      } as unknown as Parameters<typeof store.saveLog>[3],
      o,
    ),
  getLog: (s, o) => store.getLog(s, "p", "in-1.log", o),
  listLogs: (s, o) => store.listLogs(s, "p", o),
  deleteLog: (s, o) => store.deleteLog(s, "p", "in-1.log", o),
  // Administration.
  addTeamMember: (s, o) =>
    admin.addTeamMember(s, "o", {
      teamId: "t",
      userId: "u",
      permissions: ["task.data"],
    }, o),
  cancelSubscription: (s, o) => admin.cancelSubscription(s, "o", "a", o),
  cprofileReport: (s, { token: target, ...o }) =>
    admin.cprofileReport(s, { target, ...o }),
  cprofileStart: (s, { token: target, ...o }) =>
    admin.cprofileStart(s, { target, ...o }),
  cprofileStatus: (s, { token: target, ...o }) =>
    admin.cprofileStatus(s, { target, ...o }),
  cprofileStop: (s, { token: target, ...o }) =>
    admin.cprofileStop(s, { target, ...o }),
  createCheckoutSession: (s, o) =>
    admin.createCheckoutSession(s, "o", { appId: "a", priceId: "p" }, o),
  createCreditCheckout: (s, o) =>
    admin.createCreditCheckout(s, "o", {
      packId: "p",
      returnUrl: "https://a.example/",
    }, o),
  createKey: (s, o) => admin.createKey(s, { name: "n" }, o),
  createPortalSession: (s, o) =>
    admin.createPortalSession(s, "o", "https://a.example/", o),
  createTeam: (s, o) => admin.createTeam(s, "o", "n", o),
  deleteAccount: (s, o) => admin.deleteAccount(s, o),
  deleteTeam: (s, o) => admin.deleteTeam(s, "o", "t", o),
  deployAdd: (s, o) =>
    admin.deployAdd(s, PIPELINE, { schedule: "manual", ...o }),
  deployList: (s, o) => admin.deployList(s, o),
  deployStatus: (s, o) => admin.deployStatus(s, String(PIPELINE.project_id), o),
  deployUpdate: (s, o) =>
    admin.deployUpdate(
      s,
      String(PIPELINE.project_id),
      { pipeline: PIPELINE },
      o,
    ),
  deployRemove: (s, o) => admin.deployRemove(s, String(PIPELINE.project_id), o),
  dialect: (s, { token, ...o }) => admin.dialect(s, token, o),
  query: (s, { token, ...o }) =>
    admin.query(s, token, `select '${PAYLOAD}'`, o),
  begin: (s, { token, ...o }) => admin.begin(s, token, o),
  commit: (s, { token, ...o }) =>
    admin.commit(s, { token, sessionId: "s", node: "" }, o),
  rollback: (s, { token, ...o }) =>
    admin.rollback(s, { token, sessionId: "s", node: "" }, o),
  transaction: (s, { token, ...o }) =>
    admin.transaction(s, token, () => Promise.resolve(1), o),
  getBillingDetails: (s, o) => admin.getBillingDetails(s, "o", o),
  getCreditBalance: (s, o) => admin.getCreditBalance(s, "o", o),
  getDashboard: (s, o) => admin.getDashboard(s, o),
  getEnv: (s, o) => admin.getEnv(s, "user", o),
  getEnvironmentKeys: (s, o) => admin.getEnvironmentKeys(s, o),
  getOrg: (s, o) => admin.getOrg(s, "o", o),
  getProductPrices: (s, o) => admin.getProductPrices(s, "a", o),
  getProfile: (s, o) => admin.getProfile(s, o),
  getTeamDetail: (s, o) => admin.getTeamDetail(s, "o", "t", o),
  inviteMember: (s, o) => admin.inviteMember(s, "o", { email: "a@b.c" }, o),
  listCreditPacks: (s, o) => admin.listCreditPacks(s, o),
  listKeys: (s, o) => admin.listKeys(s, o),
  listMembers: (s, o) => admin.listMembers(s, "o", o),
  listTeams: (s, o) => admin.listTeams(s, "o", o),
  removeMember: (s, o) => admin.removeMember(s, "o", "u", o),
  removeTeamMember: (s, o) =>
    admin.removeTeamMember(s, "o", { teamId: "t", userId: "u" }, o),
  revokeKey: (s, o) => admin.revokeKey(s, "k", o),
  setDefaultTeam: (s, o) => admin.setDefaultTeam(s, "t", o),
  setEnv: (s, o) => admin.setEnv(s, "user", { ROCKETRIDE_X: LITERAL }, o),
  updateMemberRole: (s, o) =>
    admin.updateMemberRole(s, "o", { userId: "u", role: "admin" }, o),
  updateOrgName: (s, o) => admin.updateOrgName(s, "o", "n", o),
  updateProfile: (s, o) => admin.updateProfile(s, { displayName: "n" }, o),
  updateTeamMemberPerms: (s, o) =>
    admin.updateTeamMemberPerms(s, "o", {
      teamId: "t",
      userId: "u",
      permissions: [],
    }, o),
  // Administration from 1.3 on.
  ...DRIVES_OF_1_4,
  // Ends.
  setConnectionParams: (s, { token: _, ...o }) =>
    client.setConnectionParams(s, o),
  terminate: (s, { token, ...o }) => client.terminate(s, token, o),
  close: (s) => client.close(s, { grace: 100 }),
};

/** What is driven in another place, or takes no session. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "connect",
  "getServerInfo",
  "httpTransport",
  "memoryTransport",
  "webSocketTransport",
  "withHeartbeat",
  "withTrace",
]);

/** Functions of the client's entries that take a session and are not driven. */
export function undriven(): string[] {
  const schema = new Set(Object.keys(PURE));
  return [client, store, admin, transport].flatMap((entry) =>
    Object.entries(entry).filter(([name, value]) =>
      typeof value === "function" && !/^[A-Z]/.test(name) &&
      !(name in DRIVES) && !ELSEWHERE.has(name) && !schema.has(name)
    ).map(([name]) => name)
  );
}

/** Functions of records alone: they have neither session nor secret. */
const { addContext, addDocuments, addExample, addGoal, addHistory } = client;
const { addInstruction, addQuestion, answers, buildRequest } = client;
const { createAnswer, createQuestion, didFail, eventKindOf } = client;
const { firstAnswer, getJson, getText, isDAPException, isEventOf } = client;
const { isJson, isKnownEvent, parseAnswers } = client;
const { documents, parseJson, parsePython, resolveEndpoints, texts } = client;
const { normalizeUri } = transport;
const PURE = {
  addContext,
  addDocuments,
  addExample,
  addGoal,
  addHistory,
  addInstruction,
  addQuestion,
  answers,
  buildRequest,
  createAnswer,
  createQuestion,
  didFail,
  documents,
  eventKindOf,
  firstAnswer,
  getJson,
  getText,
  isDAPException,
  isEventOf,
  isJson,
  isKnownEvent,
  normalizeUri,
  parseAnswers,
  parseJson,
  parsePython,
  resolveEndpoints,
  toSpans: admin.toSpans,
  texts,
};
