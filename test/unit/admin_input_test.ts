import { assertEquals, assertRejects } from "@std/assert";
import {
  addTeamMember,
  cprofileStart,
  createCheckoutSession,
  createCreditCheckout,
  createKey,
  createPortalSession,
  createTeam,
  deployAdd,
  deployRemove,
  deployStatus,
  deployUpdate,
  getEnv,
  getOrg,
  inviteMember,
  listMembers,
  query,
  removeTeamMember,
  revokeKey,
  setDefaultTeam,
  setEnv,
  updateMemberRole,
  updateOrgName,
  updateProfile,
} from "@rocketride/streams/admin";
import { ValidationException } from "../../lib/errors.ts";
import type { Session } from "../../lib/session/session.ts";
import { pipeServer } from "../support/pipe_server.ts";

type Ask = (session: Session) => Promise<unknown>;

/** Something that the types would not let through. */
// deno-lint-ignore no-explicit-any
const wrong = (value: unknown): any => value;
const PIPELINE = { project_id: "p", components: [] };

const TYPE_ERRORS: readonly Ask[] = [
  (it) => setDefaultTeam(it, ""),
  (it) => setDefaultTeam(it, wrong(5)),
  (it) => getOrg(it, " "),
  (it) => updateOrgName(it, "o", ""),
  (it) => revokeKey(it, wrong(undefined)),
  (it) => listMembers(it, ""),
  (it) => createTeam(it, "o", " "),
  (it) => createKey(it, { name: "" }),
  (it) => createKey(it, { name: "a", permissions: wrong("task.data") }),
  (it) => createKey(it, { name: "a", permissions: [""] }),
  (it) => createKey(it, { name: "a", teamId: "" }),
  (it) => inviteMember(it, "o", { email: "" }),
  (it) => updateMemberRole(it, "o", { userId: "", role: "admin" }),
  (it) =>
    addTeamMember(it, "o", {
      teamId: "t",
      userId: "u",
      permissions: wrong({}),
    }),
  (it) => removeTeamMember(it, "o", { teamId: "", userId: "u" }),
  (it) => updateProfile(it, {}),
  (it) => updateProfile(it, wrong(null)),
  (it) => updateProfile(it, { displayName: wrong(1) }),
  (it) => getEnv(it, wrong("planet")),
  (it) => getEnv(it, "team", { id: "" }),
  (it) => getEnv(it, "user", { id: "u" }),
  (it) => setEnv(it, "user", wrong(null)),
  (it) => setEnv(it, "user", wrong(["a"])),
  (it) => setEnv(it, "user", { ROCKETRIDE_A: wrong(1) }),
  (it) => setEnv(it, "user", { "": "1" }),
  (it) => createCheckoutSession(it, "o", { appId: "a", priceId: "" }),
  (it) => createPortalSession(it, "o", "somewhere"),
  (it) => createPortalSession(it, "o", "javascript:alert(1)"),
  (it) => createCreditCheckout(it, "o", { packId: "", returnUrl: "https://a" }),
  (it) => cprofileStart(it, { target: "" }),
  (it) => deployRemove(it, ""),
  (it) => deployStatus(it, wrong(7)),
  (it) => deployUpdate(it, "p", {}),
  (it) => deployUpdate(it, "", { schedule: "@daily" }),
  (it) => query(it, "tk_1", " "),
  (it) => query(it, "tk_1", wrong(undefined)),
];

const RANGE_ERRORS: readonly Ask[] = [
  (it) => createKey(it, { name: "a", expiresAt: "tomorrow" }),
  (it) => inviteMember(it, "o", { email: "nobody" }),
  (it) => inviteMember(it, "o", { email: "a@b.c", role: wrong("king") }),
  (it) => updateMemberRole(it, "o", { userId: "u", role: wrong("king") }),
  (it) => updateProfile(it, { email: "nobody" }),
  (it) => updateProfile(it, { phoneNumber: "0123" }),
  (it) => updateProfile(it, { locale: "English please" }),
  (it) => deployAdd(it, PIPELINE, { schedule: "now and then" }),
  (it) => deployAdd(it, PIPELINE, { schedule: "" }),
  (it) => deployAdd(it, PIPELINE, { schedule: "@never" }),
  (it) => deployUpdate(it, "p", { schedule: "* * * *" }),
];

const INVALID: readonly Ask[] = [
  (it) => deployAdd(it, wrong(undefined)),
  (it) => deployAdd(it, wrong({ components: {} })),
  (it) => deployAdd(it, { components: [] }),
  (it) => deployAdd(it, { project_id: " ", components: [] }),
  (it) => deployUpdate(it, "p", { pipeline: wrong({}) }),
];

Deno.test("what is wrong is refused before any traffic", async () => {
  const kinds = [
    [TypeError, TYPE_ERRORS],
    [RangeError, RANGE_ERRORS],
    [ValidationException, INVALID],
  ] as const;
  await using server = await pipeServer();
  for (const [Kind, asks] of kinds) {
    for (const ask of asks) {
      await assertRejects(() => ask(server.session), Kind, "", String(ask));
    }
  }
  assertEquals(server.log(), []);
});

Deno.test("schedules that a server may know are passed on", async () => {
  await using server = await pipeServer({ rrext_deploy_update: () => {} });
  const schedules = [
    "manual",
    "@hourly",
    "*/5 * * * *",
    "0 0 L * ?",
    "0 9-17/2 * jan-mar MON,FRI",
    "0 0 * * 1#2",
    "0 0 * * * 30",
  ];
  for (const schedule of schedules) {
    await deployUpdate(server.session, "p", { schedule });
  }
  assertEquals(
    server.requests.map(({ arguments: args }) => args?.schedule),
    schedules,
  );
});

Deno.test("no failure tells the value of a variable", async () => {
  await using server = await pipeServer();
  const secret = { ROCKETRIDE_A: wrong(["s3cret"]) };
  const error = await assertRejects(
    () => setEnv(server.session, "user", secret),
    TypeError,
    "ROCKETRIDE_A",
  );
  assertEquals(error.message.includes("s3cret"), false);
});
