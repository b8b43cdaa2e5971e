import type { PipelineResult } from "../../../schema/result.ts";
import type { Plan, PlannedNode } from "../compile.ts";
import type {
  Lane,
  LanePayloads,
  NodeInstance,
  NodeTask,
  ObjectInfo,
  PipeContext,
} from "../node.ts";
import { isResponseNode } from "../response_node.ts";
import { Delivery } from "./delivery.ts";
import { describeFailure, type Failure } from "./failure.ts";
import type { PipeObserver } from "./observer.ts";
import { ResponseMap } from "./response_map.ts";

/** What an object needs on its way through the nodes. */
export interface ObjectRunOptions {
  /** Which nodes there are and how they are connected. */
  readonly plan: Plan;
  /** The nodes at work for the task, by id. */
  readonly nodes: ReadonlyMap<string, NodeTask>;
  /** The object. */
  readonly object: ObjectInfo;
  /** The pipe's number. */
  readonly pipeId: number;
  /** Aborts when the pipe is abandoned. */
  readonly signal: AbortSignal;
  /** Whether a node that answered on a lane also forwards. */
  readonly forwarding: "clean" | "engine";
  /** Who is told what happens. */
  readonly observer: PipeObserver;
}

/**
 * One object's life in a pipeline: open, payloads, closing, close.
 * Of its failures the first is kept.
 */
export class ObjectRun {
  readonly #options: ObjectRunOptions;
  readonly #instances: Map<string, NodeInstance> = new Map();
  readonly #response: ResponseMap = new ResponseMap();
  readonly #delivery: Delivery;
  #failure: Failure | undefined;

  /** Prepare a run; nothing happens before `open`. */
  constructor(options: ObjectRunOptions) {
    this.#options = options;
    this.#delivery = new Delivery({
      ...options,
      instances: this.#instances,
      fail: (error) => this.fail(error).message,
    });
  }

  /** The first thing that went wrong. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Make an instance of every node and open them, downstream nodes first. */
  async open(): Promise<void> {
    const nodes = [...this.#options.plan.nodes.values()];
    for (const { id } of nodes) {
      const task = this.#options.nodes.get(id);
      if (task) this.#instances.set(id, task.instance(this.#contextOf(id)));
    }
    for (const node of nodes.reverse()) {
      await this.#turn(node, (instance) => instance.open?.());
    }
  }

  /** Hand a payload of the source to its listeners. */
  feed<L extends Lane>(lane: L, payload: LanePayloads[L]): Promise<void> {
    const { source } = this.#options.plan;
    return this.#delivery.run(
      source,
      () => this.#delivery.emit(source, lane, payload),
    );
  }

  /**
   * Let every node flush, then let every node finish, feeders first.
   *
   * A failure does not keep the others from their turn, so that the result
   * holds whatever could be produced.
   */
  async close(): Promise<PipelineResult> {
    const { plan, object, signal } = this.#options;
    const nodes = [...plan.nodes.values()];
    for (const phase of ["closing", "close"] as const) {
      for (const node of nodes) {
        try {
          await this.#turn(node, (instance) => instance[phase]?.());
        } catch (error) {
          signal.throwIfAborted();
          this.fail(error);
        }
      }
    }
    const answers = nodes.some(({ driven, definition }) =>
      driven && isResponseNode(definition.provider)
    );
    return this.#response.body(object, answers, this.#failure);
  }

  /** Remember a failure, unless there is one already. */
  fail(error: unknown): Failure {
    if (this.#failure) return this.#failure;
    const { signal, observer } = this.#options;
    const { plan: { secrets } } = this.#options;
    const failure = describeFailure(error);
    this.#failure = { ...failure, message: secrets.hide(failure.message) };
    // What breaks because the pipe was abandoned is no failure of a node.
    if (!signal.aborted) observer.failed(this.#failure);
    return this.#failure;
  }

  async #turn(
    { id, driven }: PlannedNode,
    call: (instance: NodeInstance) => unknown,
  ): Promise<void> {
    const instance = this.#instances.get(id);
    if (!driven || !instance) return;
    await this.#delivery.run(id, () => call(instance));
  }

  #contextOf(id: string): PipeContext {
    const { plan, object, pipeId, signal, observer } = this.#options;
    const node = plan.nodes.get(id);
    return {
      object,
      pipeId,
      signal,
      emit: (lane, payload) => this.#delivery.emit(id, lane, payload),
      listens: (lane) => node?.targets.has(lane) ?? false,
      helpers: (classType) => node?.helpers.get(classType) ?? [],
      control: (classType, call, nodeId) =>
        this.#delivery.control(id, classType, call, nodeId),
      sse: (type, data) => observer.sse(pipeId, type, data),
      warn: (message) => observer.warn(message),
      error: (message) => observer.failed(describeFailure(message)),
      respond: (field, lane, value) => this.#response.add(field, lane, value),
    };
  }
}
