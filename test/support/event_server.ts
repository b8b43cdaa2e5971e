import { events, type StreamedEvent } from "../../lib/events/events.ts";
import type { EventType } from "../../lib/events/event_type.ts";
import type { MonitorTarget } from "../../lib/events/target.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { drainMicrotasks } from "./fake_clock.ts";
import type { RequestMessage } from "../../schema/envelope.ts";
import { type PipeServer, pipeServer } from "./pipe_server.ts";
import type { Script } from "./scripted_server.ts";

/** The token of a task. */
export const ONE = "tk_11111111aaaa";
/** The token of another one. */
export const TWO = "tk_22222222bbbb";
/** Two tasks of two projects whose sources have the same name. */
const PROJECTS: Readonly<Record<string, string>> = { [ONE]: "p1", [TWO]: "p2" };

/** What an engine tells about one of them. */
export function statusOf(token: unknown, state = 3): Record<string, unknown> {
  return {
    project_id: PROJECTS[String(token)],
    source: "chat_1",
    state,
    completed: state > 3,
    __id: `${String(token).slice(3, 11)}.chat_1`,
  };
}

/** Start a scripted engine that has both, and takes every subscription. */
export function eventServer(
  script: Script = {},
  options: Partial<ConnectOptions> = {},
): Promise<PipeServer> {
  return pipeServer({
    rrext_get_task_status: ({ arguments: args }) => statusOf(args?.token),
    rrext_monitor: () => {},
    ...script,
  }, options);
}

/** What can be read now; cancels the stream. */
export async function readNow(
  stream: ReadableStream<StreamedEvent>,
): Promise<StreamedEvent[]> {
  const seen: StreamedEvent[] = [];
  const reader = stream.getReader();
  for (;;) {
    const read = reader.read();
    const next = await Promise.race([
      read,
      drainMicrotasks().then(() => undefined),
    ]);
    if (!next || next.done) {
      await reader.cancel();
      return seen;
    }
    seen.push(next.value);
  }
}

/** Watch a target for one kind of event. */
export function watched(
  { session }: PipeServer,
  target: MonitorTarget,
  type: EventType,
): Promise<ReadableStream<StreamedEvent>> {
  return events(session, target, { types: [type] });
}

/** The kinds that the engine was told last. */
export function lastKinds({ requests }: PipeServer): unknown {
  return requests.filter(({ command }) => command === "rrext_monitor")
    .at(-1)?.arguments?.types;
}

/** Whether a request ends a subscription. */
export function unsubscribes({ arguments: args }: RequestMessage): boolean {
  return Array.isArray(args?.types) && args.types.length === 0;
}
