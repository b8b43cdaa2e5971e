import { ignore } from "../async.ts";
import { checkCallOptions } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { type EventType, readTypes } from "./event_type.ts";
import { type Subscriber, subscriptionsOf } from "./subscriptions.ts";
import {
  type MonitorKey,
  type MonitorTarget,
  resolveTarget,
} from "./target.ts";

/** What was last set for a key, so that it can be replaced. */
interface Choice {
  readonly key: MonitorKey;
  readonly subscriber: Subscriber;
}

const choices = new WeakMap<SessionCore, Map<string, Choice>>();

/**
 * Choose which events of a task reach the session's `onEvent`.
 *
 * Replaces an earlier choice for the same target. Streams of
 * {@linkcode events} keep their events. After a reconnect the choice is
 * made again.
 *
 * @param session A session from {@linkcode connect}.
 * @param target A task or its token, a project's source, a pipe, or `"*"`.
 * @param types The kinds or names of events; none ends the choice.
 * @param options See {@linkcode CallOptions}.
 * @throws {RangeError} An event's name is unknown. Nothing was sent.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, setEvents, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const seen: string[] = [];
 * const engine = createEngine();
 * const session = await connect({
 *   transport: engine.transport(),
 *   auth: "key",
 *   onEvent: ({ event }) => seen.push(event),
 * });
 * const task = await use(session, { pipeline });
 * await setEvents(session, task, ["apaevt_status_update"]);
 * assertEquals(seen, ["apaevt_status_update"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function setEvents(
  session: Session,
  target: MonitorTarget,
  types: Iterable<EventType>,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "setEvents(session, target, types, { timeout })");
  const core = coreOf(session);
  const { types: kinds } = readTypes(types);
  const key = await resolveTarget(core, target, options);
  const table = subscriptionsOf(core);
  let chosen = choices.get(core);
  if (!chosen) choices.set(core, chosen = new Map());
  const subscriber: Subscriber = { types: kinds, onGap: ignore };
  const isChoice = kinds.length > 0;
  // The new one first: what both want is never interrupted.
  if (isChoice) await table.add(key, subscriber, options);
  // Only now: another call may have chosen meanwhile.
  const before = chosen.get(key.id);
  if (isChoice) chosen.set(key.id, { key, subscriber });
  else chosen.delete(key.id);
  if (before) await table.remove(before.key, before.subscriber);
}

/**
 * End everything that is watched on a session: the choices of
 * {@linkcode setEvents}, and the streams of {@linkcode events}, which close
 * once what has arrived was read.
 *
 * Resolves when the engine has answered. It does not reject if the engine
 * refuses or cannot be reached: this side watches nothing any more.
 * Official clients call it `clear_all_monitors`.
 *
 * @param session A session from {@linkcode connect}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { clearEvents, close, connect, events } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const stream = await events(session, "*", { types: ["dashboard"] });
 * await clearEvents(session);
 * assertEquals(await Array.fromAsync(stream), []);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function clearEvents(session: Session): Promise<void> {
  const core = coreOf(session);
  choices.delete(core);
  await subscriptionsOf(core).clear();
}
