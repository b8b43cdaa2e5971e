import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  addTeamMember,
  cancelSubscription,
  cprofileReport,
  cprofileStart,
  cprofileStatus,
  cprofileStop,
  createCheckoutSession,
  createCreditCheckout,
  createKey,
  createPortalSession,
  createTeam,
  deleteAccount,
  deleteTeam,
  deployAdd,
  deployList,
  deployRemove,
  deployStatus,
  deployUpdate,
  getBillingDetails,
  getCreditBalance,
  getDashboard,
  getEnv,
  getEnvironmentKeys,
  getOrg,
  getProductPrices,
  getProfile,
  getTeamDetail,
  inviteMember,
  listCreditPacks,
  listKeys,
  listMembers,
  listTeams,
  removeMember,
  removeTeamMember,
  revokeKey,
  setDefaultTeam,
  setEnv,
  updateMemberRole,
  updateOrgName,
  updateProfile,
  updateTeamMemberPerms,
} from "@rocketride/streams/admin";
import { ProtocolException, RocketRideException } from "../../lib/errors.ts";
import type { CallOptions, Session } from "../../lib/session/session.ts";
import { pipeServer, refusing } from "../support/pipe_server.ts";
import { silent } from "../support/scripted_server.ts";

type Json = Readonly<Record<string, unknown>>;

/** A call, what it sends, what is answered, and what becomes of that. */
interface Case {
  readonly name: string;
  readonly ask: (session: Session, options?: CallOptions) => Promise<unknown>;
  readonly command: string;
  readonly args: Json;
  readonly body?: Json;
  readonly result?: unknown;
  /** Answers that are not what was asked for. */
  readonly bad?: readonly Json[];
}

const PIPELINE = { project_id: "p", components: [] };
const RECORD = { pipeline: PIPELINE, schedule: "manual", state: "active" };
const DASHBOARD = { overview: {}, connections: [], tasks: [] };

function me(
  subcommand: string,
  more: Json = {},
): Pick<Case, "command" | "args"> {
  return { command: "rrext_account_me", args: { subcommand, ...more } };
}
function of(
  part: string,
  subcommand: string,
  more: Json = {},
): Pick<Case, "command" | "args"> {
  return {
    command: `rrext_account_${part}`,
    args: { subcommand, ...more },
  };
}

