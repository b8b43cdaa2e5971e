import { type Clock, systemClock } from "../../../lib/async.ts";
import { isRecord, type JsonObject } from "../../../schema/json.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import type { BuiltinNodesOptions } from "../../../lib/engine/nodes/options.ts";
import { Files } from "../../../lib/engine/store/files.ts";
import { memoryStore } from "../../../lib/engine/store/memory_store.ts";
import { nodeFiles } from "../../../lib/engine/store/stores.ts";
import type {
  ControlCall,
  Lane,
  LanePayloads,
  NodeDefinition,
  NodeFiles,
  NodeInstance,
  NodeTask,
  ObjectInfo,
  PipeContext,
  TaskContext,
} from "../../../lib/engine/node.ts";

/** What a node told its task. */
export interface TaskRecord {
  readonly warnings: string[];
  readonly statuses: string[];
  readonly notes: (string | JsonObject)[];
}

/** A node at work, without an engine. */
export interface Bench {
  readonly task: NodeTask;
  readonly record: TaskRecord;
  /** Begin an object. */
  open(options?: OpenOptions): BenchPipe;
}

export interface OpenOptions {
  readonly object?: Partial<ObjectInfo>;
  /** The lanes that somebody takes; all when absent. */
  readonly listens?: readonly Lane[];
  readonly signal?: AbortSignal;
  /** Answers control calls; refused when absent. */
  readonly control?: (classType: string, call: ControlCall) => unknown;
}

/** What a bench gives its node in place of what an engine would. */
export interface BenchOptions {
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly files?: NodeFiles;
}

/** One object on its way through the node. */
export interface BenchPipe {
  readonly object: ObjectInfo;
  readonly instance: NodeInstance;
  readonly emitted: { lane: Lane; payload: unknown }[];
  readonly responses: { field: string; lane: Lane; value: unknown }[];
  readonly messages: { type: string; data: JsonObject | undefined }[];
  readonly warnings: string[];
  readonly errors: string[];
  /** Hand the node a payload; returns its outcome. */
  send<L extends Lane>(lane: L, payload: LanePayloads[L]): Promise<unknown>;
  /** Hand the node the bytes of one object, in chunks, with begin and end. */
  sendBytes(...chunks: Uint8Array[]): Promise<void>;
  /** Complete the object. */
  finish(): Promise<void>;
  /** What was emitted on one lane. */
  on<L extends Lane>(lane: L): LanePayloads[L][];
  /** Make a control call. */
  invoke(call: ControlCall): Promise<unknown>;
}

/** Start a node as an engine would. */
export async function startNode(
  definition: NodeDefinition,
  config: JsonObject = {},
  options: BenchOptions = {},
): Promise<Bench> {
  const record: TaskRecord = { warnings: [], statuses: [], notes: [] };
  const context: TaskContext = {
    id: `${definition.provider}_1`,
    config: effective(definition, config),
    rawConfig: config,
    signal: new AbortController().signal,
    fetch: options.fetch ?? noNetwork,
    files: options.files ?? nodeFiles(() => new Files(memoryStore())),
    clock: options.clock ?? systemClock(),
    warn: (message) => void record.warnings.push(message),
    status: (text) => void record.statuses.push(text),
    note: (note) => void record.notes.push(note),
    publicToken: "pk_bench",
  };
  const task = await definition.start(context);
  return { task, record, open: (options) => openPipe(task, options) };
}

function noNetwork(): Promise<Response> {
  return Promise.reject(new TypeError("No network in this bench"));
}

/** Find one of several definitions. */
export function only(
  definitions: readonly NodeDefinition[],
  provider: string,
): NodeDefinition {
  const found = definitions.filter((one) => one.provider === provider);
  if (found.length !== 1) throw new Error(`${provider}: ${found.length} times`);
  return found[0]!;
}

/** The definition of a node that comes with the engine. */
export function builtin(
  provider: string,
  options?: BuiltinNodesOptions,
): NodeDefinition {
  return only(builtinNodes(options), provider);
}

/** Text as bytes. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function openPipe(task: NodeTask, options: OpenOptions = {}): BenchPipe {
  const emitted: BenchPipe["emitted"] = [];
  const responses: BenchPipe["responses"] = [];
  const messages: BenchPipe["messages"] = [];
  const warnings: string[] = [];
  const errors: string[] = [];
  const object: ObjectInfo = {
    name: "object",
    path: "",
    objectId: "object-1",
    size: undefined,
    mimeType: "application/octet-stream",
    metadata: {},
    ...options.object,
  };
  const context: PipeContext = {
    object,
    pipeId: 0,
    signal: options.signal ?? new AbortController().signal,
    emit: (lane, payload) => {
      emitted.push({ lane, payload });
      return Promise.resolve();
    },
    listens: (lane) => options.listens?.includes(lane) ?? true,
    helpers: () => [],
    control: async (classType, call) => {
      if (options.control) return await options.control(classType, call);
      throw new Error("No helpers in this bench");
    },
    sse: (type, data) => void messages.push({ type, data }),
    warn: (message) => void warnings.push(message),
    error: (message) => void errors.push(message),
    respond: (field, lane, value) =>
      void responses.push({ field, lane, value }),
  };
  const instance = task.instance(context);
  const pipe: BenchPipe = {
    object,
    instance,
    emitted,
    responses,
    messages,
    warnings,
    errors,
    async send(lane, payload): Promise<unknown> {
      return await instance.on?.[lane]?.(payload);
    },
    async sendBytes(...chunks): Promise<void> {
      await pipe.send("tags", { kind: "begin" });
      for (const bytes of chunks) {
        await pipe.send("tags", { kind: "data", bytes });
      }
      await pipe.send("tags", { kind: "end" });
    },
    async finish(): Promise<void> {
      await instance.closing?.();
      await instance.close?.();
    },
    on: <L extends Lane>(lane: L) =>
      emitted.filter((one) => one.lane === lane)
        .map(({ payload }) => payload as LanePayloads[L]),
    async invoke(call): Promise<unknown> {
      return await instance.invoke?.(call);
    },
  };
  return pipe;
}

/** Presets as the engine applies them, as far as these tests need it. */
function effective(
  { preconfig }: NodeDefinition,
  config: JsonObject,
): JsonObject {
  if (!preconfig) return config;
  const { profile } = config;
  if (typeof profile !== "string") {
    return { ...preconfig.profiles[preconfig.default], ...config };
  }
  const own = config[profile];
  return {
    ...preconfig.profiles[profile],
    ...(isRecord(own) ? own as JsonObject : {}),
  };
}
