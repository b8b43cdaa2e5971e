import type { Engine } from "../../lib/engine/engine.ts";
import {
  type FaithfulPeer,
  faithfulPeer,
} from "./faithful_peer/faithful_peer.ts";
import { type Generation, GENERATIONS } from "./faithful_peer/generation.ts";
import { testSeed } from "./test_seed.ts";

/** The faithful peer that tests of behaviour run against instead of an engine. */
export interface ChosenPeer {
  /** Where everything that is left to chance comes from. */
  readonly seed: string;
  /** Which servers it behaves like. */
  readonly generation: Generation;
}

/** The case that runs, and the peers that it has met. */
let title = "";
let peers: FaithfulPeer[] = [];

/**
 * The peer that the environment chooses: `TEST_PEER` is its generation, and its
 * seed that of the run. `undefined` is the embedded engine itself.
 */
export function chosenPeer(): ChosenPeer | undefined {
  const named = Deno.env.get("TEST_PEER");
  if (named === undefined || named === "") return undefined;
  const generation = GENERATIONS.find((it) => it === named);
  if (generation === undefined) {
    throw new RangeError(
      `TEST_PEER is "${named}": must be one of ${GENERATIONS.join(", ")}`,
    );
  }
  return { generation, seed: testSeed() };
}

/** Put the chosen peer before an engine; its chances are those of the case. */
export function peerBefore(engine: Engine, chosen: ChosenPeer): FaithfulPeer {
  const { generation } = chosen;
  const seed = `${chosen.seed}/${title}/${peers.length}`;
  const peer = faithfulPeer(engine, { seed, generation });
  peers.push(peer);
  return peer;
}

/** A case begins. */
export function beginCase(name: string): void {
  title = name;
  peers = [];
}

/** End the peers of the case; returns how many there were. */
export async function endCase(): Promise<number> {
  await Promise.all(peers.map((peer) => peer.close()));
  return peers.length;
}
