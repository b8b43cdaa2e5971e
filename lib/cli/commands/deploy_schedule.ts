import { Command } from "commander";
import {
  pauseSchedule,
  previewSchedule,
  resumeSchedule,
  setSchedule,
} from "../../admin/mod.ts";
import { dateOf, deployVerb } from "../deploy_verb.ts";
import { oneLine } from "../output.ts";
import { wholeNumber, withUsage } from "../run.ts";

const SOURCE = [
  ["<project>", "the project's id"],
  ["<source>", "the id of the source component"],
] as const;

const TEAM = ["--team <id>", "the team (default: your own space)"] as const;

/** `deploy schedule`: when sources of deployments run. */
export function scheduleCommand(): Command {
  const command = new Command("schedule")
    .description("Set when the sources of deployments run.");
  for (const make of [set, pause, resume, preview]) command.addCommand(make());
  return command;
}

function set(): Command {
  return deployVerb({
    name: "set",
    description: "Set or clear the schedule of a source.",
    args: [...SOURCE, [
      "<cron>",
      "five fields, @daily and the like, or the word none",
    ]],
    options: [TEAM, ["--ttl <seconds>", "end a run after this time"]],
    async act(
      run,
      connect,
      [projectId = "", sourceId = "", cron],
    ): Promise<void> {
      const { out, flags, signal } = run;
      const schedule = cron === "none" ? undefined : cron;
      const ttl = wholeNumber("--ttl", flags.ttl);
      const session = await connect();
      const deployment = await withUsage(() =>
        setSchedule(
          session,
          { projectId, sourceId, teamId: flags.team },
          { schedule, ttl, signal },
        )
      );
      await out.line(
        schedule
          ? `Schedule set for ${projectId}/${sourceId}: ${schedule}`
          : `Schedule cleared for ${projectId}/${sourceId}.`,
      );
      await out.result({ deployment });
    },
  });
}

function change(
  name: string,
  done: string,
  description: string,
  act: typeof pauseSchedule,
): Command {
  return deployVerb({
    name,
    description,
    args: SOURCE,
    options: [TEAM],
    async act(
      { out, flags, signal },
      connect,
      [projectId = "", sourceId = ""],
    ): Promise<void> {
      const address = { projectId, sourceId, teamId: flags.team };
      const deployment = await act(await connect(), address, { signal });
      await out.line(`Schedule ${done} for ${projectId}/${sourceId}.`);
      await out.result({ deployment });
    },
  });
}

const pause = (): Command =>
  change("pause", "paused", "Pause a schedule, and keep it.", pauseSchedule);

const resume = (): Command =>
  change("resume", "resumed", "Go on with a paused schedule.", resumeSchedule);

function preview(): Command {
  return deployVerb({
    name: "preview",
    description: "Check a schedule, and show when it would run next.",
    args: [["<cron>", "five fields, or a word like @daily"]],
    options: [["--count <number>", "how many times", "5"]],
    async act({ out, flags, signal }, connect, [cron = ""]): Promise<number> {
      const count = wholeNumber("--count", flags.count);
      const session = await connect();
      const found = await previewSchedule(session, cron, { count, signal });
      await out.result(found);
      if (!found.valid) {
        await out.line(`Invalid: ${oneLine(found.error ?? "unknown reason")}`);
        return 1;
      }
      await out.line(`Valid. Next ${found.next.length} occurrence(s):`);
      for (const when of found.next) await out.line(`  ${dateOf(when)}`);
      return 0;
    },
  });
}
