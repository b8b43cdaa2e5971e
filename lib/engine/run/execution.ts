import { abortable, type Clock, deferred } from "../../async.ts";
import type { JsonObject } from "../../../schema/json.ts";
import type { Plan, PlannedNode } from "../compile.ts";
import type { NodeFiles, NodeTask } from "../node.ts";
import { messageOf } from "./failure.ts";
import type { PipeObserver } from "./observer.ts";
import { Pipes } from "./pipes.ts";

const GRACE_MS = 1_000;

/** What the nodes of a task may tell it. */
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
  /** Who is told what happens. */
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
      if (!signal.aborted) await this.#patiently(this.#dispose());
      throw error;
    }
  }

  /**
   * Abandon what is open and release the nodes.
   *
   * Whoever waits for a pipe is rejected with `reason` at once. Handlers get
   * a second to notice their signal, then nodes a second to let go of what
   * they hold.
   */
  async stop(reason: unknown): Promise<void> {
    this.#controller.abort(reason);
    await this.#patiently(this.pipes.releaseAll(reason));
    await this.#patiently(this.#dispose());
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
    // It came too late: the nodes before it are gone already.
    if (signal.aborted) await this.#dispose();
  }

  async #dispose(): Promise<void> {
    const nodes = [...this.#nodes];
    this.#nodes.clear();
    await Promise.all(nodes.map(([id, node]) => this.#disposeNode(id, node)));
  }

  async #disposeNode(id: string, node: NodeTask): Promise<void> {
    try {
      await node.dispose?.();
    } catch (error) {
      const text = `Component ${id} did not stop well: ${messageOf(error)}`;
      this.#options.reporter.warn(text);
    }
  }

  /** Wait, but not for ever: nodes are other people's code. */
  async #patiently(work: Promise<void>): Promise<void> {
    const overdue = deferred<void>();
    const cancel = this.#options.clock.after(GRACE_MS, overdue.resolve);
    await Promise.race([work, overdue.promise]);
    cancel();
  }
}
