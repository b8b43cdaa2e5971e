import {
  type EventGap,
  eventKindOf,
  type EventMessage,
  events,
  isEventOf,
  isKnownEvent,
  type KnownEvent,
  type Session,
  type StreamedEvent,
  type TaskStatus,
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
    same<typeof event.event, string>();
    // @ts-expect-error: only a gap has lost something
    void event.lost;
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
