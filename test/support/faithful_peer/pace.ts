// deno-lint-ignore no-external-import -- a turn without the millisecond of a timer
import { setImmediate } from "node:timers";
import type { SeededRandom } from "./seeded_random.ts";

/** After so many waits, waits get shorter: long runs must end some day. */
const SHORTER_AFTER = 400;
const SHORTEST_AFTER = 4_000;

/** How long the server takes for each of its steps: never twice the same. */
export interface Pace {
  /** Wait for a random time: none, some turns of the event loop, or longer. */
  pause(): Promise<void>;
  /** The same, but never without a turn of the event loop. */
  turn(): Promise<void>;
  /** End all waits now, and those to come at once. */
  stop(): void;
}

/** Make a pace that follows from random numbers. */
export function seededPace(random: SeededRandom): Pace {
  const waiting = new Map<ReturnType<typeof setTimeout>, () => void>();
  let waits = 0;
  let stopped = false;

  function wait(ms: number): Promise<void> {
    if (stopped) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = setTimeout(() => {
      waiting.delete(id);
      resolve();
    }, ms);
    waiting.set(id, resolve);
    return promise;
  }

  /** A random wait, of one turn at least. */
  async function turn(): Promise<void> {
    waits++;
    const isShort = waits > SHORTER_AFTER;
    const isShortest = waits > SHORTEST_AFTER;
    if (!isShortest && random.chance(isShort ? 0.1 : 0.25)) {
      return await wait(isShort ? 1 : random.whole(1, 4));
    }
    const turns = random.whole(1, isShort ? 2 : 4);
    for (let at = 0; at < turns && !stopped; at++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  return {
    turn,
    async pause(): Promise<void> {
      waits++;
      const none = waits > SHORTEST_AFTER ? 0.8 : 0.3;
      if (!random.chance(none)) await turn();
    },
    stop(): void {
      stopped = true;
      for (const [id, resolve] of waiting) {
        clearTimeout(id);
        resolve();
      }
      waiting.clear();
    },
  };
}
