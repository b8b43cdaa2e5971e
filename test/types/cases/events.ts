import {
  type EventGap,
  eventKindOf,
  type EventMessage,
  type EventOf,
  events,
  isEventOf,
  isKnownEvent,
  type KnownEvent,
  type Session,
  type SessionCallbacks,
  type StreamedEvent,
  type TaskStatus,
  type TypedEvent,
  type UnknownEvent,
  watchTask,
} from "@rocketride/streams";
import { same } from "./_same.ts";

export async function streams(session: Session): Promise<void> {
  const task = { token: "tk_1" };
  const all = await events(session, "*", { types: ["ALL", "summary"] });
  same<typeof all, ReadableStream<StreamedEvent>>();
  await events(session, { projectId: "p", source: "*" }, { types: ["flow"] });
  await events(session, { token: "t", pipeId: 0 }, {
    types: new Set(["apaevt_sse"] as const),
    overflow: "drop-oldest",
  });
  for await (const event of all) {
    if (event.type === "gap") {
      same<typeof event, EventGap>();
      continue;
    }
    same<typeof event.type, "event">();
    if (event.event === "apaevt_status_update") {
      same<typeof event, EventOf<"apaevt_status_update">>();
      same<typeof event.body.completedCount, number>();
    }
    switch (event.event) {
      case "output":
        same<typeof event.body.output, string>();
        break;
      case "apaevt_task":
        same<
          typeof event.body.action,
          "running" | "begin" | "end" | "restart"
        >();
        break;
      case "apaevt_status_object":
        same<typeof event.body.size, number>();
        break;
    }
    if (isKnownEvent(event)) {
      same<typeof event, KnownEvent>();
      continue;
    }
    same<typeof event, UnknownEvent>();
    same<typeof event.body.anything, unknown>();
    // An unknown name is compared as a string.
    const name: string = event.event;
    if (name === "apaevt_of_tomorrow") continue;
    // @ts-expect-error: only a gap has lost something
    void event.lost;
  }
  for await (const { event, body } of all) {
    if (event === "apaevt_status_update") {
      same<typeof body.completedCount, number>();
    }
    // @ts-expect-error: a gap has no body
    void body.__id;
  }
  for await (const status of watchTask(session, task)) {
    same<typeof status, TaskStatus>();
    break;
  }
  // @ts-expect-error: who subscribes says to what
  await events(session, task);
  // @ts-expect-error: an unknown name
  await events(session, task, { types: ["apaevt_nothing"] });
  // @ts-expect-error: a project is watched by source
  await events(session, { projectId: "p" }, { types: ["all"] });
}

export function names(event: TypedEvent): unknown {
  switch (event.event) {
    case "apaevt_sse":
      return event.body.pipe_id.toFixed();
    // @ts-expect-error: a name that no event has
    case "apaevt_status":
      return undefined;
    default:
      return event.body.__id;
  }
}

/** What is known of events in callbacks. */
export const callbacks: SessionCallbacks = {
  onEvent(event): void {
    same<typeof event, TypedEvent>();
    if (event.event === "output") same<typeof event.body.output, string>();
  },
};

/** Callbacks for events of any kind fit, too. */
export const loose: SessionCallbacks = {
  onEvent: (event: EventMessage): unknown => event.body.anything,
};

export function bodies(event: EventMessage): string | undefined {
  if (isEventOf(event, "apaevt_status_update")) {
    same<typeof event.event, "apaevt_status_update">();
    return event.body.name;
  }
  if (isKnownEvent(event)) return knownBody(event);
  // @ts-expect-error: nobody knows what is in an unknown body
  void event.body.name.length;
  // @ts-expect-error: names are a closed set
  isEventOf(event, "apaevt_nothing");
  void eventKindOf(event.event);
  return undefined;
}

function knownBody(event: KnownEvent): string | undefined {
  switch (event.event) {
    case "apaevt_task":
      return event.body.action;
    case "apaevt_status_upload":
      return event.body.filepath;
    case "apaevt_sse":
      same<typeof event.body.pipe_id, number>();
      // @ts-expect-error: that is in the body of another event
      return event.body.filepath;
    default:
      return undefined;
  }
}
