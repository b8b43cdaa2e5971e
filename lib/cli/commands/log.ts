import { Command } from "commander";
import type { EventType } from "../../../mod.ts";
import {
  getLogChapters,
  listLogStreams,
  type LogOptions,
  readLog,
} from "../../../lib/admin/mod.ts";
import { EVENT_KINDS, eventJson, eventText, withKinds } from "../event_text.ts";
import { dateText, isoTime } from "../output.ts";
import { examples } from "../connection.ts";
import {
  type ConnectionFlags,
  type Run,
  UsageError,
  wholeNumber,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly team?: string;
  readonly deployed?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly count?: string;
  readonly follow?: boolean;
  readonly runs?: boolean;
  readonly streams?: boolean;
}

/** `log`: the events that an engine has recorded. */
export function logCommand(): Command {
  const command = new Command("log")
    .description("Print the events of a source that the engine has recorded.")
    .argument("<project>", "the project's id")
    .argument("<source>", "the id of the source component")
    .argument("[types]", "kinds or names, separated by commas", "all")
    .option("--team <id>", "read the runs of a team")
    .option("--deployed", "read deployed runs, not development runs")
    .option("--since <time>", "a date, or how long ago: 90s, 15m, 2h, 7d")
    .option("--until <time>", "the end, in the same form")
    .option("--count <number>", "end after this number of events")
    .option("-f, --follow", "also print new events, as they happen")
    .option("--runs", "list the runs instead")
    .option("--streams", "list the logs of the source instead")
    .addHelpText(
      "after",
      examples([
        ["rocketride log reports webhook_1 --since 1h", "the last hour"],
        ["rocketride log reports webhook_1 output --follow", "one kind, live"],
        ["rocketride log reports webhook_1 --runs", "when it ran"],
      ]) + EVENT_KINDS,
    );
  return withAction<Flags>(
    withConnection(command),
    async (run, [projectId = "", source = "", types = "all"]) => {
      const { flags, signal } = run;
      const options = {
        projectId,
        source,
        teamId: flags.team,
        ...(flags.deployed && { runKind: "deploy" as const }),
        signal,
      };
      if (flags.streams) return await printStreams(run, options);
      if (flags.runs) return await printRuns(run, options);
      await printEvents(run, options, types);
    },
  );
}

async function printEvents(
  run: Run<Flags>,
  options: LogOptions,
  words: string,
): Promise<void> {
  const { out, flags } = run;
  const { follow: live = false } = flags;
  const since = timeOf("--since", flags.since);
  const until = timeOf("--until", flags.until);
  const most = wholeNumber("--count", flags.count) ?? Infinity;
  const session = await run.connect({
    persist: live,
    onState: (text): void => void (text && out.note(text)),
  });
  const types = words.split(",").map((it) => it.trim() as EventType);
  const events = await withKinds(() =>
    readLog(session, {
      ...options,
      types,
      live,
      ...(since && { from: { time: since } }),
      ...(until && { to: { time: until } }),
    })
  );
  let index = 0;
  if (most === 0) return await events.cancel();
  for await (const event of events) {
    const seconds = event.type === "event" ? event.body?.eventTime : undefined;
    const time = new Date(isoTime(seconds) ?? Date.now());
    const stamped = { index: ++index, time, event };
    await out.item(eventJson(stamped));
    await out.line(eventText(stamped, out.colors));
    if (index >= most) break;
  }
}

async function printRuns(
  run: Run<Flags>,
  options: LogOptions,
): Promise<void> {
  const { out } = run;
  const session = await run.connect();
  const overview = await getLogChapters(session, options);
  await out.item(overview);
  if (overview.chapters.length === 0) return await out.line("No runs found");
  await out.table(
    ["BEGAN", "ENDED", "OUTCOME", "FIRST EVENT"],
    overview.chapters.map(({ beginTime, endTime, outcome, beginSeq }) => [
      dateText(beginTime),
      endTime === null ? "runs" : dateText(endTime),
      outcome ?? "-",
      String(beginSeq),
    ]),
  );
}

async function printStreams(
  run: Run<Flags>,
  options: LogOptions,
): Promise<void> {
  const { out } = run;
  const session = await run.connect();
  const streams = await listLogStreams(session, options);
  await out.item({ streams });
  if (streams.length === 0) return await out.line("No logs found");
  await out.table(
    ["TEAM", "NAME", "KIND", "RUNS", "FROM", "TO"],
    streams.map(({ teamId, teamName, runKind, chapters, ...times }) => [
      teamId || "-",
      teamName ?? "-",
      runKind ?? "-",
      String(chapters.length),
      dateText(times.startTime),
      dateText(times.endTime),
    ]),
  );
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
};

/** Read a date, or a duration before now. */
function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const date = count === undefined
    ? new Date(text)
    : new Date(Date.now() - Number(count) * UNITS[unit!]! * 1_000);
  if (Number.isFinite(date.getTime())) return date;
  throw new UsageError(
    `Cannot use ${name} "${text}": expected a date, or such as 15m or 2h`,
  );
}
