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
export {
  addTeamMember,
  createTeam,
  deleteTeam,
  getTeamDetail,
  listTeams,
  removeTeamMember,
  updateTeamMemberPerms,
} from "./teams.ts";
export { createKey, listKeys, revokeKey } from "./keys.ts";
export {
  deleteAccount,
  getProfile,
  setDefaultTeam,
  setDevTeam,
  updateProfile,
} from "./profile.ts";
export {
  type EnvOptions,
  type EnvScope,
  getEnv,
  getEnvironmentKeys,
  setEnv,
} from "./environment.ts";
export {
  getOrg,
  inviteMember,
  listMembers,
  type MemberRoleParams,
  removeMember,
  updateMemberRole,
  updateOrgName,
} from "./organization.ts";

export {
  cancelSubscription,
  type CheckoutParams,
  createCheckoutSession,
  createCreditCheckout,
  createPortalSession,
  type CreditCheckoutParams,
  getBillingDetails,
  getCreditBalance,
  getProductPrices,
  listCreditPacks,
} from "./billing.ts";

export {
  type CProfileOptions,
  cprofileReport,
  cprofileStart,
  type CProfileStartOptions,
  cprofileStatus,
  cprofileStop,
  cprofileThreads,
  cprofileTree,
  type CProfileTreeOptions,
} from "./profiling.ts";

export {
  type DatabaseDialect,
  type DatabaseOptions,
  dialect,
  query,
  type QueryOptions,
  type QueryResult,
  type Transaction,
} from "./database.ts";
export { begin, commit, rollback, transaction } from "./transactions.ts";

export {
  deployAdd,
  deployList,
  type DeploymentUpdate,
  type DeployOptions,
  deployRemove,
  deployStatus,
  deployUpdate,
} from "./deployments.ts";

export { getDashboard, listAllTasks, listConnections } from "./dashboard.ts";
export type { ListOptions, Page, PagedList, SortBy } from "./paged.ts";

export {
  type DeployHistoryOptions,
  getArtifact,
  listDeployHistory,
  listVersions,
  publishApp,
  type PublishAppOptions,
  type Published,
  type PublishOptions,
  publishPipeline,
} from "./registry.ts";
export {
  type DeploymentAddress,
  deployVersion,
  disableDeployment,
  enableDeployment,
  getDeployment,
  listDeployments,
  type ListDeploymentsOptions,
  removeDeployment,
  runDeployment,
  type SourceAddress,
} from "./team_deployments.ts";
export {
  pauseSchedule,
  type PreviewOptions,
  previewSchedule,
  resumeSchedule,
  type ScheduleOptions,
  setSchedule,
  setSourceConfig,
  type SourceConfigOptions,
} from "./schedules.ts";
export {
  type AppAddress,
  disableAppPublish,
  getBuildLog,
  listAppVersions,
  publishAppVersion,
  removeAppPublish,
  replyApp,
  type ReplyAppOptions,
  submitApp,
  whereApp,
  withdrawApp,
} from "./apps.ts";
export {
  getUsageByTeam,
  getUsageByUser,
  listTransactions,
  listTransactionValues,
  type PromoCodeOptions,
  purchaseTopup,
  redeemPromoCode,
  type TransactionsOptions,
  type UpgradeParams,
  upgradeSubscription,
  validatePromoCode,
} from "./credits.ts";

export type { ChatOptions } from "../chat/chat.ts";
export type { ToolOptions } from "../task/tool.ts";
export type { ObjectDetails, PipeOptions } from "../pipe/options.ts";
export type {
  CallOptions,
  Session,
  SessionEnd,
  TaskRef,
} from "../session/session.ts";
export type {
  ApiKeyRecord,
  AppManifestEntry,
  AppPrice,
  ConnectResult,
  CreateKeyParams,
  InviteMemberParams,
  MemberRecord,
  MemberRole,
  OrgDetail,
  OrgInfo,
  ProfileUpdate,
  TeamDetail,
  TeamInfo,
  TeamMemberParams,
  TeamMemberRecord,
  TeamRecord,
} from "../../schema/account.ts";
export type {
  BillingDetail,
  CheckoutSession,
  CreditBalance,
  CreditPack,
  Credits,
  CreditTransaction,
  CreditUsage,
  PromoCode,
  RedeemedCode,
  StripePlan,
  Topup,
  UpgradedSubscription,
} from "../../schema/billing.ts";
export type {
  CProfileNode,
  CProfileStatus,
  CProfileStop,
  CProfileThread,
  CProfileTree,
  DashboardConnection,
  DashboardMonitor,
  DashboardOverview,
  DashboardResponse,
  DashboardTask,
} from "../../schema/dashboard.ts";
export type { DeploymentRecord } from "../../schema/deployment.ts";
export type {
  AppPin,
  AppPublication,
  AppVersion,
  DeployActor,
  DeployArtifact,
  DeployHistoryEntry,
  Deployment,
  SchedulePreview,
  SourceSchedule,
} from "../../schema/registry.ts";
export type { EventKind } from "../../schema/event.ts";
export type {
  ControlConnection,
  InputConnection,
  Pipeline,
  PipelineComponent,
  WrappedPipeline,
} from "../../schema/pipeline.ts";
export type { Doc, DocFilter, DocMetadata } from "../../schema/doc.ts";
export type { JsonObject, JsonValue } from "../../schema/json.ts";
export type {
  Question,
  QuestionExample,
  QuestionHistory,
  QuestionInstruction,
  QuestionText,
  QuestionType,
} from "../../schema/question.ts";
export type {
  PipelineResult,
  ResultError,
  ResultImage,
  ResultMedia,
} from "../../schema/result.ts";
export {
  TASK_STATE,
  type TaskMetrics,
  type TaskState,
} from "../../schema/task.ts";

export {
  deleteLogEvents,
  type DeleteLogOptions,
  getLogChapters,
  listLogStreams,
  type LogAddress,
  type LogOptions,
} from "../events/log_calls.ts";
export {
  getLogState,
  type LogState,
  type LogStateOptions,
  type LogTrace,
  readTrace,
  type ReadTraceOptions,
} from "../events/log_state.ts";
export {
  type LogGap,
  type LogPosition,
  readLog,
  type ReadLogOptions,
} from "../events/read_log.ts";
export {
  type Span,
  type SpanEvent,
  type SpanOptions,
  type SpanValue,
  toSpans,
} from "../events/spans.ts";
export type { SpanKind } from "../events/span_names.ts";
export {
  readLogSegment,
  type ReadSegmentOptions,
} from "../events/log_segment.ts";
export type {
  LogChapter,
  LogKeyframe,
  LogOverview,
  LogSegment,
  LogStream,
} from "../../schema/log.ts";
