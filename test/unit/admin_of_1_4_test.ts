/** What servers have for administration from 1.3 on, and older ones instead. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as admin from "@rocketride/streams/admin";
import { ProtocolException, RocketRideException } from "../../lib/errors.ts";
import type { CallOptions, Session } from "../../lib/session/session.ts";
import { pipeServer, refusing } from "../support/pipe_server.ts";
import { silent } from "../support/scripted_server.ts";

type Json = Readonly<Record<string, unknown>>;

/** A call, what it sends, what is answered, and what becomes of that. */
interface Case {
  readonly ask: (session: Session, options?: CallOptions) => Promise<unknown>;
  readonly command: string;
  readonly args: Json;
  readonly body: Json;
  /** What is returned; the body itself if absent. */
  readonly result?: unknown;
  /** Answers that are not what was asked for. */
  readonly bad?: readonly Json[];
}

const PIPELINE = { project_id: "p", components: [] };
const AT = { projectId: "p", teamId: "t" };
const SOURCE = { ...AT, sourceId: "in" };
const DEPLOYMENT = { ...AT, version: 3, state: "enabled", schedules: {} };
const APP = { appId: "a", version: 2 };
const ROW = { registryVersion: 2, state: "private", buildStatus: "ok" };
const PUBLISH = { audience: "@me", version: 2 };

/** A function that changes a deployment. */
function changes(
  subcommand: string,
  ask: Case["ask"],
  args: Json,
): Case {
  return {
    ask,
    command: "rrext_deploy_pipe",
    args: { subcommand, ...args },
    body: DEPLOYMENT,
    bad: [{}, { projectId: 1 }],
  };
}

function app(subcommand: string, ask: Case["ask"], more: Partial<Case>): Case {
  const { args, body = {}, ...rest } = more;
  const all = { subcommand, appId: "a", ...args };
  return { ask, command: "rrext_deploy_app", args: all, body, ...rest };
}

function paid(subcommand: string, ask: Case["ask"], more: Partial<Case>): Case {
  const { args, body = {}, ...rest } = more;
  const all = { subcommand, orgId: "o", ...args };
  return { ask, command: "rrext_account_billing", args: all, body, ...rest };
}