/** Commands that only the cloud has. */
const CLOUD: readonly Case[] = [
  {
    name: "getProfile",
    ask: getProfile,
    ...me("get"),
    body: { userId: "u", isNew: true },
    result: { userId: "u", isNew: true },
  },
  {
    name: "updateProfile",
    ask: (session, options) =>
      updateProfile(session, {
        displayName: "Ada",
        email: "ada@example.com",
        phoneNumber: "+4412345678",
        locale: "en-GB",
        givenName: "",
      }, options),
    ...me("update", {
      displayName: "Ada",
      email: "ada@example.com",
      phoneNumber: "+4412345678",
      locale: "en-GB",
      givenName: "",
    }),
  },
  {
    name: "setDefaultTeam",
    ask: (session, options) => setDefaultTeam(session, "t", options),
    ...me("set_default_team", { teamId: "t" }),
  },
  { name: "deleteAccount", ask: deleteAccount, ...me("delete") },
  {
    name: "getOrg",
    ask: (session, options) => getOrg(session, "o", options),
    ...of("org", "get", { orgId: "o" }),
    body: { id: "o", plan: "free" },
    result: { id: "o", plan: "free" },
    bad: [{}, { id: 1 }],
  },
  {
    name: "getOrg without an id",
    ask: (session, options) => getOrg(session, undefined, options),
    ...of("org", "get"),
    body: { id: "o" },
    result: { id: "o" },
  },
  {
    name: "updateOrgName",
    ask: (session, options) => updateOrgName(session, "o", "New", options),
    ...of("org", "update", { orgId: "o", name: "New" }),
  },
  {
    name: "listKeys",
    ask: listKeys,
    ...of("keys", "list"),
    body: { keys: [{ id: "k", teamId: null }] },
    result: [{ id: "k", teamId: null }],
    bad: [{}, { keys: {} }, { keys: [{}] }],
  },
  {
    name: "createKey",
    ask: (session, options) =>
      createKey(session, {
        name: "ci",
        permissions: ["task.data"],
        expiresAt: "2030-01-01T00:00:00Z",
        teamId: "t",
      }, options),
    ...of("keys", "create", {
      name: "ci",
      permissions: ["task.data"],
      expiresAt: "2030-01-01T00:00:00Z",
      teamId: "t",
    }),
    body: { key: "secret" },
    result: "secret",
    bad: [{}, { key: "" }],
  },
  {
    name: "createKey with a name alone",
    ask: (session, options) => createKey(session, { name: "ci" }, options),
    ...of("keys", "create", { name: "ci" }),
    body: { key: "secret" },
    result: "secret",
  },
  {
    name: "revokeKey",
    ask: (session, options) => revokeKey(session, "k", options),
    ...of("keys", "revoke", { keyId: "k" }),
  },
  {
    name: "listMembers",
    ask: (session, options) => listMembers(session, "o", options),
    ...of("members", "list", { orgId: "o" }),
    body: { members: [{ userId: "u" }] },
    result: [{ userId: "u" }],
    bad: [{}, { members: [{ id: "u" }] }],
  },
  {
    name: "inviteMember",
    ask: (session, options) =>
      inviteMember(session, "o", { email: "a@b.c", givenName: "A" }, options),
    ...of("members", "invite", {
      orgId: "o",
      email: "a@b.c",
      givenName: "A",
      role: "member",
    }),
  },
  {
    name: "updateMemberRole",
    ask: (session, options) =>
      updateMemberRole(session, "o", { userId: "u", role: "admin" }, options),
    ...of("members", "update", { orgId: "o", userId: "u", role: "admin" }),
  },
  {
    name: "removeMember",
    ask: (session, options) => removeMember(session, "o", "u", options),
    ...of("members", "delete", { orgId: "o", userId: "u" }),
  },
  {
    name: "listTeams",
    ask: (session, options) => listTeams(session, "o", options),
    ...of("teams", "list", { orgId: "o" }),
    body: { teams: [{ id: "t", color: null }] },
    result: [{ id: "t", color: null }],
    bad: [{}, { teams: [null] }],
  },
  {
    name: "getTeamDetail",
    ask: (session, options) => getTeamDetail(session, "o", "t", options),
    ...of("teams", "get", { orgId: "o", teamId: "t" }),
    body: { id: "t", members: [] },
    result: { id: "t", members: [] },
    bad: [{}],
  },
  {
    name: "createTeam",
    ask: (session, options) => createTeam(session, "o", "Team", options),
    ...of("teams", "create", { orgId: "o", name: "Team" }),
  },
  {
    name: "deleteTeam",
    ask: (session, options) => deleteTeam(session, "o", "t", options),
    ...of("teams", "delete", { orgId: "o", teamId: "t" }),
  },
  {
    name: "addTeamMember",
    ask: (session, options) =>
      addTeamMember(session, "o", {
        teamId: "t",
        userId: "u",
        permissions: ["task.data"],
      }, options),
    ...of("teams", "add_member", {
      orgId: "o",
      teamId: "t",
      userId: "u",
      permissions: ["task.data"],
    }),
  },
  {
    name: "updateTeamMemberPerms",
    ask: (session, options) =>
      updateTeamMemberPerms(session, "o", {
        teamId: "t",
        userId: "u",
        permissions: [],
      }, options),
    ...of("teams", "update_member", {
      orgId: "o",
      teamId: "t",
      userId: "u",
      permissions: [],
    }),
  },
  {
    name: "removeTeamMember",
    ask: (session, options) =>
      removeTeamMember(session, "o", { teamId: "t", userId: "u" }, options),
    ...of("teams", "delete_member", { orgId: "o", teamId: "t", userId: "u" }),
  },
  {
    name: "getBillingDetails",
    ask: (session, options) => getBillingDetails(session, "o", options),
    ...of("billing", "list", { orgId: "o" }),
    body: { subscriptions: [{ appId: "a", credits: null }] },
    result: [{ appId: "a", credits: null }],
    bad: [{}, { subscriptions: [{}] }],
  },
  {
    name: "getProductPrices",
    ask: (session, options) => getProductPrices(session, "a", options),
    ...of("billing", "prices", { appId: "a" }),
    body: { plans: [{ priceId: "p" }] },
    result: [{ priceId: "p" }],
    bad: [{}],
  },
  {
    name: "createCheckoutSession",
    ask: (session, options) =>
      createCheckoutSession(
        session,
        "o",
        { appId: "a", priceId: "p" },
        options,
      ),
    ...of("billing", "subscribe", { orgId: "o", appId: "a", priceId: "p" }),
    body: { clientSecret: "c", subscriptionId: "s" },
    result: { clientSecret: "c", subscriptionId: "s" },
    bad: [{}, { clientSecret: "c" }],
  },
  {
    name: "createPortalSession",
    ask: (session, options) =>
      createPortalSession(session, "o", "https://a.example/", options),
    ...of("billing", "portal", {
      orgId: "o",
      returnUrl: "https://a.example/",
    }),
    body: { url: "https://pay.example/" },
    result: "https://pay.example/",
    bad: [{}, { url: null }],
  },
  {
    name: "cancelSubscription",
    ask: (session, options) => cancelSubscription(session, "o", "a", options),
    ...of("billing", "cancel", { orgId: "o", appId: "a" }),
    body: { canceled: true },
    result: true,
    bad: [{}],
  },
  {
    name: "getCreditBalance",
    ask: (session, options) => getCreditBalance(session, "o", options),
    ...of("billing", "credits_balance", { orgId: "o" }),
    body: { balances: { gpu: 3 } },
    result: { balances: { gpu: 3 } },
    bad: [{}],
  },
  {
    name: "listCreditPacks",
    ask: listCreditPacks,
    ...of("billing", "credits_packs"),
    body: { packs: [{ packId: "x" }] },
    result: [{ packId: "x" }],
    bad: [{}],
  },
  {
    name: "createCreditCheckout",
    ask: (session, options) =>
      createCreditCheckout(session, "o", {
        packId: "x",
        returnUrl: new URL("https://a.example/"),
      }, options),
    ...of("billing", "credits_checkout", {
      orgId: "o",
      packId: "x",
      returnUrl: "https://a.example/",
    }),
    body: { url: "https://pay.example/" },
    result: "https://pay.example/",
    bad: [{}],
  },
];

