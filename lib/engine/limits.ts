import type { OptionNames } from "../check.ts";

/**
 * What an engine takes and keeps at most. Each is a whole number of 1 or more;
 * bytes and milliseconds may be `Infinity`.
 */
export interface EngineLimits {
  /**
   * The greatest number of pipes of a task, 1 to 64; also how many a task
   * gets when its start does not say.
   *
   * @default {64}
   */
  readonly maxPipes?: number;
  /**
   * The greatest number of bytes of one object. Real engines bound messages
   * alone, so streams may be endless unless this says otherwise.
   *
   * @default {Infinity}
   */
  readonly maxObjectBytes?: number;
  /**
   * Milliseconds without a request after which a pipe is closed and its slot
   * freed; looked at twice in that time.
   *
   * @default {60_000}
   */
  readonly pipeIdleTimeout?: number;
  /**
   * Milliseconds that nodes get to stop work when their task ends, and as many
   * to release what they hold.
   *
   * @default {1_000}
   */
  readonly stopTimeout?: number;
  /**
   * The greatest number of tasks that have ended and whose last status can
   * still be read. The oldest are forgotten first.
   *
   * @default {1_000}
   */
  readonly maxEndedTasks?: number;
  /**
   * The greatest size of the pipelines of ended tasks, in characters of JSON.
   * The one that ended last is kept in any case.
   *
   * @default {67_108_864}
   */
  readonly maxEndedSize?: number;
  /**
   * Milliseconds for which an ended task is remembered.
   *
   * @default {300_000}
   */
  readonly endedTaskTime?: number;
  /**
   * The greatest number of bytes of the logs of events; the oldest are deleted
   * first.
   *
   * @default {67_108_864}
   */
  readonly maxLogBytes?: number;
  /**
   * The greatest number of waves that an agent may be given, 1 to 50; each
   * asks its model once. One that does not say gets 10, or this if it is less.
   *
   * @default {50}
   */
  readonly maxWaves?: number;
  /**
   * The greatest number of bytes of one message, 1 to 262,144,000.
   *
   * @default {262_144_000}
   */
  readonly maxMessageBytes?: number;
  /**
   * How deeply the JSON of a message may be nested, 1 to 1,000 levels.
   *
   * @default {256}
   */
  readonly maxDepth?: number;
  /**
   * The greatest number of requests of one connection that are not answered
   * yet; further ones are refused.
   *
   * @default {4_096}
   */
  readonly maxPendingRequests?: number;
  /**
   * The greatest number of bytes of the requests of one connection that are
   * not answered yet; further ones are refused.
   *
   * @default {262_144_000}
   */
  readonly maxPendingBytes?: number;
  /**
   * The greatest number of bytes that wait for a client which does not read,
   * on one socket; it is then closed with code 1013. One message may be larger.
   *
   * @default {67_108_864}
   */
  readonly maxUnreadBytes?: number;
  /**
   * The greatest number of sockets of one address that have not logged in;
   * further ones are refused with HTTP 403. Where the platform does not tell
   * addresses, all sockets count together.
   *
   * @default {10}
   */
  readonly maxUnauthenticated?: number;
  /**
   * What may wait on a socket that has not logged in, in either direction, in
   * bytes: a larger message closes it with code 1009, and so does more on its
   * way to a client that does not read, with 1013. Deno and Bun hold a message
   * until it is whole, and then it counts.
   *
   * @default {65_536}
   */
  readonly maxStrangerBytes?: number;
  /**
   * Milliseconds that a client has to log in before its socket is closed.
   *
   * @default {30_000}
   */
  readonly loginTimeout?: number;
  /**
   * The greatest number of bytes of HTTP requests that are held whole at once,
   * such as forms and pipelines; further ones are answered with 503. Requests
   * that need no login may hold 32 MiB of it.
   *
   * @default {268_435_456}
   */
  readonly maxHeldBytes?: number;
}

/** The greatest message that sockets take on any platform: 250 MiB. */
export const MAX_MESSAGE_BYTES = 262_144_000;
const MIB = 1024 * 1024;

/** The limits: the default of each, and the greatest value that it may have. */
export const LIMITS: Readonly<
  Record<keyof EngineLimits, readonly [value: number, most: number]>
> = Object.freeze({
  maxPipes: [64, 64],
  maxObjectBytes: [Infinity, Infinity],
  pipeIdleTimeout: [60_000, Infinity],
  stopTimeout: [1_000, Infinity],
  maxEndedTasks: [1_000, Infinity],
  maxEndedSize: [64 * MIB, Infinity],
  endedTaskTime: [300_000, Infinity],
  maxLogBytes: [64 * MIB, Infinity],
  maxWaves: [50, 50],
  maxMessageBytes: [MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES],
  maxDepth: [256, 1_000],
  maxPendingRequests: [4_096, Infinity],
  maxPendingBytes: [MAX_MESSAGE_BYTES, Infinity],
  maxUnreadBytes: [64 * MIB, Infinity],
  maxUnauthenticated: [10, Infinity],
  maxStrangerBytes: [64 * 1024, Infinity],
  loginTimeout: [30_000, Infinity],
  maxHeldBytes: [256 * MIB, Infinity],
});

const NAMES = Object.keys(LIMITS) as (keyof EngineLimits)[];

/** The names of the limits, for a check of options. */
export const LIMIT_NAMES = Object.fromEntries(
  NAMES.map((name) => [name, 1]),
) as OptionNames<EngineLimits>;

/**
 * Fill in the defaults of limits.
 *
 * @throws {RangeError} One is out of range.
 */
export function readLimits(given: EngineLimits): Required<EngineLimits> {
  return Object.fromEntries(
    NAMES.map((name) => [name, readLimit(name, given[name])]),
  ) as Required<EngineLimits>;
}

function readLimit(name: keyof EngineLimits, given?: number): number {
  const [fallback, most] = LIMITS[name];
  const value = given ?? fallback;
  const isWhole = Number.isInteger(value) || value === Infinity;
  if (isWhole && value >= 1 && value <= most) return value;
  const range = most === Infinity ? "1 or more" : `1 to ${most}`;
  throw new RangeError(`Cannot use ${name} of "${value}": must be ${range}`);
}