const CASES: Readonly<Record<string, Case>> = {
  publishPipeline: {
    ask: (s, o) =>
      admin.publishPipeline(s, { pipeline: PIPELINE }, {
        comment: "why",
        deployTo: "@me",
        metadata: { a: 1 },
        ...o,
      }),
    command: "rrext_deploy",
    args: {
      subcommand: "add",
      kind: "pipe",
      comment: "why",
      pipeline: PIPELINE,
      metadata: { a: 1 },
      deployTo: "@me",
    },
    body: { artifact: { version: 1 }, deployment: DEPLOYMENT },
  },
  "publishPipeline without more": {
    ask: (s, o) => admin.publishPipeline(s, PIPELINE, o),
    command: "rrext_deploy",
    args: { subcommand: "add", kind: "pipe", comment: "", pipeline: PIPELINE },
    body: { artifact: { version: 1 } },
  },
  getArtifact: {
    ask: (s, o) => admin.getArtifact(s, "p", 2, o),
    command: "rrext_deploy",
    args: { subcommand: "artifact", projectId: "p", version: 2 },
    body: PIPELINE,
    bad: [{}, { components: 1 }],
  },
  deployVersion: changes(
    "deploy",
    (s, o) => admin.deployVersion(s, AT, 3, o),
    { ...AT, version: 3 },
  ),
  getDeployment: changes("get", (s, o) => admin.getDeployment(s, AT, o), AT),
  "getDeployment of oneself": changes(
    "get",
    (s, o) => admin.getDeployment(s, { projectId: "p" }, o),
    { projectId: "p", teamId: "@me" },
  ),
  enableDeployment: changes(
    "enable",
    (s, o) => admin.enableDeployment(s, AT, o),
    AT,
  ),
  disableDeployment: changes(
    "disable",
    (s, o) => admin.disableDeployment(s, AT, o),
    AT,
  ),
  removeDeployment: {
    ...changes("remove", (s, o) => admin.removeDeployment(s, AT, o), AT),
    result: { ...DEPLOYMENT, state: "removed" },
  },
  setSchedule: changes(
    "schedule_set",
    (s, o) =>
      admin.setSchedule(s, SOURCE, { schedule: "@daily", ttl: 60, ...o }),
    { ...SOURCE, schedule: "@daily", ttl: 60 },
  ),
  "setSchedule to manual": changes(
    "schedule_set",
    (s, o) => admin.setSchedule(s, SOURCE, { schedule: "manual", ...o }),
    SOURCE,
  ),
  pauseSchedule: changes(
    "schedule_pause",
    (s, o) => admin.pauseSchedule(s, SOURCE, o),
    SOURCE,
  ),
  resumeSchedule: changes(
    "schedule_resume",
    (s, o) => admin.resumeSchedule(s, SOURCE, o),
    SOURCE,
  ),
  setSourceConfig: changes(
    "source_config",
    (s, o) => admin.setSourceConfig(s, SOURCE, { traceLevel: "full", ...o }),
    { ...SOURCE, debugOut: false, traceLevel: "full" },
  ),
  runDeployment: {
    ask: async (s, o) => {
      const run = await admin.runDeployment(s, SOURCE, o);
      assert(!JSON.stringify(run).includes("tk_1"));
      return { ...run, token: run.token };
    },
    command: "rrext_deploy_pipe",
    args: { subcommand: "run", ...SOURCE },
    body: { token: "tk_1", version: 3 },
    bad: [{}, { token: "" }],
  },
  previewSchedule: {
    ask: (s, o) => admin.previewSchedule(s, "@daily", { count: 2, ...o }),
    command: "rrext_deploy_pipe",
    args: { subcommand: "preview", schedule: "@daily", count: 2 },
    body: { valid: true, next: [1, 2] },
    bad: [{}, { valid: true, next: 1 }],
  },
  "previewSchedule of none": {
    ask: (s, o) => admin.previewSchedule(s, "no", o),
    command: "rrext_deploy_pipe",
    args: { subcommand: "preview", schedule: "no" },
    body: { valid: false, error: "Bad" },
    result: { valid: false, error: "Bad", next: [] },
  },
  listAppVersions: app("versions", (s, o) => admin.listAppVersions(s, "a", o), {
    body: { versions: [ROW] },
    result: [ROW],
    bad: [{}, { versions: [1] }],
  }),
  submitApp: app("submit", (s, o) => admin.submitApp(s, APP, o), {
    args: APP,
    body: { artifact: ROW },
    result: ROW,
    bad: [{}],
  }),
  withdrawApp: app("withdraw", (s, o) => admin.withdrawApp(s, APP, o), {
    args: APP,
    body: { artifact: ROW },
    result: ROW,
    bad: [{}],
  }),
  replyApp: app(
    "reply",
    async (s, o) =>
      await admin.replyApp(s, "a", "Done", { version: 2, ...o }) ?? null,
    { args: { message: "Done", version: 2 }, result: null },
  ),
  getBuildLog: app("build_log", (s, o) => admin.getBuildLog(s, APP, o), {
    args: APP,
    body: { log: "" },
    result: "",
    bad: [{}],
  }),
  publishAppVersion: app(
    "publish",
    (s, o) => admin.publishAppVersion(s, APP, "@me", o),
    {
      args: { ...APP, target: "@me" },
      body: { publish: PUBLISH },
      result: PUBLISH,
      bad: [{}],
    },
  ),
  disableAppPublish: app(
    "disable",
    (s, o) => admin.disableAppPublish(s, "a", "@me", o),
    {
      args: { target: "@me" },
      body: { publish: PUBLISH },
      result: PUBLISH,
      bad: [{}],
    },
  ),
  removeAppPublish: app(
    "remove",
    (s, o) => admin.removeAppPublish(s, "a", "@me", o),
    {
      args: { target: "@me" },
      body: { publish: PUBLISH },
      result: PUBLISH,
      bad: [{}],
    },
  ),
  whereApp: app("where", (s, o) => admin.whereApp(s, "a", o), {
    body: { pins: [{ rung: "team" }] },
    result: [{ rung: "team" }],
    bad: [{}, { pins: {} }],
  }),
  validatePromoCode: paid(
    "promo_validate",
    (s, o) => admin.validatePromoCode(s, "o", "C", { priceId: "p", ...o }),
    {
      args: { code: "C", priceId: "p" },
      body: { valid: false, reason: "Unknown" },
      bad: [{}],
    },
  ),
  redeemPromoCode: paid(
    "promo_redeem",
    (s, o) => admin.redeemPromoCode(s, "o", "C", o),
    {
      args: { code: "C" },
      body: { redeemed: true, mode: "credits_only", credits: { cpu: 1 } },
      bad: [{}],
    },
  ),
  upgradeSubscription: paid(
    "upgrade",
    (s, o) =>
      admin.upgradeSubscription(s, "o", { appId: "a", newPriceId: "n" }, o),
    {
      args: { appId: "a", newPriceId: "n" },
      body: { subscriptionId: "s", status: "active" },
      bad: [{}],
    },
  ),
  purchaseTopup: paid(
    "purchase_topup",
    (s, o) => admin.purchaseTopup(s, "o", "p", o),
    { args: { priceId: "p" }, body: { status: "succeeded" }, bad: [{}] },
  ),
  listTransactionValues: paid(
    "transactions_distinct",
    (s, o) => admin.listTransactionValues(s, "o", "type", o),
    {
      args: { field: "type" },
      body: { values: ["a"] },
      result: ["a"],
      bad: [{}],
    },
  ),
  getUsageByUser: paid(
    "usage_by_user",
    (s, o) => admin.getUsageByUser(s, "o", o),
    {
      body: { usage: [{ id: "__none__", name: null, credits: {} }] },
      result: [{ id: "__none__", name: null, credits: {} }],
      bad: [{}, { usage: [{}] }],
    },
  ),
  getUsageByTeam: paid(
    "usage_by_team",
    (s, o) => admin.getUsageByTeam(s, "o", o),
    {
      body: { usage: [{ id: "t", credits: { cpu: 1 } }] },
      result: [{ id: "t", credits: { cpu: 1 } }],
      bad: [{}],
    },
  ),
  "createCheckoutSession with nothing to pay": paid(
    "subscribe",
    (s, o) =>
      admin.createCheckoutSession(s, "o", {
        appId: "a",
        priceId: "p",
        promotionCode: "C",
      }, o),
    {
      args: { appId: "a", priceId: "p", promotionCode: "C" },
      body: { clientSecret: null, subscriptionId: "s", status: "active" },
      bad: [{ clientSecret: null }, { subscriptionId: "s" }],
    },
  ),
  "getProductPrices of 1.3": {
    ask: (s, o) => admin.getProductPrices(s, "a", o),
    command: "rrext_account_billing",
    args: { subcommand: "prices", appId: "a" },
    body: { plans: [{ id: "i", stripePriceId: "p", amountCents: 100 }] },
    result: [{ id: "i", stripePriceId: "p", amountCents: 100 }],
    bad: [{ plans: [{ amountCents: 1 }] }],
  },
  cprofileTree: {
    ask: (s, o) => admin.cprofileTree(s, { target: "tk_1", thread: 0, ...o }),
    command: "rrext_cprofile_report_tree",
    args: {
      max_depth: 50,
      min_pct: 0.1,
      include_system: true,
      thread: 0,
      target: "tk_1",
    },
    body: { tree: { name: "<root>" }, total_time: 1, total_calls: 2 },
    bad: [{ tree: 1 }],
  },
  "cprofileTree of nothing": {
    ask: (s, o) =>
      admin.cprofileTree(s, {
        maxDepth: 2,
        minPercent: 5,
        includeSystem: false,
        ...o,
      }),
    command: "rrext_cprofile_report_tree",
    args: { max_depth: 2, min_pct: 5, include_system: false },
    body: {},
    result: { tree: null },
  },
  cprofileThreads: {
    ask: (s, o) => admin.cprofileThreads(s, o),
    command: "rrext_cprofile_threads",
    args: {},
    body: { threads: [{ id: 0, name: null, calls: 4 }] },
    result: [{ id: 0, name: null, calls: 4 }],
    bad: [{}, { threads: [{}] }],
  },
};

