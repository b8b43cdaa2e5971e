import { abortable, deferred } from "../../async.ts";
import type { PlannedNode } from "../pipeline/compile.ts";
import type { NodeFiles, NodeTask } from "../node.ts";
import type { RunContext } from "./delivery.ts";
import { messageOf } from "./failure.ts";
import { Pipes } from "./pipes.ts";

/** What running a plan needs. */
export interface ExecutionOptions extends Omit<RunContext, "nodes"> {
  /** Milliseconds that nodes have to stop work, and as many to be disposed of. */
  readonly stopTimeout: number;
  readonly fetch: typeof fetch;
  readonly files: NodeFiles;
  readonly publicToken: string;
}

/** A plan at work: its nodes have started, its pipes take objects. */
export class Execution {
  readonly pipes: Pipes;
  readonly #options: ExecutionOptions;
  readonly #controller: AbortController = new AbortController();
  readonly #nodes: Map<string, NodeTask> = new Map();

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.pipes = new Pipes({ ...options, nodes: this.#nodes });
  }

  /**
   * Start the nodes, feeders first.
   *
   * @throws What a node threw; the nodes before it were disposed of.
   * @throws The reason given to `stop` meanwhile.
   */
  async start(): Promise<void> {
    const { signal } = this.#controller;
    const { plan, record } = this.#options;
    for (const warning of plan.warnings) record.warn(warning);
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
    const { record, fetch, files, clock, publicToken } = this.#options;
    for (const warning of warnings) record.warn(warning);
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
      warn: (message) => record.warn(message),
      status: (text) => record.status(text),
      note: (note) => record.note(note),
    });
    if (typeof started?.instance !== "function") {
      throw new TypeError(
        `Component ${id}: start() of its node must return { instance }`,
      );
    }
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
        this.#options.record.warn(text);
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
