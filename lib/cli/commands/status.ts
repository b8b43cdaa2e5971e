import { Command } from "commander";
import {
  getTaskStatus,
  type Session,
  TASK_STATE,
  type TaskStatus,
  watchTask,
} from "../../../mod.ts";
import { examples } from "../connection.ts";
import { LiveScreen } from "../live_screen.ts";
import {
  type Colors,
  dateText,
  oneLine,
  secondsText,
  sizeText,
} from "../output.ts";
import { tokenOf } from "../pipeline_flags.ts";
import {
  type ConnectionFlags,
  type Run,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly token?: string;
  readonly once?: boolean;
}

/** The most errors, warnings and notes that are shown. */
const SHOWN = 5;

/** `status`: what a task is doing, live on a terminal. */
export function statusCommand(): Command {
  const command = new Command("status")
    .description("Show the status of a task; on a terminal, until it ends.")
    .argument("[token]", "the task")
    .option("--token <token>", "the same (default: ROCKETRIDE_TOKEN)")
    .option("--once", "show it once, even on a terminal")
    .addHelpText(
      "after",
      examples([
        ["rocketride status --token tk_1234", "watch a task"],
        ["rocketride status tk_1234 --json", "its status as JSON"],
      ]),
    );
  return withAction<Flags>(withConnection(command), async (run, [argument]) => {
    const { out, flags, signal } = run;
    const token = tokenOf(run, argument);
    if (out.isTerminal && !flags.once && !out.wantsJson) {
      return await watch(run, token);
    }
    const session = await run.connect();
    const status = await getTaskStatus(session, token, { signal });
    await out.result(status);
    const host = originOf(session);
    for (const line of statusLines(status, out.colors, host)) {
      await out.line(line);
    }
  });
}

/** Draw the status in place until the task ends or the user interrupts. */
async function watch(run: Run<Flags>, token: string): Promise<void> {
  let status: TaskStatus | undefined;
  let trouble: string | undefined = "Connecting...";
  let host = "";
  const { colors } = run.out;
  using screen = new LiveScreen(() => [
    ...(status ? statusLines(status, colors, host) : []),
    ...(trouble ? [colors.yellow(oneLine(trouble))] : []),
  ]);
  const session = await run.connect({
    persist: true,
    onState(text): void {
      trouble = text;
      screen.changed();
    },
  });
  trouble = undefined;
  host = originOf(session);
  for await (status of watchTask(session, token, { signal: run.signal })) {
    screen.changed();
  }
}

const LABELS: Readonly<Record<number, readonly [string, keyof Colors]>> = {
  [TASK_STATE.NONE]: ["offline", "gray"],
  [TASK_STATE.STARTING]: ["offline", "gray"],
  [TASK_STATE.INITIALIZING]: ["initializing", "blue"],
  [TASK_STATE.RUNNING]: ["online", "green"],
  [TASK_STATE.STOPPING]: ["stopping", "yellow"],
  [TASK_STATE.COMPLETED]: ["offline", "gray"],
  [TASK_STATE.CANCELLED]: ["offline", "gray"],
};

/** Where the engine of a session is for HTTP. */
function originOf({ uri }: Session): string {
  const { protocol, host } = new URL(uri);
  return `${protocol === "wss:" ? "https" : "http"}://${host}`;
}

/** A status in lines; `host` is the engine that its links are of. */
function statusLines(
  status: TaskStatus,
  colors: Colors,
  host: string,
  now: number = Date.now() / 1_000,
): string[] {
  const [label, color] = LABELS[status.state] ?? ["unknown", "gray"];
  const paint = colors[color] as (text: string) => string;
  const { startTime, endTime, completed } = status;
  const until = completed && endTime > 0 ? endTime : now;
  const lines = [
    `${colors.bold(oneLine(status.name))}  ${paint(label)}`,
    ...fact("status", oneLine(status.status)),
    ...fact("started", startTime > 0 ? `${dateText(startTime)} UTC` : ""),
    ...fact("elapsed", startTime > 0 ? secondsText(until - startTime) : ""),
    ...fact("object", oneLine(status.currentObject)),
    ...counted("total", status.totalCount, status.totalSize),
    ...counted("completed", status.completedCount, status.completedSize),
    ...counted("failed", status.failedCount, status.failedSize),
    ...fact("rate", rateText(status)),
    ...metricLines(status),
    ...fact("exit", oneLine(status.exitMessage)),
  ];
  const groups = [
    ["errors", status.errors, colors.red],
    ["warnings", status.warnings, colors.yellow],
    ["notes", status.notes ?? [], colors.cyan],
  ] as const;
  for (const [title, list, paint] of groups) {
    if (list.length === 0) continue;
    lines.push(paint(`${title}:`));
    lines.push(
      ...list.slice(-SHOWN).flatMap((it) => messageLines(it, host)),
    );
  }
  return lines;
}

function fact(name: string, text: string): string[] {
  return text === "" ? [] : [`  ${name.padEnd(10)} ${text}`];
}

function counted(name: string, count: number, size: number): string[] {
  return count > 0 ? fact(name, `${count} (${sizeText(size)})`) : [];
}

/** Engines give both rates times 100. */
function rateText({ rateCount, rateSize }: TaskStatus): string {
  if (!(rateCount > 0 || rateSize > 0)) return "";
  const objects = (rateCount / 100).toFixed(1);
  return `${objects} objects/s, ${sizeText(Math.round(rateSize / 100))}/s`;
}

function metricLines({ metrics }: TaskStatus): string[] {
  const { cpu_percent, cpu_memory_mb, gpu_memory_mb } = metrics ?? {};
  const parts = [
    ...(cpu_percent > 0 ? [`CPU ${cpu_percent.toFixed(0)} %`] : []),
    ...(cpu_memory_mb > 0 ? [`memory ${cpu_memory_mb.toFixed(0)} MB`] : []),
    ...(gpu_memory_mb > 0 ? [`GPU memory ${gpu_memory_mb.toFixed(0)} MB`] : []),
  ];
  return fact("uses", parts.join(", "));
}

/** The lines of a message; the place of a message of three parts is one. */
function messageLines(
  message: TaskStatus["notes"][number],
  host: string,
): string[] {
  if (typeof message !== "string") {
    // The message also has the key of the task, which is not shown.
    const { "url-text": text, "url-link": link } = message;
    const place = oneLine(link).replace("{host}", () => host);
    return text || link ? [`  ${oneLine(text)}: ${place}`] : [];
  }
  const parts = message.split("*");
  if (parts.length !== 3) return [`  ${oneLine(message)}`];
  const [code, text, place] = parts.map(oneLine);
  // Without a file there is no place, but its separator and a line.
  const isKnown = place !== "" && !place?.startsWith(":");
  return [`  ${code}: ${text}`, ...(isKnown ? [`    ${place}`] : [])];
}