for (const [name, it] of Object.entries(CASES)) {
  const { ask, command, args, body, result = body, bad = [] } = it;
  Deno.test(`${name} sends one command of 1.4, and returns what it is answered`, async () => {
    await using server = await pipeServer({ [command]: () => body });
    assertEquals(await ask(server.session), result);
    const [request, ...more] = server.requests;
    assertEquals([request?.command, more], [command, []]);
    assertEquals(request?.arguments, args);
    for (const answer of bad) {
      await using odd = await pipeServer({ [command]: () => answer });
      await assertRejects(() => ask(odd.session), ProtocolException);
    }
    await using refused = await pipeServer({
      [command]: refusing("Permission 'task.control' denied"),
    });
    const error = await assertRejects(
      () => ask(refused.session),
      RocketRideException,
    );
    assertEquals(error.code, "permission-denied");
    await using mute = await pipeServer({ [command]: silent });
    const controller = new AbortController();
    const asked = ask(mute.session, { signal: controller.signal });
    asked.catch(() => {});
    await mute.received(command);
    controller.abort("stop");
    assertEquals(await asked.catch((reason) => reason), "stop");
  });
}

Deno.test("publishApp sends the archive behind its request", async () => {
  await using server = await pipeServer({
    rrext_deploy: () => ({ artifact: ROW }),
  });
  const archive = new Uint8Array([80, 75]);
  const { session } = server;
  assertEquals(
    await admin.publishApp(session, archive, { appRoot: "apps/a" }),
    {
      artifact: ROW,
    },
  );
  const { data, ...args } = server.requests[0]?.arguments ?? {};
  assertEquals(data, archive);
  assertEquals(args, {
    subcommand: "add",
    kind: "app",
    comment: "",
    metadata: { appRoot: "apps/a" },
  });
  for (const odd of [new Uint8Array(), "zip" as unknown as Uint8Array]) {
    await assertRejects(() => admin.publishApp(session, odd), TypeError);
  }
});

