import type { PipelineResult } from "../../../schema/result.ts";
import { onAbort } from "../../async.ts";
import { PipeException } from "../../errors.ts";
import type { ObjectInfo } from "../node.ts";
import { Pipe, type PipeOptions } from "./pipe.ts";
import { Semaphore } from "./semaphore.ts";

const SCAN_MS = 30_000;
const IDLE_MS = 60_000;

/** What all pipes of a running pipeline share. */
export interface PipesOptions
  extends Omit<PipeOptions, "object" | "pipeId" | "signal"> {
  /** How many pipes may be open at once. */
  readonly threads: number;
}

/** Somebody's hold on a pipe, from asking for one until it is gone. */
interface Claim {
  readonly owner: object;
  readonly controller: AbortController;
  pipe?: Pipe;
}

/**
 * The pipes of a running pipeline.
 *
 * Ids are the lowest free ones. They belong to the owner who opened them: for
 * anybody else they do not exist. Opens beyond the number of
 * threads wait in order.
 */
export class Pipes {
  readonly #options: PipesOptions;
  readonly #slots: Semaphore;
  readonly #claims: Set<Claim> = new Set();
  readonly #byId: Map<number, Claim> = new Map();
  readonly #lifetime: AbortController = new AbortController();
  #stopScan: (() => void) | undefined;

  /** Make an empty set of pipes. */
  constructor(options: PipesOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.threads);
  }

  /** How many pipes are open, opening or waiting for a slot. */
  get size(): number {
    return this.#claims.size;
  }

  /**
   * Open a pipe for an object, waiting for a slot when there is none.
   *
   * @returns The pipe's id.
   * @throws {PipeException} A node refused the object.
   * @throws The reason given to `release` or `releaseAll`, while waiting or before.
   */
  async open(owner: object, object: ObjectInfo): Promise<number> {
    // The task may have ended in the turn in which it was found.
    this.#lifetime.signal.throwIfAborted();
    const claim: Claim = { owner, controller: new AbortController() };
    const { signal } = claim.controller;
    this.#claims.add(claim);
    try {
      await this.#slots.acquire(signal);
    } catch (reason) {
      this.#claims.delete(claim);
      throw reason;
    }
    if (signal.aborted) {
      // The slot was handed over in the same turn in which it was given up.
      this.#claims.delete(claim);
      this.#slots.release();
      throw signal.reason;
    }
    const pipeId = this.#lowestFreeId();
    const pipe = new Pipe({ ...this.#options, object, pipeId, signal });
    claim.pipe = pipe;
    this.#byId.set(pipeId, claim);
    onAbort(signal, () => this.#drop(claim, "failed"));
    this.#options.observer.opened(object);
    this.#scanLater();
    try {
      await pipe.open();
    } catch (error) {
      this.#drop(claim, "failed");
      throw error;
    }
    return pipeId;
  }

  /**
   * Write to a pipe of the owner's.
   *
   * @throws {PipeException} There is no such pipe, it is not open, or it fails.
   */
  async write(
    owner: object,
    id: number,
    data: Uint8Array | string,
  ): Promise<void> {
    const { pipe } = this.#find(owner, id) ?? {};
    if (!pipe) throw new PipeException(`Write pipe with id ${id} not found`);
    await pipe.write(data);
  }

  /**
   * Close a pipe of the owner's and free its slot.
   *
   * @returns What the pipeline made of the object.
   * @throws {PipeException} There is no such pipe.
   */
  async close(owner: object, id: number): Promise<PipelineResult> {
    const claim = this.#find(owner, id);
    const pipe = claim?.pipe;
    if (!claim || !pipe?.isOpen) {
      throw new PipeException(`Close pipe with id ${id} not found`);
    }
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
    await Promise.all(claims.map(({ pipe }) => pipe?.settled()));
  }

  #find(owner: object, id: number): Claim | undefined {
    const claim = this.#byId.get(id);
    return claim?.owner === owner ? claim : undefined;
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
    this.#options.observer.at(pipe.id, undefined);
    this.#options.observer.ended(outcome, pipe.size);
    this.#slots.release();
    if (this.#byId.size === 0) {
      this.#stopScan?.();
      this.#stopScan = undefined;
    }
  }

  #scanLater(): void {
    const scan = (): void => {
      this.#stopScan = undefined;
      this.#reap();
      if (this.#byId.size > 0) this.#scanLater();
    };
    const { clock } = this.#options;
    this.#stopScan ??= clock.after(SCAN_MS, scan, { ref: false });
  }

  /** Abandon pipes that nobody used for a minute. */
  #reap(): void {
    const now = this.#options.clock.now();
    for (const { pipe, controller } of [...this.#byId.values()]) {
      const since = pipe?.idleSince;
      if (since === undefined || now - since <= IDLE_MS) continue;
      controller.abort(new PipeException("Pipe was idle for too long"));
    }
  }
}
