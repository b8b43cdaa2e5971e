import { type Clock, ignore } from "../../async.ts";
import type { PipelineResult } from "../../../schema/result.ts";
import { PipeException } from "../../errors.ts";
import type { Plan, PlannedNode } from "../pipeline/compile.ts";
import type {
  ControlCall,
  Lane,
  LanePayloads,
  NodeInstance,
  NodeTask,
  ObjectInfo,
  PipeContext,
} from "../node.ts";
import { describeFailure, type Failure, messageOf } from "./failure.ts";
import type { FlowStep } from "./flow_trace.ts";
import { jsonCopy, ObjectResponse } from "./object_response.ts";
import type { TaskRecord } from "./task_record.ts";

/** A pipeline at work: what its pipes share. */
export interface RunContext {
  readonly plan: Plan;
  /** The nodes at work for the task, by id. */
  readonly nodes: ReadonlyMap<string, NodeTask>;
  readonly record: TaskRecord;
  readonly clock: Clock;
  /** Whether a node that answered on a lane also forwards. */
  readonly forwarding: "clean" | "engine";
  /** How many pipes may be open at once. */
  readonly threads: number;
  readonly maxObjectBytes: number;
  readonly pipeIdleTimeout: number;
}

/** What an object needs on its way. */
export interface ObjectContext extends RunContext {
  readonly object: ObjectInfo;
  readonly pipeId: number;
  /** Aborts when the pipe is abandoned. */
  readonly signal: AbortSignal;
}

/** A node at work on the object. */
interface Worker extends PlannedNode {
  instance: NodeInstance;
  /** The lane that its handler works on, and whether it has emitted there. */
  handling?: { readonly lane: Lane; emitted: boolean } | undefined;
}

/**
 * The life of one object in the nodes of a pipeline: open, payloads, closing,
 * close. Payloads travel depth first: a target and everything behind it is done
 * before the next target is called. Of the object's failures the first is kept.
 */
export class Delivery {
  readonly #options: ObjectContext;
  readonly #workers: Map<string, Worker> = new Map();
  readonly #response: ObjectResponse = new ObjectResponse();
  readonly #loose: Set<Promise<void>> = new Set();
  #path: readonly string[] = [];
  #failure: Failure | undefined;

