// deno-lint-ignore no-external-import -- all runtimes that are measured have it
import { readdirSync } from "node:fs";
import { drainMicrotasks } from "../support/fake_clock.ts";

/** What a process holds. */
export interface ProcessCounts {
  /** Bytes of objects that no collection gets rid of. */
  readonly heap: number;
  /** Bytes of memory that the system has given it. */
  readonly resident: number;
  /** Open files and sockets; `NaN` where the system does not tell. */
  readonly handles: number;
  /** Timers that are armed, since {@linkcode countTimers} was called. */
  readonly timers: number;
}

/** The parts of the runtimes that are needed here. */
interface Runtime {
  readonly process: {
    memoryUsage(): { readonly heapUsed: number; readonly rss: number };
  };
  readonly Bun?: { gc(synchronously: boolean): void };
  readonly gc?: () => void;
}

/** Collections until the heap is taken for what is really alive. */
const COLLECTIONS = 8;

const armed = new Set<unknown>();
let isCounting = false;

/** Count the timers that are armed from now on. */
export function countTimers(): void {
  if (isCounting) return;
  isCounting = true;
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const timers = globalThis as Record<string, unknown>;
  timers.setTimeout = (
    callback: (...args: unknown[]) => void,
    ms?: number,
    ...args: unknown[]
  ): unknown => {
    const id: unknown = setTimeout(() => {
      armed.delete(id);
      callback(...args);
    }, ms);
    armed.add(id);
    return id;
  };
  timers.setInterval = (
    callback: (...args: unknown[]) => void,
    ms?: number,
    ...args: unknown[]
  ): unknown => {
    const id = setInterval(() => callback(...args), ms);
    armed.add(id);
    return id;
  };
  timers.clearTimeout = (id: number): void => {
    armed.delete(id);
    clearTimeout(id);
  };
  timers.clearInterval = (id: number): void => {
    armed.delete(id);
    clearInterval(id);
  };
}

/**
 * Count what the process holds, once garbage is collected. That needs
 * `--expose-gc` where the runtime is not Bun; otherwise garbage counts, too.
 */
export async function processCounts(): Promise<ProcessCounts> {
  const { process } = globalThis as unknown as Runtime;
  let heap = Infinity;
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    // What is freed beside the program is freed in a later turn.
    await drainMicrotasks();
    heap = Math.min(heap, process.memoryUsage().heapUsed);
  }
  const resident = process.memoryUsage().rss;
  return { heap, resident, handles: openHandles(), timers: armed.size };
}

function collect(): void {
  const { Bun, gc } = globalThis as unknown as Runtime;
  if (Bun) Bun.gc(true);
  else gc?.();
}

function openHandles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return NaN; // not Linux
  }
}
