/// <reference lib="dom" />
/**
 * Events come by the thousand, each in a message of its own, and a page that
 * receives them has no time left to draw. They are received in a worker with a
 * session of its own, which hands them over in batches.
 */
import {
  connect,
  type EventKind,
  events,
  type StreamedEvent,
} from "@rocketride/streams";
import { type Address, connectOptions } from "./address.ts";
import { reasonOf } from "./format.ts";

/** Milliseconds between two batches. */
const BATCH_MS = 50;

/** Events of a batch at most; the others wait in the session. */
const MOST_IN_BATCH = 1_000;

/** Events that may wait in the session; beyond that the oldest are left out. */
const MOST_WAITING = 10_000;

/** All but what debuggers say to each other. */
const KINDS: readonly EventKind[] = [
  "SUMMARY",
  "DETAIL",
  "OUTPUT",
  "FLOW",
  "TASK",
  "SSE",
  "DASHBOARD",
];

/** An event, and when it came, in Unix milliseconds with fractions. */
export type TimedEvent = readonly [at: number, event: StreamedEvent];

/** What the worker says. */
type Report =
  | { readonly type: "ready" }
  | { readonly type: "events"; readonly batch: readonly TimedEvent[] }
  | { readonly type: "failed"; readonly reason: string };

/** Who is told what the worker says. */
export interface EventListeners {
  /** From here on no event is missed. */
  onReady(): void;
  /** Events have come; no others do before this returns. */
  onEvents(batch: readonly TimedEvent[]): void;
  /** There will be no events. */
  onFailure(reason: string): void;
}

/** The part of a worker, or of its inside, that both ends use. */
interface Port {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message",
    listener: (event: { readonly data: unknown }) => void,
  ): void;
}

/**
 * Receive all events of the engine.
 *
 * @param address What the session of the page connects to, with its key.
 * @param listeners See {@linkcode EventListeners}.
 * @returns Ends it.
 */
export function receiveEvents(
  address: Address,
  listeners: EventListeners,
): () => void {
  const script = document.querySelector("script[type=module]")!
    .textContent;
  const url = URL.createObjectURL(
    new Blob([script], { type: "text/javascript" }),
  );
  const worker = new Worker(trusted(url), { type: "module" });
  const port: Port = worker;
  const free = (): void => URL.revokeObjectURL(url);
  worker.addEventListener("message", free, { once: true });
  port.addEventListener("message", ({ data }) => {
    const report = data as Report;
    if (report.type === "failed") return listeners.onFailure(report.reason);
    if (report.type === "ready") return listeners.onReady();
    listeners.onEvents(report.batch);
    port.postMessage("next");
  });
  worker.addEventListener(
    "error",
    ({ message }) => listeners.onFailure(message),
  );
  port.postMessage(address);
  return () => worker.terminate();
}

/** The inside of the worker: wait for the address, then hand over events. */
export function sendEvents(port: Port): void {
  let batch: TimedEvent[] = [];
  let isAwaited = true;
  let resume = (): void => {};

  const report = (report: Report): void => port.postMessage(report);

  function flush(): void {
    if (!isAwaited || batch.length === 0) return;
    isAwaited = false;
    report({ type: "events", batch });
    batch = [];
    resume();
  }

  async function receive(address: Address): Promise<void> {
    const session = await connect(connectOptions(address));
    const stream = await events(session, "*", {
      types: KINDS,
      highWaterMark: MOST_WAITING,
      overflow: "drop-oldest",
    });
    report({ type: "ready" });
    const reader = stream.getReader();
    // Not every browser can loop over a stream.
    for (let next = await reader.read(); !next.done;) {
      batch.push([performance.timeOrigin + performance.now(), next.value]);
      if (batch.length >= MOST_IN_BATCH) {
        await new Promise<void>((resolve) => resume = resolve);
      }
      next = await reader.read();
    }
  }

  port.addEventListener("message", ({ data }) => {
    if (data === "next") return void (isAwaited = true);
    // It lasts as long as the worker.
    setInterval(flush, BATCH_MS);
    receive(data as Address)
      .catch((error) => report({ type: "failed", reason: reasonOf(error) }));
  });
}

/** The policy of the page lets this name alone make addresses of scripts. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as {
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): string };
    };
  };
  policy ??= trustedTypes?.createPolicy("events", {
    createScriptURL: (own) => own,
  });
  return policy?.createScriptURL(url) ?? url;
}

let policy: { createScriptURL(url: string): string } | undefined;