Deno.test("what cannot be meant is found before any traffic", async () => {
  await using server = await pipeServer();
  const { session } = server;
  const none = { projectId: " " };
  const wrong: readonly (() => unknown)[] = [
    () => admin.getDeployment(session, none),
    () => admin.runDeployment(session, { projectId: "p", sourceId: "" }),
    () => admin.deployVersion(session, AT, 0),
    () => admin.getArtifact(session, "p", 1.5),
    () => admin.setSchedule(session, SOURCE, { ttl: 0 }),
    () => admin.previewSchedule(session, ""),
    () => admin.submitApp(session, { appId: "", version: 1 }),
    () => admin.submitApp(session, { appId: "a", version: -1 }),
    () => admin.replyApp(session, "a", "x".repeat(4_001)),
    () => admin.whereApp(session, ""),
    () => admin.validatePromoCode(session, "o", ""),
    () => admin.purchaseTopup(session, "", "p"),
    () => admin.setDevTeam(session, ""),
  ];
  for (const call of wrong) {
    const error = await Promise.resolve().then(call).catch((it) => it);
    assert(
      error instanceof TypeError || error instanceof RangeError,
      `${call}`,
    );
  }
  assertThrows(() => admin.listVersions(session, ""), TypeError);
  assertThrows(
    () => admin.listDeployments(session, { pageSize: 0 }),
    RangeError,
  );
  assertEquals(server.requests, []);
});

