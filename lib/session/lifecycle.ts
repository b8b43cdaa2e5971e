import { coreOf } from "./core.ts";
import type { LifecycleEvent, Session } from "./session.ts";

/** How many events wait for a slow reader; the oldest are dropped. */
const MOST_WAITING = 64;

/**
 * Watch the connection of a session: connected, disconnected, reconnecting,
 * ended.
 *
 * Begins with `connected` if the session is connected, closes after `ended`. A
 * slow reader keeps the latest 64 events.
 *
 * @param session A session from {@linkcode connect}.
 * @returns The events, in order. Cancelling the stream ends only the stream.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, lifecycle } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const stream = lifecycle(session);
 * await close(session);
 * const seen: string[] = [];
 * for await (const { type } of stream) seen.push(type);
 * assertEquals(seen, ["connected", "disconnected", "ended"]);
 * await engine.close();
 * ```
 */
export function lifecycle(session: Session): ReadableStream<LifecycleEvent> {
  const core = coreOf(session);
  let waiting: LifecycleEvent[] = [];
  let stop: () => void;

  function flush(
    controller: ReadableStreamDefaultController<LifecycleEvent>,
  ): void {
    while (waiting.length > 0 && (controller.desiredSize ?? 0) > 0) {
      const event = waiting.shift()!;
      controller.enqueue(event);
      if (event.type === "ended") {
        stop();
        return controller.close();
      }
    }
  }

  return new ReadableStream<LifecycleEvent>({
    start(controller): void {
      function observe(event: LifecycleEvent): void {
        waiting = [...waiting, event].slice(-MOST_WAITING);
        flush(controller);
      }
      stop = (): void => void core.observers.delete(observe);
      core.observers.add(observe);
      if (core.ready) {
        observe({ type: "connected", info: core.info });
      } else if (core.signal.aborted) {
        core.closed.then((end) => observe({ type: "ended", end }));
      }
    },
    pull(controller): void {
      flush(controller);
    },
    cancel(): void {
      stop();
    },
  });
}
