import * as admin from "@rocketride/streams/admin";
import {
  type Answers,
  type Both,
  differs,
  type Outcome,
  same,
  since,
  until,
} from "./generation.ts";

/** What servers without a cloud say, old and new. */
const OF_CLOUD = "not-supported";

/** An answer about accounts: the same from 1.1 on. */
function me(subcommand: string, body = {}): Answers {
  return { [`rrext_account_me ${subcommand}`]: body };
}

function about(part: string, subcommand: string, body = {}): Answers {
  return { [`rrext_account_${part} ${subcommand}`]: body };
}

/** A function about payments that came with 1.3. */
function paid(
  subcommand: string,
  ask: Both["ask"],
  body: Readonly<Record<string, unknown>>,
  gives: unknown = body,
): Both {
  return since(ask, about("billing", subcommand, body), gives, OF_CLOUD);
}

function asked(subcommand: string, body: object, gives: unknown): Outcome {
  return { answers: about("billing", subcommand, body), gives };
}

const ORG = { id: "o", name: "Acme", plan: "free", memberCount: 1 };
const MEMBER = { userId: "u", displayName: "Ada", role: "member" };
const TEAM = { id: "t", name: "Team", color: null, memberCount: 1 };
const DETAIL = { ...TEAM, members: [] };
const OLD_PROFILE = {
  userId: "u",
  displayName: "Ada",
  defaultTeam: "t",
  organizations: [{ id: "o", name: "Acme", permissions: [], teams: [] }],
};
const PROFILE = {
  userId: "u",
  displayName: "Ada",
  devTeam: "t",
  organization: { ...OLD_PROFILE.organizations[0], developerId: null },
};
const OLD_PLAN = { priceId: "p", amountCents: 100, interval: "month" };
const PLAN = {
  id: "i",
  appId: "a",
  stripePriceId: "p",
  nickname: "Pro",
  amountCents: 100,
  currency: "usd",
  interval: "month",
  isActive: true,
  createdAt: 1,
};
const OLD_SUBSCRIPTION = { appId: "a", status: "active" };
const SUBSCRIPTION = {
  ...OLD_SUBSCRIPTION,
  appName: "App",
  credits: { cpu: { granted: 1 } },
  labels: { cpu: "CPU" },
};
const USAGE = { id: "__none__", name: null, credits: { cpu: 1 } };
const ROW = { id: "1", type: "debit", resource: "cpu", amount: -1 };
const MEMBERSHIP = { teamId: "t", userId: "u", permissions: ["task.data"] };

