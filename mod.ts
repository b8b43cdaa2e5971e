/**
 * A RocketRide client made of web streams and plain functions.
 *
 * {@linkcode connect} returns a session; {@linkcode use} starts a pipeline and
 * returns its task; {@linkcode send} and {@linkcode pipe} take the session and
 * the task and carry data. Everything stands on the platform's `WebSocket`,
 * `fetch` and streams.
 *
 * @module
 */

export {
  AuthenticationException,
  ConnectionException,
  type ConnectionExceptionOptions,
  DAPException,
  type ErrorCode,
  type ExceptionOptions,
  ExecutionException,
  type ExecutionExceptionOptions,
  isDAPException,
  PipeException,
  type PipeExceptionOptions,
  ProtocolException,
  RocketRideException,
  TimeoutException,
  ValidationException,
  type ValidationExceptionOptions,
} from "./lib/errors.ts";
export { resolveEndpoints } from "./lib/protocol/uri.ts";
export {
  type WebSocketConstructor,
  webSocketTransport,
  type WebSocketTransportOptions,
} from "./lib/transport/web_socket.ts";

export type {
  EventType,
  OtherEventKind,
  PromisedEventName,
} from "./lib/events/event_type.ts";
export {
  type EventGap,
  events,
  type EventsOptions,
  type StreamedEvent,
} from "./lib/events/events.ts";
export type {
  MonitorTarget,
  PipeTarget,
  ProjectTarget,
} from "./lib/events/target.ts";
export { clearEvents, setEvents } from "./lib/events/set_events.ts";
export { watchTask, type WatchTaskOptions } from "./lib/events/watch_task.ts";

export {
  parseAnswers,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from "./lib/chat/answers.ts";
export { ask, type AskJsonOptions, type AskOptions } from "./lib/chat/ask.ts";
export { chat, type ChatOptions } from "./lib/chat/chat.ts";
export { type ChatPart, chatStream } from "./lib/chat/chat_stream.ts";
export {
  type Answer,
  createAnswer,
  getJson,
  getText,
  isJson,
} from "./schema/answer.ts";
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
  type QuestionType,
} from "./schema/question.ts";
export type { JsonObject, JsonValue } from "./schema/json.ts";
export { parseJson } from "./schema/parse_json.ts";
export { parsePython } from "./schema/parse_python.ts";
export type { Doc, DocFilter, DocMetadata } from "./schema/doc.ts";

export { identify } from "./lib/session/identify.ts";
export { lifecycle } from "./lib/session/lifecycle.ts";
export {
  buildRequest,
  type BuildRequestOptions,
  call,
  type CommandOptions,
  dapRequest,
  type DapRequestOptions,
  type ExceptionClass,
  request,
} from "./lib/session/call.ts";
export {
  close,
  type CloseOptions,
  type ConnectionParams,
  getApiKey,
  getConnectionInfo,
  isConnected,
  setConnectionParams,
} from "./lib/session/connection.ts";
export {
  connect,
  getServerInfo,
  type ServerInfoOptions,
} from "./lib/session/connect.ts";
export type {
  Auth,
  AuthContext,
  ConnectOptions,
  ReconnectOptions,
  ResultWarning,
  SessionCallbacks,
} from "./lib/session/options.ts";
export type {
  CallOptions,
  ConnectionInfo,
  LifecycleEvent,
  Session,
  SessionEnd,
  TaskRef,
} from "./lib/session/session.ts";
export {
  didFail,
  type EventMessage,
  type Message,
  type RequestMessage,
  type ResponseMessage,
} from "./schema/envelope.ts";

export {
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  listTasks,
  type TaskAddress,
} from "./lib/task/queries.ts";
export { restart, type RestartOptions } from "./lib/task/restart.ts";
export { type Task, terminate } from "./lib/task/task.ts";
export { tool, type ToolOptions } from "./lib/task/tool.ts";
export {
  type PipelineInput,
  type TraceLevel,
  use,
  type UseOptions,
} from "./lib/task/use.ts";
export { validate, type ValidateOptions } from "./lib/task/validate.ts";

export { DataPipe, pipe } from "./lib/pipe/data_pipe.ts";
export type {
  ObjectDetails,
  PipeChunk,
  PipeOptions,
  PipeSource,
  SendOptions,
} from "./lib/pipe/options.ts";
export { send } from "./lib/pipe/send.ts";
export {
  sendEach,
  type SendEachInput,
  type SendEachItem,
  type SendEachOptions,
  type SendEachOutput,
} from "./lib/pipe/send_each.ts";

export type {
  BlobOfFile,
  FileDetails,
  FileEntry,
  FileInput,
  FileInputs,
  FileTuple,
  NamedBlob,
  StreamEntry,
} from "./lib/pipe/file_input.ts";
export type { FilePlace, FileStream } from "./lib/pipe/file_content.ts";
export { sendFiles } from "./lib/pipe/send_files.ts";
export { type SendFilesOptions } from "./lib/pipe/options.ts";
export { type UploadEvent, uploadFiles } from "./lib/pipe/upload_files.ts";

export {
  getCatalog,
  getService,
  getServices,
  ping,
  type PingOptions,
  resolveConfig,
  type ResolveConfigOptions,
} from "./lib/service/services.ts";

export type {
  AppManifestEntry,
  AppPrice,
  ConnectResult,
  OrgInfo,
  ServerEndpoints,
  ServerInfo,
  ServerVersion,
  TeamInfo,
} from "./schema/account.ts";
export type {
  AccountBody,
  AppStatusBody,
  BuildBody,
  BuildStatusBody,
  DashboardBody,
  DeployBody,
  EventBodies,
  EventBody,
  EventKind,
  EventName,
  EventStamps,
  FlowBody,
  FlowTrace,
  LogLifecycleBody,
  OutputBody,
  RunningTask,
  SseBody,
  StatusCountsBody,
  StatusDownloadBody,
  StatusInfoBody,
  StatusMessageBody,
  StatusMetricsBody,
  StatusObjectBody,
  StatusUpdateBody,
  StatusUserBody,
  TaskChangeBody,
  TaskEventBody,
  TaskListBody,
  UploadBody,
  UploadProgress,
} from "./schema/event.ts";
export {
  eventKindOf,
  type EventOf,
  isEventOf,
  isKnownEvent,
  type KnownEvent,
  type TypedEvent,
  type UnknownEvent,
} from "./schema/typed_event.ts";
export type {
  ControlConnection,
  InputConnection,
  Pipeline,
  PipelineComponent,
  StartedTask,
  ValidationIssue,
  ValidationResult,
  WrappedPipeline,
} from "./schema/pipeline.ts";
export {
  answers,
  documents,
  firstAnswer,
  type PipelineResult,
  type ResultError,
  type ResultImage,
  type ResultMedia,
  texts,
  type UploadResult,
} from "./schema/result.ts";
export type {
  ResolvedConfig,
  ServiceCatalog,
  ServiceDefinition,
  ServiceInput,
  ServiceInvoke,
} from "./schema/service.ts";
export {
  type ComponentStats,
  type SlowDocument,
  TASK_STATE,
  type TaskCounters,
  type TaskFlow,
  type TaskMetrics,
  type TaskState,
  type TaskStatus,
  type TaskSummary,
  type TaskTokens,
} from "./schema/task.ts";
