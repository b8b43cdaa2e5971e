import { Command } from "commander";
import {
  events,
  type EventsOptions,
  type EventType,
  type StreamedEvent,
} from "../../../mod.ts";
import { examples } from "../help.ts";
import { LiveScreen } from "../live_screen.ts";
import { type Colors, oneLine } from "../output.ts";
import { appendFile } from "../platform.ts";
import {
  type ConnectionFlags,
  type Run,
  UsageError,
  wholeNumber,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly token?: string;
  readonly log?: string;
  readonly count?: string;
}

/** Events that the screen keeps. */
const KEPT = 200;

/** `events`: what happens in tasks. */
export function eventsCommand(): Command {
  const command = new Command("events")
    .description("Show events of all tasks, or of one, as they happen.")
    .argument("[types]", "kinds or names, with commas between", "all")
    .option("--token <token>", "one task (default: all tasks)")
    .option("--log <file>", "append each event to a file, as a line of JSON")
    .option("--count <number>", "end after so many events")
    .addHelpText(
      "after",
      examples([
        ["rocketride events summary,task", "two kinds, of all tasks"],
        ["rocketride events flow --token tk_1234", "the ways of objects"],
        ["rocketride events --json | jq .body", "a line for each event"],
      ]),
    );
  return withAction<Flags>(withConnection(command), watchEvents);
}

async function watchEvents(
  run: Run<Flags>,
  [words = "all"]: readonly string[],
): Promise<void> {
  const { out, flags, signal } = run;
  const most = wholeNumber("--count", flags.count) ?? Infinity;
  const types = words.split(",").map((it) => it.trim()).filter(Boolean);
  const kept: StampedEvent[] = [];
  let trouble: string | undefined = "Connecting...";
  const isLive = out.isTerminal && !out.wantsJson;
  using screen = isLive
    ? new LiveScreen(({ rows }) => [
      ...kept.slice(-(rows - 1)).map((it) => eventText(it, out.colors)),
      trouble
        ? out.colors.yellow(oneLine(trouble))
        : out.colors.dim(`${kept.at(-1)?.index ?? 0} events; Ctrl+C ends`),
    ])
    : undefined;
  const session = await run.connect({
    persist: isLive,
    onState(text): void {
      trouble = text;
      screen?.changed();
    },
  });
  trouble = undefined;
  const log = await openLog(flags.log, types);
  const stream = await subscribed(
    events(
      session,
      flags.token ?? "*",
      {
        types: types.map((it) => it as EventType),
        signal,
        overflow: "drop-oldest",
        highWaterMark: 10_000,
      } satisfies EventsOptions,
    ),
  );
  let index = 0;
  try {
    for await (const event of stream) {
      const stamped = { index: ++index, time: new Date(), event };
      kept.push(stamped);
      if (kept.length > KEPT) kept.shift();
      screen?.changed();
      await log?.({ type: "event", ...logged(stamped) });
      await out.item(logged(stamped));
      if (!screen) await out.line(eventText(stamped, out.colors));
      if (index >= most) break;
    }
  } finally {
    await log?.({ type: "end", time: new Date().toISOString(), events: index });
  }
}

/** An event with its number and the time of its arrival. */
interface StampedEvent {
  readonly index: number;
  readonly time: Date;
  readonly event: StreamedEvent;
}

/** A subscription, with the mistakes of its caller as wrong usage. */
async function subscribed<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Append lines of JSON to a file: one about the start, and what is given. */
async function openLog(
  file: string | undefined,
  types: readonly string[],
): Promise<((record: object) => Promise<void>) | undefined> {
  if (file === undefined) return undefined;
  const log = (record: object): Promise<void> =>
    appendFile(file, JSON.stringify(record) + "\n");
  await log({ type: "init", time: new Date().toISOString(), types });
  return log;
}

function logged({ index, time, event }: StampedEvent): object {
  const at = { index, time: time.toISOString() };
  if (event.type === "gap") return { ...at, gap: event };
  return { ...at, event: event.event, body: event.body };
}

/** An event in one line: time, number, name, and the parts of its body. */
function eventText(
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

/** A value in a few characters; of containers, how much is in them. */
function cell(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.keys(value).length}}`;
  }
  const text = oneLine(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
