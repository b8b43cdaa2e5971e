import { ignore } from "../../async.ts";
import type { Plan, PlannedNode } from "../compile.ts";
import type { ControlCall, Lane, LanePayloads, NodeInstance } from "../node.ts";
import { clonePayload } from "./clone_payload.ts";
import { controlHelper } from "./control_helper.ts";
import { messageOf } from "./failure.ts";
import type { FlowStep, PipeObserver } from "./observer.ts";

/** What payloads of one object need on their way. */
export interface DeliveryOptions {
  /** Which nodes there are and how they are connected. */
  readonly plan: Plan;
  /** The nodes at work on the object, by id. */
  readonly instances: ReadonlyMap<string, NodeInstance>;
  /** The pipe's number. */
  readonly pipeId: number;
  /** Aborts when the pipe is abandoned. */
  readonly signal: AbortSignal;
  /** Whether a node that answered on a lane also forwards. */
  readonly forwarding: "clean" | "engine";
  /** Who is told where the object is. */
  readonly observer: PipeObserver;
  /** Remembers that the object failed; returns the text of the failure. */
  fail(error: unknown): string;
}

/** A lane handler at work. */
interface Handling {
  readonly lane: Lane;
  emitted: boolean;
}

/**
 * Carries the payloads of one object from node to node.
 *
 * They travel depth first: a target and everything behind it is done before
 * the next target is called.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #handling: Map<string, Handling> = new Map();
  readonly #loose: Set<Promise<void>> = new Set();
  #path: readonly string[] = [];

  /** Make the delivery of one object. */
  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Let a node do something, and wait for all that it emits meanwhile. */
  async run(id: string, work: () => unknown): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#moveTo([id]);
    try {
      await work();
    } finally {
      // A node may forget to wait for what it emits; its turn still lasts.
      while (this.#loose.size > 0) await Promise.allSettled(this.#loose);
      this.#moveTo([]);
    }
  }

  /** Pass a payload of node `id` on to everybody who listens. */
  emit<L extends Lane>(
    id: string,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<void> {
    const handling = this.#handling.get(id);
    if (handling?.lane === lane) handling.emitted = true;
    const delivery = this.#deliver(id, lane, payload);
    this.#loose.add(delivery);
    delivery.catch(ignore).finally(() => this.#loose.delete(delivery));
    return delivery;
  }

  /** Ask a helper of node `id`; a refusal is for the asker to deal with. */
  async control(
    id: string,
    classType: string,
    call: ControlCall,
    nodeId?: string,
  ): Promise<unknown> {
    const { instances, signal } = this.#options;
    signal.throwIfAborted();
    const ids = this.#planned(id)?.helpers.get(classType) ?? [];
    const target = nodeId ?? ids[0] ?? classType;
    let answer: unknown;
    // Calls may overlap: each comes from the asker, not from another call.
    const path = this.#path.slice(0, this.#path.lastIndexOf(id) + 1);
    await this.#walk(target, "invoke", call, messageOf, async () => {
      answer = await controlHelper(instances, ids, classType, call, nodeId);
      return false;
    }, path.length > 0 ? path : this.#path);
    return answer;
  }

  async #deliver<L extends Lane>(
    from: string,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<void> {
    const targets = this.#planned(from)?.targets.get(lane);
    if (!targets) return;
    for (const target of targets) {
      const own = targets.length > 1 ? clonePayload(lane, payload) : payload;
      await this.#visit(target, lane, own);
    }
  }

  async #visit<L extends Lane>(
    id: string,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<void> {
    const { signal, fail } = this.#options;
    signal.throwIfAborted();
    await this.#walk(id, lane, payload, fail, async () => {
      const consumed = await this.#handle(id, lane, payload);
      if (!consumed) await this.#deliver(id, lane, payload);
      return consumed;
    });
  }

  /** Do something as node `id`, telling the observer where the object is. */
  async #walk(
    id: string,
    lane: string,
    payload: unknown,
    describe: (error: unknown) => string,
    work: () => Promise<boolean>,
    outer = this.#path,
  ): Promise<void> {
    const path = [...outer, id];
    this.#moveTo(path);
    this.#trace(path, { op: "enter", lane, payload });
    try {
      const result = await work() ? "skip" : "continue";
      this.#trace(path, { op: "leave", lane, result });
    } catch (error) {
      const text = describe(error);
      this.#trace(path, { op: "leave", lane, result: "error", error: text });
      throw error;
    } finally {
      this.#moveTo(outer);
    }
  }

  /** Call a node's handler; `true` when the payload must not travel on. */
  async #handle<L extends Lane>(
    id: string,
    lane: L,
    payload: LanePayloads[L],
  ): Promise<boolean> {
    const handlers = this.#options.instances.get(id)?.on;
    if (!handlers?.[lane]) return false;
    const outer = this.#handling.get(id);
    const handling: Handling = { lane, emitted: false };
    this.#handling.set(id, handling);
    try {
      const outcome = await handlers[lane](payload);
      if (outcome === "consume") return true;
      if (typeof outcome === "string") throw unknownOutcome(id, outcome);
    } finally {
      if (outer) this.#handling.set(id, outer);
      else this.#handling.delete(id);
    }
    if (this.#options.forwarding === "engine") return false;
    const replaces = this.#planned(id)?.definition.replaces ?? false;
    return replaces || handling.emitted;
  }

  /** A pipe that is gone may still be worked for; nobody is told then. */
  #moveTo(path: readonly string[]): void {
    const { pipeId, observer, signal } = this.#options;
    this.#path = path;
    if (!signal.aborted) observer.at(pipeId, path);
  }

  #trace(path: readonly string[], step: FlowStep): void {
    const { pipeId, observer } = this.#options;
    if (observer.tracing) observer.flow(pipeId, path, step);
  }

  #planned(id: string): PlannedNode | undefined {
    return this.#options.plan.nodes.get(id);
  }
}

function unknownOutcome(id: string, outcome: string): TypeError {
  return new TypeError(
    `Handler of "${id}" returned "${outcome}": expected "consume" or nothing`,
  );
}
