import { abortable, type Clock, deferred } from "../../async.ts";
import type { JsonObject } from "../../../schema/json.ts";
import type { Plan, PlannedNode } from "../pipeline/compile.ts";
import type { NodeFiles, NodeTask } from "../node.ts";
import type { PipeObserver } from "./delivery.ts";
import { messageOf } from "./failure.ts";
import { Pipes } from "./pipes.ts";

/** What the nodes of a task may report. */
export interface NodeReporter extends PipeObserver {
  /** Set the human status text. */
  status(text: string): void;
  /** Add a connection hint. */
  note(note: string | JsonObject): void;
}

/** What running a plan needs. */
export interface ExecutionOptions {
  /** What runs. */
  readonly plan: Plan;
  /** How many pipes may be open at once. */
  readonly threads: number;
  /** The greatest number of bytes of one object. */
  readonly maxObjectBytes: number;
  /** Milliseconds without a request after which a pipe is abandoned. */
  readonly pipeIdleTimeout: number;
  /** Milliseconds that nodes have to stop work, and as many to be disposed of. */
  readonly stopTimeout: number;
  /** Which forwarding rule holds. */
  readonly forwarding: "clean" | "engine";
  /** Where time comes from. */
  readonly clock: Clock;
  /** HTTP for nodes. */
  readonly fetch: typeof fetch;
  /** The files of the task's user. */
  readonly files: NodeFiles;
  /** The task's public key, for notes. */
  readonly publicToken: string;
  /** Who is called for what happens. */
  readonly reporter: NodeReporter;
}

/** A plan at work: its nodes have started, its pipes take objects. */
export class Execution {
  /** The pipes. */
  readonly pipes: Pipes;
  readonly #options: ExecutionOptions;
  readonly #controller: AbortController = new AbortController();
  readonly #nodes: Map<string, NodeTask> = new Map();

  /** Prepare an execution; no node runs before `start`. */
  constructor(options: ExecutionOptions) {
    this.#options = options;
    const { reporter: observer } = options;
    this.pipes = new Pipes({ ...options, nodes: this.#nodes, observer });
  }

  /**
   * Start the nodes, feeders first.
   *
   * @throws What a node threw; the nodes before it were disposed of.
   * @throws The reason given to `stop` meanwhile.
   */
  async start(): Promise<void> {
    const { signal } = this.#controller;
    const { plan, reporter } = this.#options;
    for (const warning of plan.warnings) reporter.warn(warning);
    try {
      for (const node of plan.nodes.values()) {
        await abortable(this.#startNode(node), signal);
      }
    } catch (error) {
      if (!signal.aborted) await this.#inTime(this.#dispose());
      throw error;
    }
  }

  /**
   * Abandon what is open and dispose of the nodes. What waits for a pipe is
   * rejected with `reason` at once.
   */
  async stop(reason: unknown): Promise<void> {
    this.#controller.abort(reason);
    await this.#inTime(this.pipes.releaseAll(reason));
    await this.#inTime(this.#dispose());
  }

  async #startNode(node: PlannedNode): Promise<void> {
    const { id, definition, config, rawConfig, warnings } = node;
    const { reporter, fetch, files, clock, publicToken } = this.#options;
    for (const warning of warnings) reporter.warn(warning);
    const { signal } = this.#controller;
    const started = await definition.start({
      id,
      config,
      rawConfig,
      signal,
      fetch,
      files,
      clock,
      publicToken,
      warn: (message) => reporter.warn(message),
      status: (text) => reporter.status(text),
      note: (note) => reporter.note(note),
    });
    this.#nodes.set(id, started);
    // Too late: the nodes before it have been disposed of.
    if (signal.aborted) await this.#dispose();
  }

  async #dispose(): Promise<void> {
    const nodes = [...this.#nodes];
    this.#nodes.clear();
    await Promise.all(nodes.map(async ([id, node]) => {
      try {
        await node.dispose?.();
      } catch (error) {
        const text = `Component ${id} did not stop well: ${messageOf(error)}`;
        this.#options.reporter.warn(text);
      }
    }));
  }

  /** Wait, but not for ever: nodes may hang. */
  async #inTime(work: Promise<void>): Promise<void> {
    const { clock, stopTimeout } = this.#options;
    const overdue = deferred<void>();
    const cancel = clock.after(stopTimeout, overdue.resolve);
    await Promise.race([work, overdue.promise]);
    cancel();
  }
}
