/**
 * Everything about an engine that is not a pipeline at work: deployments, the
 * dashboard, variables, profiling, accounts and payments; and questions to
 * databases.
 *
 * Each function takes a session and calls one command. Most of what concerns
 * accounts is there on RocketRide's cloud alone; elsewhere such a function
 * rejects with the code `not-supported`. The embedded engine is such a place.
 *
 * @example Ask for something that is on the cloud alone
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, isDAPException } from "@rocketride/streams";
 * import { listKeys } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const names = await listKeys(session).then(
 *   (keys) => keys.map(({ name }) => name),
 *   (error) => {
 *     if (isDAPException(error, "not-supported")) return [];
 *     throw error;
 *   },
 * );
 * assertEquals(names, []);
 * await close(session);
 * await engine.close();
 * ```
 *
 * @module
 */
export { addTeamMember } from "./account/add_team_member.ts";
export { createKey } from "./account/create_key.ts";
export { createTeam } from "./account/create_team.ts";
export { deleteAccount } from "./account/delete_account.ts";
export { deleteTeam } from "./account/delete_team.ts";
export type { EnvScope } from "./account/env_address.ts";
export { type EnvOptions, getEnv } from "./account/get_env.ts";
export { getEnvironmentKeys } from "./account/get_environment_keys.ts";
export { getOrg } from "./account/get_org.ts";
export { getProfile } from "./account/get_profile.ts";
export { getTeamDetail } from "./account/get_team_detail.ts";
export { inviteMember } from "./account/invite_member.ts";
export { listKeys } from "./account/list_keys.ts";
export { listMembers } from "./account/list_members.ts";
export { listTeams } from "./account/list_teams.ts";
export { removeMember } from "./account/remove_member.ts";
export { removeTeamMember } from "./account/remove_team_member.ts";
export { revokeKey } from "./account/revoke_key.ts";
export { setDefaultTeam } from "./account/set_default_team.ts";
export { setEnv } from "./account/set_env.ts";
export {
  type MemberRoleParams,
  updateMemberRole,
} from "./account/update_member_role.ts";
export { updateOrgName } from "./account/update_org_name.ts";
export { updateProfile } from "./account/update_profile.ts";
export { updateTeamMemberPerms } from "./account/update_team_member_perms.ts";

export { cancelSubscription } from "./billing/cancel_subscription.ts";
export {
  type CheckoutParams,
  createCheckoutSession,
} from "./billing/create_checkout_session.ts";
export {
  createCreditCheckout,
  type CreditCheckoutParams,
} from "./billing/create_credit_checkout.ts";
export { createPortalSession } from "./billing/create_portal_session.ts";
export { getBillingDetails } from "./billing/get_billing_details.ts";
export { getCreditBalance } from "./billing/get_credit_balance.ts";
export { getProductPrices } from "./billing/get_product_prices.ts";
export { listCreditPacks } from "./billing/list_credit_packs.ts";

export type { CProfileOptions } from "./cprofile/cprofile_options.ts";
export { cprofileReport } from "./cprofile/cprofile_report.ts";
export {
  cprofileStart,
  type CProfileStartOptions,
} from "./cprofile/cprofile_start.ts";
export { cprofileStatus } from "./cprofile/cprofile_status.ts";
export { cprofileStop } from "./cprofile/cprofile_stop.ts";

export { type DatabaseDialect, dialect } from "./database/dialect.ts";
export { query } from "./database/query.ts";

export { deployAdd, type DeployOptions } from "./deploy/deploy_add.ts";
export { deployList } from "./deploy/deploy_list.ts";
export { deployRemove } from "./deploy/deploy_remove.ts";
export { deployStatus } from "./deploy/deploy_status.ts";
export { type DeploymentUpdate, deployUpdate } from "./deploy/deploy_update.ts";

export { getDashboard } from "./get_dashboard.ts";

export type { ChatOptions } from "../chat/chat.ts";
export type { ObjectDetails, PipeOptions } from "../data/pipe_options.ts";
export type {
  CallOptions,
  Session,
  SessionEnd,
  TaskRef,
} from "../session/session.ts";
export type {
  AppManifestEntry,
  AppPrice,
  ConnectResult,
  OrgInfo,
  TeamInfo,
} from "../../schema/account.ts";
export type { ApiKeyRecord, CreateKeyParams } from "../../schema/api_key.ts";
export type {
  BillingDetail,
  CheckoutSession,
  CreditBalance,
  CreditPack,
  Credits,
  StripePlan,
} from "../../schema/billing.ts";
export type { CProfileStatus, CProfileStop } from "../../schema/cprofile.ts";
export type {
  DashboardConnection,
  DashboardMonitor,
  DashboardOverview,
  DashboardResponse,
  DashboardTask,
} from "../../schema/dashboard.ts";
export type { DeploymentRecord } from "../../schema/deployment.ts";
export type { EventKind } from "../../schema/event_kind.ts";
export type {
  InviteMemberParams,
  MemberRecord,
  MemberRole,
  OrgDetail,
} from "../../schema/organization.ts";
export type {
  ControlConnection,
  InputConnection,
  Pipeline,
  PipelineComponent,
  WrappedPipeline,
} from "../../schema/pipeline.ts";
export type { ProfileUpdate } from "../../schema/profile.ts";
export type { PipelineResult, ResultError } from "../../schema/result.ts";
export {
  TASK_STATE,
  type TaskMetrics,
  type TaskState,
} from "../../schema/task.ts";
export type {
  TeamDetail,
  TeamMemberParams,
  TeamMemberRecord,
  TeamRecord,
} from "../../schema/team.ts";
