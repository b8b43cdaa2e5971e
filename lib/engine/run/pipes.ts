import type { PipelineResult } from "../../../schema/result.ts";
import { type Deferred, deferred, onAbort } from "../../async.ts";
import { PipeException } from "../../errors.ts";
import type { ObjectInfo } from "../node.ts";
import type { RunContext } from "./delivery.ts";
import { Pipe } from "./pipe.ts";

/** A claim on a pipe, from the request until the pipe is gone. */
interface Claim {
  readonly owner: object;
  readonly controller: AbortController;
  /** Whether an object goes through, which counts. */
  readonly isObject: boolean;
  pipe?: Pipe;
}

/** A pipe that is opening, open or closing. */
export interface OwnedPipe {
  /** Who opened it: for others it does not exist. */
  readonly owner: object;
  readonly pipe: Pipe;
}

/**
 * The pipes of a running pipeline.
 *
 * Ids are the lowest free ones. They belong to the owner who opened them: for
 * others they do not exist. Opens beyond the number of threads wait in order.
 */
export class Pipes {
  readonly byId: ReadonlyMap<number, OwnedPipe>;
  readonly #options: RunContext;
  readonly #claims: Set<Claim> = new Set();
  readonly #byId: Map<number, Claim & OwnedPipe> = new Map();
  readonly #queue: Map<Claim, Deferred<void>> = new Map();
  #freeSlots: number;
  readonly #lifetime: AbortController = new AbortController();
  #stopScan: (() => void) | undefined;

  constructor(options: RunContext) {
    this.byId = this.#byId;
    this.#options = options;
    this.#freeSlots = options.threads;
  }

  /** How many pipes are open, opening or waiting for a slot. */
  get size(): number {
    return this.#claims.size;
  }

  /**
   * Open a pipe for an object, waiting for a slot if there is none.
   *
   * @throws {PipeException} A node refused the object.
   * @throws The reason given to `release` or `releaseAll`.
   */
  async open(owner: object, object: ObjectInfo): Promise<Pipe> {
    const { claim, pipe } = await this.#claim(owner, object, true);
    this.#options.record.opened(object);
    try {
      await pipe.open();
    } catch (error) {
      this.#drop(claim, "failed");
      throw error;
    }
    return pipe;
  }

  /** Do something with a pipe that no object goes through. */
  async borrow<T>(
    owner: object,
    object: ObjectInfo,
    use: (pipe: Pipe) => Promise<T>,
  ): Promise<T> {
    const { claim, pipe } = await this.#claim(owner, object, false);
    try {
      return await use(pipe);
    } finally {
      claim.controller.abort(new PipeException("Pipe is closed"));
    }
  }

  /** Wait for a slot, and make a pipe. */
  async #claim(
    owner: object,
    object: ObjectInfo,
    isObject: boolean,
  ): Promise<{ readonly claim: Claim; readonly pipe: Pipe }> {
    // The task may have ended since it was found.
    this.#lifetime.signal.throwIfAborted();
    const controller = new AbortController();
    const claim: Claim = { owner, controller, isObject };
    const { signal } = claim.controller;
    this.#claims.add(claim);
    if (this.#freeSlots > 0) this.#freeSlots--;
    else {
      try {
        await this.#turn(claim);
        // The slot may have been handed over just before the claim was given up.
        if (signal.aborted) this.#freeSlot();
        signal.throwIfAborted();
      } catch (reason) {
        this.#claims.delete(claim);
        throw reason;
      }
    }
    const pipeId = this.#lowestFreeId();
    const pipe = new Pipe({ ...this.#options, object, pipeId, signal });
    this.#byId.set(pipeId, Object.assign(claim, { pipe }));
    onAbort(signal, () => this.#drop(claim, "failed"));
    this.#scanLater();
    return { claim, pipe };
  }

  async #turn(claim: Claim): Promise<void> {
    const turn = deferred<void>();
    const { signal } = claim.controller;
    this.#queue.set(claim, turn);
    const detach = onAbort(signal, (reason) => {
      if (this.#queue.delete(claim)) turn.reject(reason);
    });
    try {
      await turn.promise;
    } finally {
      detach();
    }
  }

  /**
   * The pipe of an id, if it is the owner's.
   *
   * @throws {PipeException} There is no such pipe.
   */
  get(owner: object, id: number): Pipe {
    const found = this.#byId.get(id);
    if (found?.owner === owner) return found.pipe;
    throw new PipeException(`Write pipe with id ${id} not found`);
  }

  /**
   * Close a pipe of the owner's and free its slot.
   *
   * @returns The result of the object.
   * @throws {PipeException} There is no such pipe.
   */
  async close(owner: object, id: number): Promise<PipelineResult> {
    const claim = this.#byId.get(id);
    if (claim?.owner !== owner || !claim.pipe.isOpen) {
      throw new PipeException(`Close pipe with id ${id} not found`);
    }
    const { pipe } = claim;
    try {
      return await pipe.close();
    } finally {
      this.#drop(claim, pipe.failed ? "failed" : "completed");
    }
  }

  /** Abandon everything that an owner has open or waits for. */
  release(owner: object, reason: unknown): void {
    for (const claim of [...this.#claims]) {
      if (claim.owner === owner) claim.controller.abort(reason);
    }
  }

  /**
   * Abandon everything.
   *
   * @returns Resolves when no node works for any of the pipes any more.
   */
  async releaseAll(reason: unknown): Promise<void> {
    this.#lifetime.abort(reason);
    const claims = [...this.#claims];
    for (const { controller } of claims) controller.abort(reason);
    await Promise.all(claims.map(({ pipe }) => pipe?.settled));
  }

  #lowestFreeId(): number {
    let id = 0;
    while (this.#byId.has(id)) id++;
    return id;
  }

  /** The end of a pipe; only the first call counts it and frees the slot. */
  #drop(claim: Claim, outcome: "completed" | "failed"): void {
    const { pipe } = claim;
    if (!pipe || !this.#claims.delete(claim)) return;
    this.#byId.delete(pipe.id);
    this.#options.record.moves.count++;
    if (claim.isObject) {
      this.#options.record.ended(pipe.id, outcome, pipe.size);
    }
    this.#freeSlot();
    if (this.#byId.size > 0) return;
    this.#stopScan?.();
    this.#stopScan = undefined;
  }

  /** Give a slot to the first that waits, if any. */
  #freeSlot(): void {
    const [first] = this.#queue;
    if (!first) return void this.#freeSlots++;
    const [claim, turn] = first;
    this.#queue.delete(claim);
    turn.resolve();
  }

  #scanLater(): void {
    const { clock, pipeIdleTimeout } = this.#options;
    const scan = (): void => {
      this.#stopScan = undefined;
      this.#abandonIdle();
      if (this.#byId.size > 0) this.#scanLater();
    };
    this.#stopScan ??= clock.after(pipeIdleTimeout / 2, scan, { ref: false });
  }

  #abandonIdle(): void {
    const { clock, pipeIdleTimeout } = this.#options;
    for (const { pipe, controller } of [...this.#byId.values()]) {
      const since = pipe.idleSince;
      if (since === undefined || clock.now() - since <= pipeIdleTimeout) {
        continue;
      }
      controller.abort(new PipeException("Pipe was idle for too long"));
    }
  }
}
