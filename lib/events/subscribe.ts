import type { SessionCore } from "../session/core.ts";
import { EventSubscription } from "./event_subscription.ts";
import { readTypes } from "./event_type.ts";
import type { EventsOptions } from "./events.ts";
import { resolveTarget } from "./_monitor_key.ts";
import type { MonitorTarget } from "./monitor_target.ts";

const DEFAULT_HIGH_WATER_MARK = 1_024;

/**
 * Begin to gather events; resolves when the engine has acknowledged it. The
 * reader gets nothing before the subscription is opened.
 */
export async function subscribe(
  core: SessionCore,
  target: MonitorTarget,
  options: EventsOptions,
): Promise<EventSubscription> {
  const wanted = readTypes(options.types);
  const highWaterMark = options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK;
  if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
    throw new RangeError(
      `Cannot queue ${highWaterMark} events: expected a whole number above 0`,
    );
  }
  options.signal?.throwIfAborted();
  const key = await resolveTarget(core, target, options);
  const subscription = new EventSubscription(core, key, wanted, {
    highWaterMark,
    overflow: options.overflow ?? "error",
  });
  await subscription.start(options);
  return subscription;
}
