/// <reference lib="dom" />
/**
 * Thousands of events may arrive in a second, each in a message of its own, which
 * leaves a page no time to render. So a worker with a session of its own receives
 * them, and passes them on in batches.
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

/** The most events in a batch; the others wait in the session. */
const MOST_IN_BATCH = 1_000;

/** The most events that wait in the session; then the oldest are dropped. */
const MOST_WAITING = 10_000;

/** All kinds except messages of debuggers. */
const KINDS: readonly EventKind[] = [
  "SUMMARY",
  "DETAIL",
  "OUTPUT",
  "FLOW",
  "TASK",
  "SSE",
  "DASHBOARD",
];

/** An event, and the time of its arrival in Unix milliseconds. */
export type TimedEvent = readonly [at: number, event: StreamedEvent];

/** A message of the worker. */
type Report =
  | { readonly type: "ready" }
  | { readonly type: "events"; readonly batch: readonly TimedEvent[] }
  | { readonly type: "failed"; readonly reason: string };

/** Callbacks for the messages of the worker. */
export interface EventListeners {
  /** The subscription has begun. */
  onReady(): void;
  /** Events have arrived; the next batch waits until this returns. */
  onEvents(batch: readonly TimedEvent[]): void;
  /** The subscription has failed. */
  onFailure(reason: string): void;
}

/** What a worker and its global scope have in common. */
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
 * @param address The address of the page's session, with its key.
 * @param listeners See {@linkcode EventListeners}.
 * @returns A function that ends the subscription.
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

/** Run in the worker: wait for the address, then pass events on. */
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
    // Some browsers cannot iterate over a stream.
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
    // The timer ends with the worker.
    setInterval(flush, BATCH_MS);
    receive(data as Address)
      .catch((error) => report({ type: "failed", reason: reasonOf(error) }));
  });
}

/** The page's policy allows only this name to create script addresses. */
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
