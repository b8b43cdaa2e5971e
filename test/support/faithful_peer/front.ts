import type { Engine } from "../../../lib/engine/engine.ts";
import type { Generation } from "./generation.ts";
import type { Pace } from "./pace.ts";
import type { Places } from "./places.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { TaskRegistry } from "./task_registry.ts";

/** What all connections of a peer share. */
export interface Front {
  /** The engine behind it. */
  readonly engine: Engine;
  /** Which servers it behaves like. */
  readonly generation: Generation;
  /** Where chance comes from. */
  readonly random: SeededRandom;
  /** How long each step takes. */
  readonly pace: Pace;
  /** The places of sockets that have not logged in. */
  readonly places: Places;
  /** The tasks. */
  readonly tasks: TaskRegistry;
  /** What waits for ever; rejects when the peer is closed. */
  readonly never: Promise<never>;
}