/** Functions of the entry `./admin` about accounts and payments. */
export const ACCOUNT: Readonly<Record<string, Both>> = {
  getProfile: differs(
    (session) => admin.getProfile(session),
    { answers: me("get", OLD_PROFILE), gives: OLD_PROFILE },
    { answers: me("get", PROFILE), gives: PROFILE },
  ),
  updateProfile: same(
    (session) => admin.updateProfile(session, { displayName: "Ada" }),
    me("update"),
  ),
  deleteAccount: same(
    (session) => admin.deleteAccount(session),
    me("delete"),
  ),
  setDefaultTeam: until(
    (session) => admin.setDefaultTeam(session, "t"),
    me("set_default_team"),
    undefined,
    OF_CLOUD,
  ),
  setDevTeam: differs(
    (session) => admin.setDevTeam(session, "t"),
    { answers: me("set_default_team") },
    { answers: me("set_dev_team") },
  ),
  getEnvironmentKeys: same(
    (session) => admin.getEnvironmentKeys(session),
    me("env_keys", { keys: ["ROCKETRIDE_A"] }),
    ["ROCKETRIDE_A"],
  ),
  getEnv: same(
    (session) => admin.getEnv(session, "user"),
    me("get_env", { env: { ROCKETRIDE_A: "1" } }),
    { ROCKETRIDE_A: "1" },
  ),
  setEnv: same(
    (session) => admin.setEnv(session, "user", { ROCKETRIDE_A: "1" }),
    me("set_env"),
  ),
  listKeys: same(
    (session) => admin.listKeys(session),
    about("keys", "list", { keys: [{ id: "k", name: "ci" }] }),
    [{ id: "k", name: "ci" }],
  ),
  createKey: same(
    (session) => admin.createKey(session, { name: "ci" }),
    about("keys", "create", { key: "secret" }),
    "secret",
  ),
  revokeKey: same(
    (session) => admin.revokeKey(session, "k"),
    about("keys", "revoke"),
  ),
  getOrg: same(
    (session) => admin.getOrg(session, "o"),
    about("org", "get", ORG),
    ORG,
  ),
  updateOrgName: same(
    (session) => admin.updateOrgName(session, "o", "New"),
    about("org", "update"),
  ),
  listMembers: same(
    (session) => admin.listMembers(session, "o"),
    about("members", "list", { members: [MEMBER] }),
    [MEMBER],
  ),
  inviteMember: same(
    (session) =>
      admin.inviteMember(session, "o", { email: "a@b.c", givenName: "A" }),
    about("members", "invite"),
  ),
  removeMember: same(
    (session) => admin.removeMember(session, "o", "u"),
    about("members", "delete"),
  ),
  updateMemberRole: same(
    (session) =>
      admin.updateMemberRole(session, "o", { userId: "u", role: "admin" }),
    about("members", "update"),
  ),
  listTeams: same(
    (session) => admin.listTeams(session, "o"),
    about("teams", "list", { teams: [TEAM] }),
    [TEAM],
  ),
  getTeamDetail: same(
    (session) => admin.getTeamDetail(session, "o", "t"),
    about("teams", "get", DETAIL),
    DETAIL,
  ),
  createTeam: same(
    (session) => admin.createTeam(session, "o", "Team"),
    about("teams", "create"),
  ),
  deleteTeam: same(
    (session) => admin.deleteTeam(session, "o", "t"),
    about("teams", "delete"),
  ),
  addTeamMember: same(
    (session) => admin.addTeamMember(session, "o", MEMBERSHIP),
    about("teams", "add_member"),
  ),
  updateTeamMemberPerms: same(
    (session) => admin.updateTeamMemberPerms(session, "o", MEMBERSHIP),
    about("teams", "update_member"),
  ),
  removeTeamMember: same(
    (session) => {
      const { teamId, userId } = MEMBERSHIP;
      return admin.removeTeamMember(session, "o", { teamId, userId });
    },
    about("teams", "delete_member"),
  ),
  getBillingDetails: differs(
    (session) => admin.getBillingDetails(session, "o"),
    asked("list", { subscriptions: [OLD_SUBSCRIPTION] }, [OLD_SUBSCRIPTION]),
    asked("list", { subscriptions: [SUBSCRIPTION] }, [SUBSCRIPTION]),
  ),
  getProductPrices: differs(
    (session) => admin.getProductPrices(session, "a"),
    asked("prices", { plans: [OLD_PLAN] }, [OLD_PLAN]),
    asked("prices", { plans: [PLAN] }, [PLAN]),
  ),
  createCheckoutSession: differs(
    async (session) => {
      const params = { appId: "a", priceId: "p" };
      const made = await admin.createCheckoutSession(session, "o", params);
      return [made.clientSecret, made.subscriptionId];
    },
    asked(
      "subscribe",
      { clientSecret: "secret", subscriptionId: "s" },
      ["secret", "s"],
    ),
    asked(
      "subscribe",
      { clientSecret: null, subscriptionId: "s", status: "active" },
      [null, "s"],
    ),
  ),
  createPortalSession: same(
    (session) => admin.createPortalSession(session, "o", "https://a.example/"),
    about("billing", "portal", { url: "https://pay.example/" }),
    "https://pay.example/",
  ),
  cancelSubscription: same(
    (session) => admin.cancelSubscription(session, "o", "a"),
    about("billing", "cancel", { canceled: true }),
    true,
  ),
  getCreditBalance: differs(
    (session) => admin.getCreditBalance(session, "o"),
    asked(
      "credits_balance",
      { balances: { cpu: 3 }, lifetimePurchased: { cpu: 5 } },
      { balances: { cpu: 3 }, lifetimePurchased: { cpu: 5 } },
    ),
    asked(
      "credits_balance",
      { balances: { cpu: -3 }, labels: { cpu: "CPU" } },
      { balances: { cpu: -3 }, labels: { cpu: "CPU" } },
    ),
  ),
  listCreditPacks: same(
    (session) => admin.listCreditPacks(session),
    about("billing", "credits_packs", { packs: [{ packId: "x" }] }),
    [{ packId: "x" }],
  ),
  createCreditCheckout: same(
    (session) => {
      const params = { packId: "x", returnUrl: "https://a.example/" };
      return admin.createCreditCheckout(session, "o", params);
    },
    about("billing", "credits_checkout", { url: "https://pay.example/" }),
    "https://pay.example/",
  ),
  validatePromoCode: paid(
    "promo_validate",
    (session) => admin.validatePromoCode(session, "o", "C"),
    { valid: false, reason: "Unknown" },
  ),
  redeemPromoCode: paid(
    "promo_redeem",
    (session) => admin.redeemPromoCode(session, "o", "C"),
    { redeemed: true, mode: "credits_only", credits: { cpu: 1 } },
  ),
  upgradeSubscription: paid(
    "upgrade",
    (session) => {
      const params = { appId: "a", newPriceId: "n" };
      return admin.upgradeSubscription(session, "o", params);
    },
    { subscriptionId: "s", status: "active", newPriceId: "n" },
  ),
  purchaseTopup: paid(
    "purchase_topup",
    (session) => admin.purchaseTopup(session, "o", "p"),
    { status: "succeeded" },
  ),
  listTransactions: paid(
    "transactions",
    (session) => Array.fromAsync(admin.listTransactions(session, "o")),
    { transactions: [ROW], total: 1, page: 1, pageSize: 50 },
    [ROW],
  ),
  listTransactionValues: paid(
    "transactions_distinct",
    (session) => admin.listTransactionValues(session, "o", "type"),
    { values: ["debit"] },
    ["debit"],
  ),
  getUsageByUser: paid(
    "usage_by_user",
    (session) => admin.getUsageByUser(session, "o"),
    { usage: [USAGE] },
    [USAGE],
  ),
  getUsageByTeam: paid(
    "usage_by_team",
    (session) => admin.getUsageByTeam(session, "o"),
    { usage: [USAGE] },
    [USAGE],
  ),
};
