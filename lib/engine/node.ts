import type { Doc } from "../../schema/doc.ts";
import type { Clock } from "../async.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { Question } from "../../schema/question.ts";
import type { StoredEntry, StoredThing } from "./store/file_store.ts";

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** One step of the framed byte stream that sources without a lane produce. */
export type TagsPayload =
  | { readonly kind: "begin" }
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "end" };

/** One step of an image, audio or video stream. */
export interface MediaPayload {
  /** Where in the stream this step is. */
  readonly action: "begin" | "write" | "end";
  /** The media type of the whole stream. */
  readonly mimeType: string;
  /** The bytes of a `write`. */
  readonly bytes?: Uint8Array;
}

/** An answer on its way through a pipeline. */
export interface AnswerPayload {
  /** Text, or a parsed JSON value when `expectJson` is set. */
  readonly answer: unknown;
  /** Whether the question asked for JSON. */
  readonly expectJson: boolean;
}

/** What travels on each lane, per write. */
export interface LanePayloads {
  /** Framed bytes of an object that no other lane takes. */
  tags: TagsPayload;
  /** A piece of text. */
  text: string;
  /** A table in Markdown form. */
  table: string;
  /** Documents, usually chunks of a text. */
  documents: readonly Doc[];
  /** One question. */
  questions: Question;
  /** One answer. */
  answers: AnswerPayload;
  /** A picture in steps. */
  image: MediaPayload;
  /** Sound in steps. */
  audio: MediaPayload;
  /** Film in steps. */
  video: MediaPayload;
  /** Classification results, passed through as they came. */
  classifications: JsonObject;
}

/** The name of a lane that pipelines can connect. */
export type Lane = keyof LanePayloads;

