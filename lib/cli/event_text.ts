import type { StreamedEvent } from "../../mod.ts";
import type { LogGap } from "../../lib/admin/mod.ts";
import { EVENT_BITS } from "../../schema/mod.ts";
import { UsageError, withUsage } from "./failures.ts";
import { type Colors, oneLine } from "./output.ts";

const KINDS = Object.keys(EVENT_BITS).map((it) => it.toLowerCase());

/** The kinds of events, for the help of a command. */
export const EVENT_KINDS: string = `\nKinds: ${
  KINDS.slice(0, 6).join(", ")
},\n${KINDS.slice(6).join(", ")}.\n`;

/** The result of a subscription; for an unknown event the error has all kinds. */
export async function withKinds<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await withUsage(call);
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Cannot subscribe to unknown event .*?(?=; a kind of )/s
      .exec(message)?.[0];
    if (unknown === undefined) throw error;
    throw new UsageError(unknown, `kinds are ${KINDS.join(", ")}`);
  }
}

/** An event with its number and the time of its arrival. */
export interface StampedEvent {
  readonly index: number;
  readonly time: Date;
  readonly event: StreamedEvent | LogGap;
}

/** An event as JSON. */
export function eventJson({ index, time, event }: StampedEvent): object {
  const at = { index, time: time.toISOString() };
  if (event.type === "gap") return { ...at, gap: event };
  return { ...at, event: event.event, body: event.body };
}

/** An event in one line: time, number, name, and the parts of its body. */
export function eventText(
  { index, time, event }: StampedEvent,
  colors: Colors,
): string {
  const clock = time.toISOString().slice(11, 23);
  const head = `${colors.dim(clock)}  ${String(index).padStart(5)}  `;
  if (event.type === "gap") {
    return head + colors.yellow(`events may be missing: ${event.reason}`);
  }
  const cells = Object.entries(event.body ?? {}).sort()
    .filter(([name]) => !name.startsWith("__"))
    .map(([name, value]) =>
      `${colors.dim(`${oneLine(name)}:`)} ${cell(value)}`
    );
  return `${head}${colors.cyan(oneLine(event.event))}  ${cells.join("  ")}`;
}

/** A value in a few characters; for arrays and objects, their size. */
function cell(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.keys(value).length}}`;
  }
  const text = oneLine(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