  constructor(options: ObjectContext) {
    this.#options = options;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** The components at work, innermost last. */
  get path(): readonly string[] {
    return this.#path;
  }

  /** Make an instance of every node and open them, downstream nodes first. */
  async open(): Promise<void> {
    this.#makeWorkers();
    for (const worker of [...this.#workers.values()].reverse()) {
      await this.#lifecycle(worker, "open");
    }
  }

  #makeWorkers(): void {
    const { plan, nodes } = this.#options;
    for (const [id, node] of plan.nodes) {
      const worker: Worker = { ...node, instance: {} };
      const context = this.#contextOf(worker);
      worker.instance = nodes.get(id)?.instance(context) ?? {};
      this.#workers.set(id, worker);
    }
  }

  /**
   * Use a tool of a node; without `nodeId` that of the first node that has it.
   * Without an object only the nodes that are asked are opened.
   */
  async tool(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    nodeId: string,
  ): Promise<unknown> {
    const hasObject = this.#workers.size > 0;
    if (!hasObject) this.#makeWorkers();
    const call = { op: "invoke", args: { tool, args } };
    for (const [id, worker] of this.#workers) {
      const { instance } = worker;
      if (!instance.invoke || (nodeId !== "" && nodeId !== id)) continue;
      try {
        if (!hasObject) await this.#lifecycle(worker, "open");
        const ask = async (): Promise<unknown> => await instance.invoke!(call);
        const result = await this.#walk([], id, "invoke", call, ask);
        if (result !== undefined) return jsonCopy(result);
      } catch (error) {
        const { secrets } = this.#options.plan;
        throw new PipeException(secrets.hide(messageOf(error)));
      }
    }
    throw new PipeException(
      nodeId === "" || this.#workers.has(nodeId)
        ? `No handler found for tool "${tool}" on node "${nodeId}"`
        : `Node "${nodeId}" not found in pipeline`,
    );
  }

  /** Hand a payload of the source to its listeners. */
  feed<L extends Lane>(lane: L, payload: LanePayloads[L]): Promise<void> {
    const source = this.#workers.get(this.#options.plan.source);
    if (!source) return Promise.resolve();
    return this.#turn(source, () => this.#deliver(source, lane, payload));
  }

  /**
   * Let every node flush, then let every node finish, feeders first. A failure
   * does not skip the nodes after it, so that the result holds whatever could
   * be produced.
   */
  async close(): Promise<PipelineResult> {
    for (const phase of ["closing", "close"] as const) {
      for (const worker of this.#workers.values()) {
        try {
          await this.#lifecycle(worker, phase);
        } catch (error) {
          this.#options.signal.throwIfAborted();
          this.fail(error);
        }
      }
    }
    const { plan, object } = this.#options;
    return this.#response.body(object, plan.responds, this.#failure);
  }

  /** Remember a failure, unless there is one already. */
  fail(error: unknown): Failure {
    if (this.#failure) return this.#failure;
    const { signal, record, plan: { secrets } } = this.#options;
    const failure = describeFailure(error);
    this.#failure = { ...failure, message: secrets.hide(failure.message) };
    // What breaks because the pipe was abandoned is not a failure of a node.
    if (!signal.aborted) record.failed(this.#failure);
    return this.#failure;
  }

  async #lifecycle(
    worker: Worker,
    phase: "open" | "closing" | "close",
  ): Promise<void> {
    const { instance, driven } = worker;
    if (!driven || !instance[phase]) return;
    await this.#turn(worker, () => instance[phase]?.());
  }

  /** Let a node do something, and wait for all that it emits meanwhile. */
  async #turn({ id }: Worker, work: () => unknown): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#moveTo([id]);
    try {
      await work();
    } finally {
      while (this.#loose.size > 0) await Promise.allSettled(this.#loose);
      this.#moveTo([]);
    }
  }

  /** Pass a payload of a node on to those who listen to it. */
  async #deliver<L extends Lane>(
    from: Worker,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<void> {
    const targets = from.targets.get(lane) ?? [];
    for (const id of targets) {
      const target = this.#workers.get(id)!;
      const own = targets.length > 1 ? copyOf(lane, payload) : payload;
      this.#options.signal.throwIfAborted();
      await this.#walk(this.#path, id, lane, own, async () => {
        const isConsumed = await this.#handle(target, lane, own);
        if (!isConsumed) await this.#deliver(target, lane, own);
        return isConsumed;
      });
    }
  }

  /** Call a node's handler; `true` if the payload must not travel on. */
  async #handle<L extends Lane>(
    worker: Worker,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<boolean> {
    const { on } = worker.instance;
    if (!on?.[lane]) return false;
    const outer = worker.handling;
    const handling = worker.handling = { lane, emitted: false };
    try {
      const outcome = await on[lane](payload);
      if (outcome === "consume") return true;
      if (typeof outcome === "string") {
        throw new TypeError(
          `Handler of "${worker.id}" returned "${outcome}": expected ` +
            '"consume" or nothing',
        );
      }
    } finally {
      worker.handling = outer;
    }
    if (this.#options.forwarding === "engine") return false;
    return handling.emitted || worker.definition.replaces === true;
  }

  #emit<L extends Lane>(
    worker: Worker,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<void> {
    const { handling } = worker;
    if (handling?.lane === lane) handling.emitted = true;
    const delivery = this.#deliver(worker, lane, payload);
    this.#loose.add(delivery);
    delivery.catch(ignore).finally(() => this.#loose.delete(delivery));
    return delivery;
  }

  /** Ask a helper of a node; a refusal is for the asker to deal with. */
  async #control(
    { id, helpers }: Worker,
    classType: string,
    call: ControlCall,
    nodeId?: string,
  ): Promise<unknown> {
    this.#options.signal.throwIfAborted();
    const ids = helpers.get(classType) ?? [];
    // Calls may overlap: each comes from the asker, not from another call.
    const own = this.#path.slice(0, this.#path.lastIndexOf(id) + 1);
    const path = own.length > 0 ? own : this.#path;
    const target = nodeId ?? ids[0] ?? classType;
    return await this.#walk(
      path,
      target,
      "invoke",
      call,
      () => this.#ask(ids, classType, call, nodeId),
    );
  }

