import { Command } from "commander";
import { listTasks, type Session } from "../../../mod.ts";
import {
  type CProfileNode,
  cprofileReport,
  cprofileStart,
  type CProfileStatus,
  cprofileStatus,
  cprofileStop,
  cprofileThreads,
  cprofileTree,
} from "../../admin/mod.ts";
import { examples } from "../help.ts";
import { oneLine, type Output, plain } from "../output.ts";
import {
  type ConnectionFlags,
  Failure,
  type Run,
  shown,
  wholeNumber,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly thread?: string;
  readonly minPct?: string;
  readonly maxDepth?: string;
  readonly includeSystem?: boolean;
  readonly token?: string;
  readonly session?: string;
  readonly duration?: string;
  readonly active?: boolean;
}

/** Milliseconds that a task may take to say whether it is profiled. */
const LIST_MS = 5_000;

/** `profile`: where the time of an engine or a task goes. */
export function profileCommand(): Command {
  const command = new Command("profile")
    .description("Profile the server process, or a task.")
    .addHelpText(
      "after",
      examples([
        ["rocketride profile run --duration 30", "the server, for 30 s"],
        ["rocketride profile start --token tk_1234", "a task"],
        ["rocketride profile report --token tk_1234", "where its time went"],
      ]),
    );
  for (
    const make of [start, stop, runFor, status, all, report, threads, tree]
  ) command.addCommand(make());
  return command;
}

function verb(
  name: string,
  description: string,
  options: readonly (readonly [flags: string, what: string])[],
  act: (run: Run<Flags>, session: Session) => Promise<number | void>,
  check?: (flags: Flags) => void,
): Command {
  const command = new Command(name).description(description);
  for (const [flags, what] of options) command.option(flags, what);
  return withAction<Flags>(withConnection(command), async (run) => {
    check?.(run.flags);
    return await act(run, await run.connect());
  });
}

const TOKEN = ["--token <token>", "a task (default: the server)"] as const;
const NAME = ["--session <name>", "a name for the report"] as const;

/** Refuse what would end with the connection of this command. */
function needsToken(verb: string): (flags: Flags) => void {
  return ({ token }) => {
    if (token) return;
    throw new Failure(
      `profile ${verb} needs --token`,
      "a session of the server ends with the connection that started it; " +
        "profile the server with: rocketride profile run",
    );
  };
}

function targetOf({ flags: { token }, signal }: Run<Flags>): {
  target?: string;
  signal: AbortSignal;
} {
  return { ...(token !== undefined && { target: token }), signal };
}

function start(): Command {
  return verb(
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
  run: Run<Flags>,
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

function scopeOf({ token }: Flags): string {
  return token ? `task ${token}` : "the server process";
}

function stop(): Command {
  return verb(
    "stop",
    "Stop profiling a task.",
    [TOKEN],
    (run, session) => end(run, session, targetOf(run)),
    needsToken("stop"),
  );
}

async function end(
  { out, flags }: Run<Flags>,
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
  return verb(
    "run",
    "Profile until Ctrl+C, or for some seconds.",
    [TOKEN, NAME, ["--duration <seconds>", "end after so many seconds"]],
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
      // The signal that ended it is no reason to leave it running.
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
  return verb(
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
  return verb(
    "list",
    "Show what of all processes is being profiled.",
    [["--active", "only what is"]],
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

function report(): Command {
  return verb(
    "report",
    "Print the report of the last session.",
    [TOKEN],
    async (run, session) => {
      const text = await cprofileReport(session, targetOf(run));
      await run.out.line(plain(text).trimEnd());
      await run.out.result({ report: text });
    },
  );
}

function threads(): Command {
  return verb(
    "threads",
    "List the threads of the last session, the busiest first.",
    [TOKEN],
    async (run, session) => {
      const { out } = run;
      const found = await cprofileThreads(session, targetOf(run));
      await out.result({ threads: found });
      if (found.length === 0) return await out.line("No threads recorded");
      const total = found.reduce((sum, { ttot = 0 }) => sum + ttot, 0);
      await out.table(
        ["ID", "NAME", "TID", "TIME", "SHARE"],
        found.map(({ id, name, tid, ttot = 0 }) => [
          String(id),
          name ?? "-",
          String(tid ?? "-"),
          seconds(ttot),
          share(ttot, total),
        ]),
      );
      await out.line(`${found.length} thread(s), ${seconds(total)} total`);
    },
  );
}

function tree(): Command {
  return verb(
    "tree",
    "Print who called whom in the last session.",
    [
      TOKEN,
      ["--thread <id>", "one thread, by the ID of profile threads"],
      ["--min-pct <percent>", "hide calls with less of the time (0.1)"],
      ["--max-depth <depth>", "how deep it goes (50)"],
      ["--no-include-system", "hide functions of Python itself"],
    ],
    async (run, session) => {
      const { out, flags } = run;
      const found = await cprofileTree(session, {
        ...targetOf(run),
        thread: wholeNumber("--thread", flags.thread),
        minPercent: percent(flags.minPct),
        maxDepth: wholeNumber("--max-depth", flags.maxDepth),
        includeSystem: flags.includeSystem,
      });
      await out.result(found);
      const { total_time: total = 0, total_calls: calls = 0 } = found;
      await out.line(`Call tree: ${seconds(total)}, ${calls} calls`);
      for (const [depth, node] of nodesOf(found.tree?.children ?? [])) {
        const { name, file, line, cumtime = 0, tottime = 0, ncalls = 0 } = node;
        const place = file ? `  (${file}${line ? `:${line}` : ""})` : "";
        const columns = [
          share(cumtime, total).padStart(7),
          seconds(cumtime).padStart(10),
          seconds(tottime).padStart(10),
          String(ncalls).padStart(10),
        ];
        const label = oneLine(`${name}${place}`);
        await out.line(`${columns.join(" ")}  ${"  ".repeat(depth)}${label}`);
      }
    },
    ({ minPct }) => void percent(minPct),
  );
}

/** The nodes of a tree from the top down, with how deep each is. */
function* nodesOf(
  nodes: readonly CProfileNode[],
): Generator<readonly [depth: number, node: CProfileNode]> {
  const left: (readonly [number, CProfileNode])[] = nodes
    .map((node) => [0, node] as const).reverse();
  for (let next = left.pop(); next; next = left.pop()) {
    yield next;
    const [depth, { children = [] }] = next;
    for (const child of children.toReversed()) left.push([depth + 1, child]);
  }
}

function percent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new Failure("--min-pct must be a number from 0 to 100");
}

function share(part: number, total: number): string {
  return total > 0 ? `${(part / total * 100).toFixed(1)}%` : "-";
}

function seconds(value: unknown): string {
  return `${Number(value ?? 0).toFixed(1)}s`;
}
