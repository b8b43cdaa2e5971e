import type { SeededRandom } from "../support/faithful_peer/seeded_random.ts";
import type { Json } from "./mutate.ts";

/** What is made of a corpus, and what must hold for all of it. */
export interface FuzzTarget {
  /** The target's name, and its corpus's. */
  readonly name: string;
  /** How many cases are run in CI, besides the corpus itself. */
  readonly share: number;
  /** Its part of a long run, beside the other targets' parts. */
  readonly weight: number;
  /** Change an entry of the corpus, to which a case is as one of the kind. */
  mutate(random: SeededRandom, entry: Json): Json;
  /** Make what cases are run with. */
  open(): Promise<FuzzRig>;
}

/** What cases of a target are run with, one after the other. */
export interface FuzzRig extends AsyncDisposable {
  /** Run a case; rejects where something does not hold. */
  run(entry: Json): void | Promise<void>;
}

/** A rig that has nothing to release. */
export function plainRig(run: FuzzRig["run"]): Promise<FuzzRig> {
  const dispose = (): Promise<void> => Promise.resolve();
  return Promise.resolve({ run, [Symbol.asyncDispose]: dispose });
}