/** Commands that every server from 1.1 on has. */
const EVERYWHERE: readonly Case[] = [
  {
    name: "getEnvironmentKeys",
    ask: getEnvironmentKeys,
    ...me("env_keys"),
    body: { keys: ["ROCKETRIDE_A"] },
    result: ["ROCKETRIDE_A"],
    bad: [{}, { keys: [1] }],
  },
  {
    name: "getEnv of the user",
    ask: (session, options) => getEnv(session, "user", options),
    ...me("get_env"),
    body: { env: { ROCKETRIDE_A: "1" } },
    result: { ROCKETRIDE_A: "1" },
    bad: [{}, { env: { A: 1 } }],
  },
  {
    name: "getEnv of a team",
    ask: (session, options) => getEnv(session, "team", { ...options, id: "t" }),
    ...of("teams", "get_env", { teamId: "t" }),
    body: { env: {} },
    result: {},
  },
  {
    name: "getEnv of the own organization",
    ask: (session, options) => getEnv(session, "org", options),
    ...of("org", "get_env"),
    body: { env: {} },
    result: {},
  },
  {
    name: "setEnv of the user",
    ask: (session, options) =>
      setEnv(session, "user", { ROCKETRIDE_A: "1" }, options),
    ...me("set_env", { env: { ROCKETRIDE_A: "1" } }),
  },
  {
    name: "setEnv of an organization",
    ask: (session, options) =>
      setEnv(session, "org", {}, { ...options, id: "o" }),
    ...of("org", "set_env", { orgId: "o", env: {} }),
  },
  {
    name: "getDashboard",
    ask: getDashboard,
    command: "rrext_dashboard",
    args: {},
    body: DASHBOARD,
    result: DASHBOARD,
    bad: [{}, { ...DASHBOARD, tasks: {} }],
  },
  {
    name: "cprofileStart",
    ask: (session, options) =>
      cprofileStart(session, { ...options, target: "tk_1", session: "s" }),
    command: "rrext_cprofile_start",
    args: { target: "tk_1", session: "s" },
    body: { status: "started", session: "s" },
    result: { status: "started", session: "s" },
  },
  {
    name: "cprofileStop",
    ask: (session, options) =>
      cprofileStop(session, { ...options, target: { token: "tk_1" } }),
    command: "rrext_cprofile_stop",
    args: { target: "tk_1" },
    body: { status: "completed", runtime: 2 },
    result: { status: "completed", runtime: 2 },
  },
  {
    name: "cprofileStatus",
    ask: cprofileStatus,
    command: "rrext_cprofile_status",
    args: {},
    body: { active: false },
    result: { active: false },
  },
  {
    name: "cprofileReport",
    ask: cprofileReport,
    command: "rrext_cprofile_report",
    args: {},
    body: { report: "ncalls" },
    result: "ncalls",
    bad: [{}],
  },
  {
    name: "deployAdd",
    ask: (session, options) =>
      deployAdd(session, { pipeline: PIPELINE }, {
        ...options,
        schedule: "@daily",
      }),
    command: "rrext_deploy_add",
    args: { pipeline: PIPELINE, schedule: "@daily" },
    body: RECORD,
    result: RECORD,
    bad: [{}],
  },
  {
    name: "deployAdd without a schedule",
    ask: (session, options) => deployAdd(session, PIPELINE, options),
    command: "rrext_deploy_add",
    args: { pipeline: PIPELINE },
    body: RECORD,
    result: RECORD,
  },
  {
    name: "deployRemove",
    ask: (session, options) => deployRemove(session, "p", options),
    command: "rrext_deploy_remove",
    args: { projectId: "p" },
  },
  {
    name: "deployList",
    ask: deployList,
    command: "rrext_deploy_list",
    args: {},
    body: { deployments: [RECORD] },
    result: [RECORD],
    bad: [{ deployments: {} }, { deployments: [{}] }],
  },
  {
    name: "deployList of nothing",
    ask: deployList,
    command: "rrext_deploy_list",
    args: {},
    result: [],
  },
  {
    name: "deployStatus",
    ask: (session, options) => deployStatus(session, "p", options),
    command: "rrext_deploy_status",
    args: { projectId: "p" },
    body: RECORD,
    result: RECORD,
    bad: [{}],
  },
  {
    name: "deployUpdate of the pipeline",
    ask: (session, options) =>
      deployUpdate(session, "p", {
        pipeline: { project_id: "other", components: [] },
      }, options),
    command: "rrext_deploy_update",
    args: { projectId: "p", pipeline: PIPELINE },
  },
  {
    name: "deployUpdate of the schedule",
    ask: (session, options) =>
      deployUpdate(session, "p", { schedule: "0 6 * * mon-fri" }, options),
    command: "rrext_deploy_update",
    args: { projectId: "p", schedule: "0 6 * * mon-fri" },
  },
];