Deno.test("a list is asked for page by page, as far as it is read", async () => {
  const names = ["a", "b", "c", "d", "e"];
  await using server = await pipeServer({
    rrext_deploy({ arguments: args }): Json {
      const { page = 1, page_size: size = 50 } = args as Record<string, number>;
      const rows = names.slice((page - 1) * size, page * size)
        .map((comment) => ({ comment }));
      return { rows, total: names.length, page, pageSize: size };
    },
  });
  const { session } = server;
  const sort = [{ field: "version", dir: "asc" }] as const;
  const filters = { version__gte: 2 };
  const options = { pageSize: 2, search: "x", sort, filters };
  const list = admin.listVersions(session, "p", options);
  assertEquals(server.requests.length, 0);
  const seen: unknown[] = [];
  for await (const { comment } of list) seen.push(comment);
  assertEquals(seen, names);
  const common = {
    subcommand: "versions",
    projectId: "p",
    search: "x",
    sort,
    filters,
    page_size: 2,
  };
  assertEquals(
    server.requests.map((one) => one.arguments as unknown),
    [1, 2, 3].map((page) => ({ ...common, page })),
  );
  for await (const _ of list) break;
  assertEquals(server.requests.length, 4);
  const { rows, total, page } = await list.page(3);
  assertEquals([rows as unknown, total, page], [[{ comment: "e" }], 5, 3]);
  await assertRejects(() => list.page(0), RangeError);
});

Deno.test("every list has its own command and arguments", async () => {
  const empty = { rows: [], transactions: [], total: 0, page: 1, pageSize: 50 };
  await using server = await pipeServer({
    rrext_deploy: () => empty,
    rrext_deploy_pipe: () => empty,
    rrext_list_connections: () => empty,
    rrext_list_tasks: () => empty,
    rrext_account_billing: () => empty,
  });
  const { session } = server;
  await admin.listDeployHistory(session, "p", { teamId: "t" }).page();
  await admin.listDeployments(session, { teamId: "t" }).page(2);
  await admin.listConnections(session).page();
  await admin.listAllTasks(session, { pageSize: 5 }).page();
  await admin.listTransactions(session, "o", { scope: "team", scopeId: "t" })
    .page();
  assertEquals(server.requests.map((it) => [it.command, it.arguments]), [
    ["rrext_deploy", {
      subcommand: "history",
      projectId: "p",
      teamId: "t",
      page: 1,
    }],
    ["rrext_deploy_pipe", { subcommand: "list", teamId: "t", page: 2 }],
    ["rrext_list_connections", { page: 1 }],
    ["rrext_list_tasks", { page: 1, page_size: 5 }],
    ["rrext_account_billing", {
      subcommand: "transactions",
      orgId: "o",
      scope: "team",
      scopeId: "t",
      page: 1,
      pageSize: 50,
    }],
  ]);
  for (const rows of [undefined, 1, [1]]) {
    await using odd = await pipeServer({
      rrext_list_tasks: () => ({ rows }),
    });
    await assertRejects(
      () => admin.listAllTasks(odd.session).page(),
      ProtocolException,
    );
  }
});

const RECORD = {
  pipeline: { ...PIPELINE, name: "Reports", source: "in" },
  schedule: "@daily",
  state: "paused",
  created_at: 1,
  updated_at: 2,
};
const OF_RECORD = {
  ...RECORD,
  projectId: "p",
  state: "enabled",
  pipelineName: "Reports",
  schedules: { in: { cron: "@daily", paused: true } },
  createdAt: 1,
  updatedAt: 2,
};

