/** Random numbers that follow from a seed alone. */
export interface SeededRandom {
  /** A number from 0 up to, and without, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** Whether something of that probability happens. */
  chance(probability: number): boolean;
}

/** Make random numbers from a seed, which is any text (xmur3 and sfc32). */
export function seededRandom(seed: string): SeededRandom {
  const state = Uint32Array.from([0, 1, 2, 3], (at) => hash(`${at}:${seed}`));

  function next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const sum = (a + b + d) | 0;
    state[3] = d + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  for (let round = 0; round < 15; round++) next();
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
  };
}

function hash(text: string): number {
  let value = 1_779_033_703 ^ text.length;
  for (const unit of text) {
    value = Math.imul(value ^ unit.codePointAt(0)!, 3_432_918_353);
    value = (value << 13) | (value >>> 19);
  }
  value = Math.imul(value ^ (value >>> 16), 2_246_822_507);
  return (value ^ (value >>> 13)) >>> 0;
}