const ALL = [...CLOUD, ...EVERYWHERE];

for (const { name, ask, command, args, body, result } of ALL) {
  Deno.test(`${name} sends its command, and returns what it is answered`, async () => {
    await using server = await pipeServer({ [command]: () => body });
    assertEquals(await ask(server.session), result);
    const [request, ...more] = server.requests;
    assertEquals(more, []);
    assertEquals(request?.command, command);
    assertEquals(request?.arguments, args);
    assertEquals(request?.token, undefined);
  });
}

Deno.test("an answer that is something else is told as such", async () => {
  for (const { name, ask, command, bad = [] } of ALL) {
    for (const body of bad) {
      await using server = await pipeServer({ [command]: () => body });
      const error = await assertRejects(
        () => ask(server.session),
        ProtocolException,
        "Cannot read the answer: expected ",
        `${name} took ${JSON.stringify(body)}`,
      );
      assertEquals(error.code, "protocol");
    }
  }
});

Deno.test("what is on the cloud alone is refused with a code and a hint", async () => {
  const words = [
    "Account management requires SaaS mode",
    "Invalid command: rrext_account_x",
    "Unknown subcommand: x",
  ];
  for (const { name, ask, command } of CLOUD) {
    for (const message of words) {
      await using server = await pipeServer({ [command]: refusing(message) });
      const error = await assertRejects(
        () => ask(server.session),
        RocketRideException,
        message,
      );
      assertEquals(error.code, "not-supported", name);
      assertEquals(error.hint, "Only RocketRide's cloud has this command");
      assertEquals(error.dapResult.command, command);
    }
  }
});

Deno.test("every other refusal keeps its meaning", async () => {
  for (const { ask, command } of ALL) {
    await using server = await pipeServer({
      [command]: refusing("Permission 'task.control' denied"),
    });
    const error = await assertRejects(
      () => ask(server.session),
      RocketRideException,
    );
    assertEquals(error.code, "permission-denied");
  }
});

Deno.test("every call can be given up", async () => {
  for (const { name, ask, command } of ALL) {
    await using server = await pipeServer({ [command]: silent });
    const controller = new AbortController();
    const asked = ask(server.session, { signal: controller.signal });
    asked.catch(() => {});
    await server.received(command);
    controller.abort(new Error("stop"));
    const reason = await asked.catch((it) => it);
    assert(reason === controller.signal.reason, name);
  }
});

Deno.test("a profile that was not begun is a failure, although engines call it a success", async () => {
  const bodies = [
    [{ status: "error", message: "Already active" }, "Already active"],
    [{ status: "error" }, "Engine refused to profile without a message"],
  ] as const;
  for (const [body, message] of bodies) {
    await using server = await pipeServer({
      rrext_cprofile_start: () => body,
      rrext_cprofile_stop: () => body,
    });
    for (const ask of [cprofileStart, cprofileStop]) {
      const error = await assertRejects(
        () => ask(server.session),
        RocketRideException,
        message,
      );
      assertEquals(error.dapResult, body);
    }
  }
});