Deno.test("a server of 1.3 is asked by the five commands of before, and for newer ones once", async () => {
  await using server = await pipeServer({
    rrext_deploy_add: () => RECORD,
    rrext_deploy_list: () => ({ deployments: [RECORD] }),
    rrext_deploy_status: () => RECORD,
    rrext_deploy_update: () => {},
    rrext_deploy_remove: () => {},
  });
  const { session } = server;
  const published = await admin.publishPipeline(session, PIPELINE);
  assertEquals(published as unknown, { deployment: OF_RECORD });
  const listed = await Array.fromAsync(admin.listDeployments(session));
  assertEquals(listed as unknown, [OF_RECORD]);
  assertEquals((await admin.listDeployments(session).page(2)).rows, []);
  assertEquals(await admin.getDeployment(session, AT) as unknown, OF_RECORD);
  const schedule = "0 6 * * 1";
  await admin.setSchedule(session, SOURCE, { schedule });
  const removed = await admin.removeDeployment(session, AT);
  assertEquals([removed.projectId, removed.state], ["p", "removed"]);
  assertEquals(server.requests.map(({ command }) => command), [
    "rrext_deploy",
    "rrext_deploy_add",
    "rrext_deploy_list",
    "rrext_deploy_list",
    "rrext_deploy_status",
    "rrext_deploy_update",
    "rrext_deploy_status",
    "rrext_deploy_remove",
  ]);
  assertEquals(server.requests[5]?.arguments, { projectId: "p", schedule });
  const newer: readonly (() => Promise<unknown>)[] = [
    () => admin.enableDeployment(session, AT),
    () => admin.runDeployment(session, SOURCE),
    () => admin.previewSchedule(session, "@daily"),
    () => admin.setSchedule(session, SOURCE, { ttl: 5 }),
    () => admin.deployVersion(session, AT, 1),
  ];
  for (const call of newer) {
    const error = await assertRejects(call, RocketRideException);
    assertEquals(error.code, "not-supported");
  }
});

Deno.test("lists of the dashboard are parts of the whole on older servers", async () => {
  const dashboard = {
    overview: {},
    connections: [{ id: 1 }, { id: 2 }],
    tasks: [{ id: "t" }],
  };
  await using server = await pipeServer({ rrext_dashboard: () => dashboard });
  const { session } = server;
  const connections = await Array.fromAsync(admin.listConnections(session));
  assertEquals(connections as unknown, dashboard.connections);
  const tasks = await Array.fromAsync(admin.listAllTasks(session));
  assertEquals(tasks as unknown, dashboard.tasks);
  assertEquals(server.requests.map(({ command }) => command), [
    "rrext_list_connections",
    "rrext_dashboard",
    "rrext_dashboard",
  ]);
});

Deno.test("setDevTeam sets the default team of servers that have no other", async () => {
  await using newer = await pipeServer({ rrext_account_me: () => {} });
  await admin.setDevTeam(newer.session, "t");
  assertEquals(newer.requests.map((it) => it.arguments), [
    { subcommand: "set_dev_team", teamId: "t" },
  ]);
  await using older = await pipeServer({
    "rrext_account_me set_dev_team": refusing(
      "Unknown subcommand: set_dev_team",
    ),
    "rrext_account_me set_default_team": () => {},
  });
  await admin.setDevTeam(older.session, "t");
  await admin.setDevTeam(older.session, "u");
  assertEquals(older.requests.map((it) => it.arguments?.subcommand), [
    "set_dev_team",
    "set_default_team",
    "set_default_team",
  ]);
});

Deno.test("a profile that fails in an answer of 1.4 is a failure", async () => {
  await using server = await pipeServer({
    rrext_cprofile_threads: () => ({ threads: [], error: "No report" }),
  });
  await assertRejects(
    () => admin.cprofileThreads(server.session),
    RocketRideException,
    "No report",
  );
});
