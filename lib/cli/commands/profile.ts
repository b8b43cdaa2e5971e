import { Command } from "commander";
import { listTasks, type Session } from "../../../mod.ts";
import {
  cprofileStart,
  type CProfileStatus,
  cprofileStatus,
  cprofileStop,
} from "../../admin/mod.ts";
import { examples } from "../connection.ts";
import { oneLine, type Output } from "../output.ts";
import {
  type ProfileFlags,
  type ProfileRun,
  profileVerb,
  seconds,
  targetOf,
  TOKEN,
} from "../profile_verb.ts";
import { Failure, shown } from "../run.ts";
import { reportCommands } from "./profile_report.ts";

/** Milliseconds in which a task must say whether it is profiled. */
const LIST_MS = 5_000;

/** `profile`: profiles of an engine or a task. */
export function profileCommand(): Command {
  const command = new Command("profile")
    .description("Profile the server process, or a task.")
    .addHelpText(
      "after",
      examples([
        ["rocketride profile run --duration 30", "the server for 30 s"],
        ["rocketride profile start --token tk_1234", "a task"],
        ["rocketride profile report --token tk_1234", "where its time went"],
      ]),
    );
  for (const make of [start, stop, runFor, status, all]) {
    command.addCommand(make());
  }
  for (const one of reportCommands()) command.addCommand(one);
  return command;
}

const NAME = ["--session <name>", "a name for the report"] as const;

/** Reject a profile that would end with the connection of this command. */
function needsToken(verb: string): (flags: ProfileFlags) => void {
  return ({ token }) => {
    if (token) return;
    throw new Failure(
      `profile ${verb} needs --token`,
      "a session of the server ends with the connection that started it; " +
        "profile the server with: rocketride profile run",
    );
  };
}

function start(): Command {
  return profileVerb(
    "start",
    "Begin to profile a task.",
    [TOKEN, NAME],
    async (run, session) => {
      const { out, flags } = run;
      const started = await begin(run, session);
      await out.line(
        `Stop it with: rocketride profile stop --token ${flags.token}`,
      );
      await out.result(started);
    },
    needsToken("start"),
  );
}

async function begin(
  run: ProfileRun,
  session: Session,
): Promise<CProfileStatus> {
  const { out, flags } = run;
  const name = flags.session === undefined ? {} : { session: flags.session };
  const started = await cprofileStart(session, { ...targetOf(run), ...name });
  if (started.status === "error") {
    throw new Failure(started.message || "Profiling did not start");
  }
  await out.line(
    `Profiling started: session '${oneLine(started.session)}' on ${
      scopeOf(flags)
    }`,
  );
  return started;
}

function scopeOf({ token }: ProfileFlags): string {
  return token ? `task ${token}` : "the server process";
}

function stop(): Command {
  return profileVerb(
    "stop",
    "Stop profiling a task.",
    [TOKEN],
    (run, session) => end(run, session, targetOf(run)),
    needsToken("stop"),
  );
}

async function end(
  { out, flags }: ProfileRun,
  session: Session,
  options: { readonly target?: string; readonly signal?: AbortSignal },
): Promise<void> {
  const stopped = await cprofileStop(session, options);
  if (stopped.status === "error") {
    throw new Failure(stopped.message || "Profiling did not stop");
  }
  const of = flags.token ? ` --token ${flags.token}` : "";
  await out.line(
    `Profiling stopped: session '${oneLine(stopped.session)}' ran ${
      seconds(stopped.runtime)
    }`,
  );
  await out.line(`Read it with: rocketride profile report${of}`);
  await out.result(stopped);
}

function runFor(): Command {
  return profileVerb(
    "run",
    "Profile until Ctrl+C, or for some seconds.",
    [TOKEN, NAME, ["--duration <seconds>", "how long to profile"]],
    async (run, session) => {
      const { out, flags, signal } = run;
      await begin(run, session);
      await out.note("Press Ctrl+C to stop.");
      await new Promise<void>((resolve) => {
        const ms = Number(flags.duration) * 1_000;
        const timer = flags.duration ? setTimeout(finish, ms) : undefined;
        signal.addEventListener("abort", finish, { once: true });
        function finish(): void {
          clearTimeout(timer);
          signal.removeEventListener("abort", finish);
          resolve();
        }
      });
      // The profile is stopped even after an interrupt.
      const { signal: _, ...target } = targetOf(run);
      await end(run, session, target);
    },
    ({ duration }) => {
      if (duration === undefined || Number(duration) > 0) return;
      throw new Failure("--duration must be a positive number of seconds");
    },
  );
}

function status(): Command {
  return profileVerb(
    "status",
    "Show whether something is being profiled.",
    [TOKEN],
    async (run, session) => {
      const { out, flags } = run;
      const found = await cprofileStatus(session, targetOf(run));
      const scope = scopeOf(flags);
      await out.line(
        found.active
          ? `Profiling active on ${scope}: session '${
            oneLine(found.session)
          }', running ${seconds(found.runtime)} (owner ${oneLine(found.owner)})`
          : `Profiling inactive on ${scope}; ${
            found.has_report ? "a report is available" : "no report yet"
          }`,
      );
      await out.result(found);
    },
  );
}

/** A process, and whether it is profiled. */
type Profiled =
  & { readonly token: string | null; readonly name: string | null }
  & (
    | { readonly status: CProfileStatus }
    | { readonly error: string }
  );

function all(): Command {
  return profileVerb(
    "list",
    "Show what of all processes is being profiled.",
    [["--active", "only active profiles"]],
    async ({ out, flags, signal }, session) => {
      const server = await cprofileStatus(session, { signal });
      const tasks = await listTasks(session, { signal });
      const processes = [
        { token: null, name: null, status: server },
        ...await Promise.all(
          tasks.map(({ token, name }) => ask(session, token, name, signal)),
        ),
      ].filter((it) =>
        !flags.active || "error" in it || it.status.active === true
      );
      await out.result({ processes });
      await printProcesses(out, processes);
    },
  );
}

async function ask(
  session: Session,
  token: string,
  name: string,
  signal: AbortSignal,
): Promise<Profiled> {
  try {
    const options = { target: token, signal, timeout: LIST_MS };
    return { token, name, status: await cprofileStatus(session, options) };
  } catch (error) {
    signal.throwIfAborted();
    return { token, name, error: shown(error).message };
  }
}

async function printProcesses(
  out: Output,
  processes: readonly Profiled[],
): Promise<void> {
  await out.table(
    ["TOKEN", "NAME", "STATE", "RUNNING", "REPORT", "SESSION"],
    processes.map((it) => {
      const head = [it.token ?? "(server)", it.name ?? "-"];
      if ("error" in it) return [...head, it.error, "-", "-", "-"];
      const { active, runtime, has_report, session } = it.status;
      return active
        ? [...head, "active", seconds(runtime), "-", String(session ?? "-")]
        : [...head, "inactive", "-", has_report ? "yes" : "no", "-"];
    }),
  );
}
