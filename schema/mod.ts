/**
 * The records that travel between a RocketRide client and an engine, as
 * types, with guards and pure functions to read them.
 *
 * Fields are named as they are sent, and fields that this version does not
 * know are kept. The types mirror the wire, so they may change in a patch
 * release when the wire does.
 *
 * @example Read what a pipeline answered, whatever it called the field
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isPipelineResult, resultFields } from "@rocketride/streams/schema";
 *
 * const body: unknown = JSON.parse(
 *   '{"objectId":"1","result_types":{"said":"answers"},"said":["Eight."]}',
 * );
 * if (!isPipelineResult(body)) throw new TypeError("Not a result");
 * assertEquals(resultFields(body, "answers"), ["Eight."]);
 * ```
 *
 * @module
 */
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
  ServerEndpoints,
  ServerInfo,
  ServerVersion,
  TeamDetail,
  TeamInfo,
  TeamMemberParams,
  TeamMemberRecord,
  TeamRecord,
} from "./account.ts";
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
} from "./billing.ts";
export {
  type CProfileNode,
  type CProfileReport,
  type CProfileStatus,
  type CProfileStop,
  type CProfileThread,
  type CProfileTree,
  type DashboardConnection,
  type DashboardMonitor,
  type DashboardOverview,
  type DashboardResponse,
  type DashboardTask,
  isDashboardResponse,
} from "./dashboard.ts";
export { type DeploymentRecord, isDeploymentRecord } from "./deployment.ts";
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
} from "./registry.ts";
export {
  type Answer,
  answerFromJson,
  answerToJson,
  createAnswer,
  getJson,
  getText,
  isJson,
  setAnswer,
} from "./answer.ts";
export {
  addContext,
  addDocuments,
  addExample,
  addGoal,
  addHistory,
  addInstruction,
  addQuestion,
  createQuestion,
  type Question,
  type QuestionExample,
  type QuestionHistory,
  type QuestionInstruction,
  type QuestionOptions,
  type QuestionText,
  questionToJson,
  type QuestionType,
} from "./question.ts";
export { getPrompt, type PromptOptions } from "./get_prompt.ts";
export { parseJson } from "./parse_json.ts";
export { parseRelaxedJson } from "./relaxed_json.ts";
export { parsePython } from "./parse_python.ts";
export { questionFromJson } from "./question_from_json.ts";
export {
  createDoc,
  type Doc,
  type DocFilter,
  docFromJson,
  type DocGroup,
  type DocMetadata,
  docMetadataFromJson,
  docMetadataToJson,
  docToJson,
  docToString,
} from "./doc.ts";
export {
  createDocFilter,
  docFilterFromJson,
  docFilterToJson,
  forFullDocuments,
  forTables,
  validateDocFilter,
  withAIEnhancements,
} from "./doc_filter.ts";
export {
  addDocument,
  createDocGroup,
  filterByScore,
  getAverageScore,
  getBestDocument,
  getDocumentCount,
  getFullContent,
  getTableDocuments,
  getTextDocuments,
  getTotalTokens,
  hasTableData,
  mergeDocGroups,
  sortDocuments,
  splitByChunkRange,
} from "./doc_group.ts";
export { docGroupFromJson, docGroupToJson } from "./doc_group_json.ts";
export {
  didFail,
  type EventMessage,
  isEvent,
  isRequest,
  isResponse,
  type Message,
  type RequestMessage,
  type ResponseMessage,
} from "./envelope.ts";
export {
  type AccountBody,
  type AppStatusBody,
  type BuildBody,
  type BuildStatusBody,
  type DashboardBody,
  type DeployBody,
  EVENT_BITS,
  type EventBodies,
  type EventBody,
  type EventKind,
  eventMask,
  type EventName,
  type EventStamps,
  type FlowBody,
  type FlowTrace,
  kindsOf,
  type LogLifecycleBody,
  type OutputBody,
  type RunningTask,
  type SseBody,
  type StatusCountsBody,
  type StatusDownloadBody,
  type StatusInfoBody,
  type StatusMessageBody,
  type StatusMetricsBody,
  type StatusObjectBody,
  type StatusUpdateBody,
  type StatusUserBody,
  type TaskChangeBody,
  type TaskEventBody,
  type TaskListBody,
  type UploadBody,
  type UploadProgress,
} from "./event.ts";
export { isRecord, type JsonObject, type JsonValue } from "./json.ts";
export {
  isLogOverview,
  type LogChapter,
  type LogKeyframe,
  type LogOverview,
  type LogSegment,
  type LogStream,
} from "./log.ts";
export {
  type ConfigChange,
  diff,
  type DiffOptions,
  type NodeChange,
  type NodeRef,
  type PipelineDiff,
  type PipelineEdge,
} from "./pipeline_diff.ts";
export {
  type ControlConnection,
  type InputConnection,
  isPipeline,
  isStartedTask,
  type Pipeline,
  type PipelineComponent,
  readValidation,
  type StartedTask,
  unwrapPipeline,
  type ValidationIssue,
  type ValidationResult,
  type WrappedPipeline,
} from "./pipeline.ts";
export {
  answers,
  documents,
  firstAnswer,
  isPipelineResult,
  type PipelineResult,
  type ResultError,
  resultErrorMessage,
  resultFields,
  type ResultImage,
  type ResultMedia,
  texts,
  type UploadResult,
} from "./result.ts";
export {
  CAPABILITY,
  type Capability,
  hasCapability,
  isServiceCatalog,
  isServiceDefinition,
  type ResolvedConfig,
  type ServiceCatalog,
  type ServiceDefinition,
  type ServiceInput,
  type ServiceInvoke,
} from "./service.ts";
export {
  type ComponentStats,
  isTaskStatus,
  type SlowDocument,
  TASK_STATE,
  type TaskCounters,
  type TaskFlow,
  type TaskMetrics,
  type TaskState,
  type TaskStatus,
  type TaskSummary,
  type TaskTokens,
} from "./task.ts";
export {
  eventKindOf,
  type EventOf,
  isEventOf,
  isKnownEvent,
  type KnownEvent,
  type TypedEvent,
  type UnknownEvent,
} from "./typed_event.ts";
export {
  isProjectSummary,
  isStoreEntry,
  isStoreStat,
  type LogContents,
  type LogEntry,
  type PipelineSource,
  type ProjectSummary,
  type StoreEntry,
  type StoreEntryType,
  type StoreStat,
  type StoreVersion,
  summarize,
} from "./store.ts";
