import type { StreamedEvent } from "../../mod.ts";

/** Read until an item fits; the stream stays open, and keeps the rest. */
export async function readUntil(
  stream: ReadableStream<StreamedEvent>,
  fits: (event: StreamedEvent) => boolean,
): Promise<StreamedEvent[]> {
  const seen: StreamedEvent[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    seen.push(value);
    if (fits(value)) break;
  }
  reader.releaseLock();
  return seen;
}

/** What a task did, in an event; the kind of any other item. */
export function actionOf(event: StreamedEvent): unknown {
  return event.type === "event" ? event.body?.action : event.type;
}

/** Whether it tells that a task, or its object, is at its end. */
export function isEnd(event: StreamedEvent): boolean {
  return actionOf(event) === "end";
}