/** A call over a control connection, for example to an LLM helper. */
export interface ControlCall {
  /** What to do, as the helper understands it: `ask`, `put`, … */
  readonly op: string;
  /** Its arguments. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** The object that a pipe carries. */
export interface ObjectInfo {
  /** The display name. */
  readonly name: string;
  /** The directory part of the object's path; empty for direct sends. */
  readonly path: string;
  /** The object's id. */
  readonly objectId: string;
  /** The declared size in bytes, when it was declared. */
  readonly size: number | undefined;
  /** The media type given to `open`. */
  readonly mimeType: string;
  /** Properties that nodes found; surfaces as `metadata` in the result. */
  readonly metadata: Record<string, unknown>;
}

/**
 * The files of a user, the same that clients reach through the store. Paths
 * are names with `/` between them, from the root; what is not there, or in
 * use, or leads upwards is refused.
 */
export interface NodeFiles {
  /** Read a file, or its first `mostBytes`; `size` is that of all of it. */
  read(
    path: string,
    mostBytes?: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly size: number }>;
  /** Make a file, or put other bytes in the place of its own. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Remove a file. */
  remove(path: string): Promise<void>;
  /** What is in a directory, by name; nothing in one that is not there. */
  list(
    path: string,
  ): Promise<readonly StoredEntry[]>;
  /** Make a directory, with those above it. */
  makeDirectory(path: string): Promise<void>;
  /** What there is at a path; `undefined` when there is nothing. */
  stat(path: string): Promise<StoredThing | undefined>;
}

/** What a node may use while it works for one task. */
export interface TaskContext {
  /** The component's id. */
  readonly id: string;
  /** The effective configuration: preset and profile merged. */
  readonly config: JsonObject;
  /** The component's `config` as the pipeline has it. */
  readonly rawConfig: JsonObject;
  /** Aborts when the task stops. */
  readonly signal: AbortSignal;
  /** HTTP for nodes; injected by whoever made the engine. */
  readonly fetch: typeof fetch;
  /**
   * The files of the user who started the task; all is refused when whoever
   * gave the pipeline is another user, or lacks `task.store`.
   */
  readonly files: NodeFiles;
  /** Where time comes from; nodes must set no timers of their own. */
  readonly clock: Clock;
  /** Add a warning to the task's status. */
  warn(message: string): void;
  /** Set the task's human status text. */
  status(text: string): void;
  /** Add a connection hint to the task's status. */
  note(note: string | JsonObject): void;
  /** The task's public key, for notes. The private token never goes there. */
  readonly publicToken: string;
}

/** What a node may use while it works for one object. */
export interface PipeContext {
  /** The object being processed. */
  readonly object: ObjectInfo;
  /** The pipe's number. */
  readonly pipeId: number;
  /** Aborts when the pipe is abandoned or the task stops. */
  readonly signal: AbortSignal;
  /** Pass a payload on; resolves when everybody downstream has consumed it. */
  emit<L extends Lane>(lane: L, payload: LanePayloads[L]): Promise<void>;
  /** Whether anybody is connected to this node on the lane. */
  listens(lane: Lane): boolean;
  /** Ids of the helpers of a class that this node controls. */
  helpers(classType: string): readonly string[];
  /** Ask a helper; without `nodeId` the first one that accepts answers. */
  control(
    classType: string,
    call: ControlCall,
    nodeId?: string,
  ): Promise<unknown>;
  /** Send a message to whoever watches this pipe (`apaevt_sse`). */
  sse(type: string, data?: JsonObject): void;
  /** Add a warning to the task's status. */
  warn(message: string): void;
  /** Add an error to the task's status; the object does not fail by it. */
  error(message: string): void;
  /** Append a value to a field of the result and record the field's lane. */
  respond(field: string, lane: Lane, value: unknown): void;
}

/** Returned by a handler to keep the payload from being forwarded. */
export type HandlerOutcome = void | "consume";

/**
 * One handler per lane that a node takes.
 *
 * The promise of a string is there because TypeScript takes `return "consume"`
 * in an async function for a string; any other text fails the write.
 */
export type LaneHandlers = {
  readonly [L in Lane]?: (
    payload: LanePayloads[L],
  ) => Awaitable<HandlerOutcome> | Promise<string | void>;
};

/** A node at work on one object. Made anew for each, so nothing leaks over. */
export interface NodeInstance {
  /** The lanes it handles; payloads of others are forwarded unchanged. */
  readonly on?: LaneHandlers;
  /** Called at open, downstream nodes first. */
  open?(): Awaitable<void>;
  /** The input is complete: flush. May still emit. */
  closing?(): Awaitable<void>;
  /** The object is complete: write to the result. */
  close?(): Awaitable<void>;
  /** Answer a control call; `undefined` lets the next helper try. */
  invoke?(call: ControlCall): Awaitable<unknown>;
}

/** A node at work for one task. */
export interface NodeTask {
  /** Make the instance that works for one object. */
  instance(pipe: PipeContext): NodeInstance;
  /** Release what `start` took; called once when the task has stopped. */
  dispose?(): Awaitable<void>;
}

/** A field of a node's form, as `rrext_services` describes it. */
export interface NodeField {
  /** The member of `config`. */
  readonly name: string;
  /** Its JSON Schema type. */
  readonly type:
    | "string"
    | "number"
    | "integer"
    | "boolean"
    | "array"
    | "object";
  /** What it is for. */
  readonly description?: string;
  /** Its value when absent. */
  readonly default?: unknown;
  /** Allowed values. */
  readonly enum?: readonly unknown[];
  /** Whether a form should hide what is typed. */
  readonly secure?: boolean;
  /** Whether it may be left out. */
  readonly optional?: boolean;
}

/** How many helpers of a class a node needs. */
export interface InvokeSlot {
  /** What the helper is used for. */
  readonly description: string;
  /** The least number. */
  readonly min: number;
  /** The greatest number; none when absent. */
  readonly max?: number;
}

/** Everything the engine knows about a kind of node. */
export interface NodeDefinition {
  /** The provider name that pipelines use. */
  readonly provider: string;
  /** Shown to people. */
  readonly title: string;
  /** Shown to people; one paragraph. */
  readonly description: string;
  /** Families it belongs to, for example `source`, `text`, `llm`. */
  readonly classType: readonly string[];
  /** Input lanes and the lanes each leads to; `_source` for sources. */
  readonly lanes: Readonly<Record<string, readonly string[]>>;
  /** Helpers that it needs, by class. */
  readonly invoke?: Readonly<Record<string, InvokeSlot>>;
  /** Names of capability bits, for example `INTERNAL`. */
  readonly capabilities?: readonly string[];
  /** Named presets of its configuration. */
  readonly preconfig?: {
    readonly default: string;
    readonly profiles: Readonly<Record<string, JsonObject>>;
  };
  /** The fields of its form. */
  readonly fields?: readonly NodeField[];
  /**
   * Whether what it emits replaces its input: in `clean` forwarding such a
   * node never forwards by default.
   */
  readonly replaces?: boolean;
  /** What this embedded node cannot do that the real one can. */
  readonly limitation?: string;
  /** Check the configuration and prepare; a throw fails the start. */
  start(context: TaskContext): Awaitable<NodeTask>;
}

/**
 * Declare a node of your own for {@linkcode createEngine}.
 *
 * @param definition What the node is called, takes, gives and does.
 * @returns The same definition, checked by the compiler; `createEngine` checks
 * what it needs of it for untyped callers.
 *
 * @example A node that shouts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
 * import { createEngine, defineNode } from "@rocketride/streams/engine";
 *
 * const shout = defineNode({
 *   provider: "shout",
 *   title: "Shout",
 *   description: "Makes text louder.",
 *   classType: ["text"],
 *   lanes: { text: ["text"] },
 *   start: () => ({
 *     instance: (pipe) => ({
 *       on: { text: (text) => pipe.emit("text", text.toUpperCase()) },
 *     }),
 *   }),
 * });
 *
 * const engine = createEngine({ nodes: [shout] });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const task = await use(session, {
 *   pipeline: {
 *     components: [
 *       { id: "in", provider: "webhook", config: {} },
 *       { id: "loud", provider: "shout", config: {},
 *         input: [{ lane: "text", from: "in" }] },
 *       { id: "out", provider: "response_text", config: {},
 *         input: [{ lane: "text", from: "loud" }] },
 *     ],
 *     source: "in",
 *   },
 * });
 * assertEquals((await send(session, task, "hello")).text, ["HELLO\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function defineNode(definition: NodeDefinition): NodeDefinition {
  return definition;
}
