import {
  type EventKind,
  eventKindOf,
  type StreamedEvent,
} from "@rocketride/streams";
import { isRecord } from "@rocketride/streams/schema";

/** Events that are kept. */
const MOST_EVENTS = 2_000;

/** Characters of one event that are kept. */
const MOST_CHARACTERS = 4_000;

/** An event that was kept. */
export interface LogEntry {
  /** Its number, from 1. */
  readonly number: number;
  /** The time of its arrival, in Unix milliseconds. */
  readonly at: number;
  /** Its kind; `GAP` if events are missing. */
  readonly kind: EventKind | "GAP" | "OTHER";
  /** Its name. */
  readonly name: string;
  /** The id of its task; empty for events of the engine itself. */
  readonly taskId: string;
  /** The body, shortened if it is long. */
  readonly body: unknown;
  /** Its text; made when it is first shown. */
  text?: string;
}

/** The newest events. */
export class EventLog {
  readonly #ring: LogEntry[] = [];
  #total = 0;

  /** How many events have arrived. */
  get total(): number {
    return this.#total;
  }

  /** Remove all events. */
  clear(): void {
    this.#ring.length = 0;
    this.#total = 0;
  }

  /** Add an event with the time of its arrival, in Unix milliseconds. */
  add(at: number, event: StreamedEvent): void {
    const number = ++this.#total;
    this.#ring[number % MOST_EVENTS] = event.type === "gap"
      ? gap(number, at, event)
      : {
        number,
        at,
        kind: eventKindOf(event.event) ?? "OTHER",
        name: event.event,
        taskId: String(event.body?.__id ?? ""),
        body: kept(event.body),
      };
  }

  /**
   * Find the newest events that satisfy a condition, newest first.
   *
   * @param until The number of the newest one to look at.
   */
  find(
    most: number,
    isWanted: (entry: LogEntry) => boolean,
    until: number = this.#total,
  ): LogEntry[] {
    const found: LogEntry[] = [];
    const first = Math.max(1, this.#total - MOST_EVENTS + 1);
    for (let at = until; at >= first && found.length < most; at--) {
      const entry = this.#ring[at % MOST_EVENTS];
      if (entry?.number === at && isWanted(entry)) found.push(entry);
    }
    return found;
  }
}

/** The text of an event, in one line. */
export function textOf(entry: LogEntry): string {
  return entry.text ??= describe(entry).replace(/\s+/g, " ").trim();
}

function describe({ name, body }: LogEntry): string {
  if (!isRecord(body)) return "";
  switch (name) {
    case "apaevt_flow": {
      const { op, pipes, trace } = body;
      const at = Array.isArray(pipes) ? String(pipes.at(-1) ?? "") : "";
      const { lane, error, result } = isRecord(trace) ? trace : {};
      const failure = isRecord(error) ? error.message : error;
      const parts = [at, lane, failure ?? (result === "error" ? result : "")];
      return `${op} ${parts.filter(Boolean).join(" · ")}`;
    }
    case "apaevt_status_update":
      return `${body.completed ? "ended" : body.status || "running"} · ` +
        `${body.completedCount} done, ${body.failedCount} failed`;
    case "apaevt_status_counts":
      return `${body.completedCount} done, ${body.failedCount} failed`;
    case "apaevt_status_object":
      return String(body.object);
    case "output":
      return String(body.output);
    case "apaevt_sse": {
      const { message } = isRecord(body.data) ? body.data : {};
      return `${body.type}: ${message ?? JSON.stringify(body.data ?? "")}`;
    }
    case "apaevt_task":
      return [body.action, body.name].filter(Boolean).join(" ");
    case "apaevt_dashboard":
      return [body.action, body.clientName, body.taskId, body.key, body.reason]
        .filter(Boolean).join(" · ").replaceAll("_", " ");
  }
  return String(body.message ?? JSON.stringify(body));
}

function gap(
  number: number,
  at: number,
  { reason, lost }: Extract<StreamedEvent, { type: "gap" }>,
): LogEntry {
  const many = lost === undefined ? "Some events" : `${lost} events`;
  const text = reason === "overflow"
    ? `${many} were left out: more came than can be shown`
    : `${many} are missing: the connection was lost`;
  const body = { reason, lost };
  return { number, at, kind: "GAP", name: "gap", taskId: "", body, text };
}

/** A value, shortened if it is large. */
function kept(value: unknown): unknown {
  return left(value, MOST_CHARACTERS) >= 0
    ? value
    : cut(value, { left: MOST_CHARACTERS });
}

/** How many characters remain after a value; negative if it is too large. */
function left(value: unknown, characters: number): number {
  if (typeof value === "string") return characters - value.length - 1;
  characters -= 8;
  if (typeof value !== "object" || value === null) return characters;
  for (const name in value) {
    if (characters < 0) return characters;
    characters = left(value[name as keyof typeof value], characters);
  }
  return characters;
}

/** A copy of a value, shortened to a number of characters. */
function cut(value: unknown, room: { left: number }): unknown {
  if (typeof value === "string") {
    const text = value.slice(0, Math.max(0, room.left));
    room.left -= value.length + 1;
    return text.length < value.length ? `${text}…` : text;
  }
  room.left -= 8;
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? []
    : {};
  for (const name in value) {
    if (room.left <= 0) break;
    const member = value[name as keyof typeof value];
    (copy as Record<string, unknown>)[name] = cut(member, room);
  }
  return copy;
}
