/**
 * An embedded engine that runs pipelines in the process that made it, for
 * development and tests, and the means to write nodes for it.
 *
 * @module
 */
export { createEngine, type Engine } from "./engine.ts";
export type { EngineLimits } from "./limits.ts";
export type { EngineOptions, Upgrade } from "./settings.ts";
export type { FetchInfo } from "./serve/fetch_handler.ts";
export type { Page } from "./serve/http/route.ts";
export {
  type EngineServer,
  serveEngine,
  type ServeOptions,
} from "./serve/listen/serve_engine.ts";
export {
  type BunPeer,
  bunWebSocket,
  type BunWebSocketHandlers,
  type BunWebSocketPeer,
} from "./serve/upgrade.ts";
export type { Permission } from "./access/permissions.ts";
export type { EngineKey } from "./access/keys.ts";
export {
  type AnswerPayload,
  type Awaitable,
  type ControlCall,
  defineNode,
  type HandlerOutcome,
  type InvokeSlot,
  type Lane,
  type LaneHandlers,
  type LanePayloads,
  type MediaPayload,
  type NodeDefinition,
  type NodeField,
  type NodeFiles,
  type NodeInstance,
  type NodeTask,
  type ObjectInfo,
  type PipeContext,
  type TagsPayload,
  type TaskContext,
} from "./node.ts";
export type {
  CodeContext,
  GuardContext,
  NodeOverrides,
  OverrideContext,
} from "./nodes/options.ts";
export { markdownRow, markdownTable } from "./nodes/core/markdown_table.ts";
export type {
  ParsedDocument,
  Parser,
  ParserInfo,
  ParserTable,
} from "./nodes/core/parse.ts";
export type {
  EmbeddingContext,
  EmbeddingFunction,
} from "./nodes/retrieval/embedding.ts";
export type {
  LlmContext,
  LlmFunction,
  LlmReplyLine,
} from "./nodes/llm/llm_override.ts";
export { promptText, type PromptTextOptions } from "./nodes/prompt_text.ts";
export {
  directoryStore,
  type DirectoryStoreOptions,
} from "./store/directory_store.ts";
export type {
  FileStore,
  StoredEntry,
  StoredReader,
  StoredThing,
  StoredWriter,
} from "./store/file_store.ts";
export { memoryStore, type MemoryStoreOptions } from "./store/memory_store.ts";

export type { Clock, TimerOptions } from "../async.ts";
export type { FrameBuffer } from "../protocol/frame.ts";
export type { Acceptor, Peer } from "../transport/memory.ts";
export type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Payload,
  Transport,
} from "../transport/transport.ts";
export type { Doc, DocFilter, DocMetadata } from "../../schema/doc.ts";
export type {
  EventMessage,
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../schema/envelope.ts";
export type { JsonObject, JsonValue } from "../../schema/json.ts";
export type {
  Question,
  QuestionExample,
  QuestionHistory,
  QuestionInstruction,
  QuestionText,
  QuestionType,
} from "../../schema/question.ts";