  /** In order, until one answers; with `nodeId` only that one. */
  async #ask(
    ids: readonly string[],
    classType: string,
    call: ControlCall,
    nodeId?: string,
  ): Promise<unknown> {
    if (ids.length === 0) {
      throw new PipeException(
        `No control listeners registered for ${classType}`,
      );
    }
    if (nodeId !== undefined && !ids.includes(nodeId)) {
      throw new PipeException(
        `Node '${nodeId}' not found for control type '${classType}'`,
      );
    }
    for (const id of nodeId === undefined ? ids : [nodeId]) {
      const instance = this.#workers.get(id)?.instance;
      const answer = await instance?.invoke?.(call);
      if (answer !== undefined) return answer;
      if (nodeId !== undefined && !instance?.invoke) {
        throw new PipeException(`Driver ${id} does not accept invoke calls`);
      }
    }
    throw new PipeException(
      `No driver accepted the ${classType} invoke command`,
    );
  }

  /** Do something as a node, reporting where the object is. */
  async #walk<T>(
    outer: readonly string[],
    id: string,
    lane: Lane | "invoke",
    payload: unknown,
    work: () => Promise<T>,
  ): Promise<T> {
    const path = [...outer, id];
    this.#moveTo(path);
    const { isTraced } = this.#options.record;
    if (isTraced) this.#trace(path, { op: "enter", lane, payload });
    try {
      const done = await work();
      const result = lane !== "invoke" && done === true ? "skip" : "continue";
      if (isTraced) this.#trace(path, { op: "leave", lane, result });
      return done;
    } catch (reason) {
      const error = lane === "invoke"
        ? messageOf(reason)
        : this.fail(reason).message;
      this.#trace(path, { op: "leave", lane, result: "error", error });
      throw reason;
    } finally {
      this.#moveTo(outer);
    }
  }

  #moveTo(path: readonly string[]): void {
    this.#path = path;
    this.#options.record.moves.count++;
  }

  #trace(path: readonly string[], step: FlowStep): void {
    const { pipeId, record } = this.#options;
    if (record.isTraced) record.flow(pipeId, path, step);
  }

  #contextOf(worker: Worker): PipeContext {
    const { object, pipeId, signal, record } = this.#options;
    return {
      object,
      pipeId,
      signal,
      emit: (lane, payload) => this.#emit(worker, lane, payload),
      listens: (lane) => worker.targets.has(lane),
      helpers: (classType) => worker.helpers.get(classType) ?? [],
      control: (...args) => this.#control(worker, ...args),
      sse: (type, data) => record.sse(pipeId, type, data),
      warn: (message) => record.warn(message),
      error: (message) => record.failed(describeFailure(message)),
      respond: (...args) => this.#response.add(...args),
    };
  }
}

/**
 * A copy for one of several targets, so that a node that edits in place does not
 * disturb its siblings. Text needs no copy, and bytes are never edited.
 */
function copyOf<L extends Lane>(
  lane: L,
  payload: LanePayloads[L],
): LanePayloads[L] {
  const isRecord = lane === "documents" || lane === "questions" ||
    lane === "answers" || lane === "classifications";
  return isRecord ? structuredClone(payload) : payload;
}
