import type {
  ComponentStats,
  SlowDocument,
  TaskStatus,
} from "../../../schema/task.ts";
import type { Clock } from "../../async.ts";
import type { FlowStep } from "./flow_trace.ts";

const MOST_DOCUMENTS = 10;
const MAX_NAME = 200;

/** An object in a pipe, and the components that it is in. */
interface OpenObject {
  readonly name: string;
  readonly since: number;
  readonly beginTime: number;
  readonly beginSeq: number | null;
  readonly frames: { readonly id: string; readonly since: number }[];
}

/** The status fields of tasks with a trace: how long what took. */
export class FlowStats {
  readonly #clock: Clock;
  readonly #components: Map<string, ComponentStats> = new Map();
  readonly #open: Map<number, OpenObject> = new Map();
  #slowest: readonly SlowDocument[] = [];
  #completionSeconds = 0;
  #idle = { seconds: 0, longest: 0, longestAt: 0 };
  /** Since when there was no object, once there was one. */
  #idleSince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Count a step; `seq` is its number in the log. */
  add(
    pipeId: number,
    path: readonly string[],
    step: FlowStep,
    seq: number | null,
  ): void {
    const now = this.#clock.now();
    const object = this.#open.get(pipeId);
    if (step.op === "begin") {
      this.#endIdle(now);
      this.#open.set(pipeId, {
        name: step.object.name.slice(0, MAX_NAME),
        since: now,
        beginTime: Date.now() / 1_000,
        beginSeq: seq,
        frames: [],
      });
    } else if (step.op === "enter") {
      object?.frames.push({ id: path.at(-1) ?? "", since: now });
    } else if (step.op === "leave") {
      const id = path.at(-1) ?? "";
      const at = object?.frames.findLastIndex((it) => it.id === id) ?? -1;
      const [frame] = at < 0 ? [] : object!.frames.splice(at, 1);
      if (frame) this.#count(id, (now - frame.since) / 1_000);
    } else if (object) {
      this.#open.delete(pipeId);
      if (this.#open.size === 0) this.#idleSince = now;
      const { name, since, beginTime, beginSeq } = object;
      const elapsed = (now - since) / 1_000;
      this.#completionSeconds += elapsed;
      this.#slowest = [...this.#slowest, { name, elapsed, beginTime, beginSeq }]
        .sort((a, b) => b.elapsed - a.elapsed).slice(0, MOST_DOCUMENTS);
    }
  }

  /** A pipe is gone, whether its object has ended or not. */
  abandon(pipeId: number): void {
    if (!this.#open.delete(pipeId) || this.#open.size > 0) return;
    this.#idleSince = this.#clock.now();
  }

  /** The fields. */
  read(): Partial<TaskStatus> {
    return {
      componentStats: Object.fromEntries(this.#components),
      slowestDocs: [...this.#slowest],
      completionSeconds: this.#completionSeconds,
      idleSeconds: this.#idle.seconds,
      idleLongestSeconds: this.#idle.longest,
      idleLongestAt: this.#idle.longestAt,
    };
  }

  #count(id: string, seconds: number): void {
    const { calls = 0, totalSeconds = 0, maxSeconds = 0 } =
      this.#components.get(id) ?? {};
    this.#components.set(id, {
      calls: calls + 1,
      totalSeconds: totalSeconds + seconds,
      maxSeconds: Math.max(maxSeconds, seconds),
    });
  }

  #endIdle(now: number): void {
    if (this.#idleSince === undefined || this.#open.size > 0) return;
    const seconds = (now - this.#idleSince) / 1_000;
    this.#idleSince = undefined;
    this.#idle.seconds += seconds;
    if (seconds <= this.#idle.longest) return;
    this.#idle.longest = seconds;
    this.#idle.longestAt = Date.now() / 1_000 - seconds;
  }
}
