import { Command } from "commander";
import { events, type EventsOptions, type EventType } from "../../../mod.ts";
import { examples } from "../connection.ts";
import { LiveScreen } from "../live_screen.ts";
import {
  EVENT_KINDS,
  eventJson,
  eventText,
  type StampedEvent,
  withKinds,
} from "../event_text.ts";
import { oneLine } from "../output.ts";
import { appendFile } from "../platform.ts";
import {
  type ConnectionFlags,
  type Run,
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
    .argument("[types]", "kinds or names, separated by commas", "all")
    .option("--token <token>", "one task (default: all tasks)")
    .option("--log <file>", "append each event to a file as a line of JSON")
    .option("--count <number>", "end after this number of events")
    .addHelpText(
      "after",
      examples([
        ["rocketride events summary,task", "two kinds, of all tasks"],
        ["rocketride events flow --token tk_1234", "the path of each object"],
        ["rocketride events --json | jq .body", "a line for each event"],
      ]) + EVENT_KINDS,
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
  const stream = await withKinds(() =>
    events(
      session,
      flags.token ?? "*",
      {
        types: types.map((it) => it as EventType),
        signal,
        overflow: "drop-oldest",
        highWaterMark: 10_000,
      } satisfies EventsOptions,
    )
  );
  let index = 0;
  try {
    for await (const event of stream) {
      const stamped = { index: ++index, time: new Date(), event };
      kept.push(stamped);
      if (kept.length > KEPT) kept.shift();
      screen?.changed();
      await log?.({ type: "event", ...eventJson(stamped) });
      await out.item(eventJson(stamped));
      if (!screen) await out.line(eventText(stamped, out.colors));
      if (index >= most) break;
    }
  } finally {
    await log?.({ type: "end", time: new Date().toISOString(), events: index });
  }
}

/** Append lines of JSON to a file: one about the start, then the records. */
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
