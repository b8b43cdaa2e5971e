import { Command } from "commander";
import picocolors from "picocolors";
import type { Pipeline } from "../../../mod.ts";
import {
  type ConfigChange,
  diff,
  type PipelineDiff,
  type PipelineEdge,
} from "../../../schema/mod.ts";
import { examples } from "../connection.ts";
import { type Colors, oneLine } from "../output.ts";
import { parsePipeline, readPipelineFile } from "../pipeline_file.ts";
import { basename, dirname, spawn } from "../platform.ts";
import {
  type ConnectionFlags,
  Failure,
  type Run,
  UsageError,
  withAction,
  withJson,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly git?: string;
  readonly includeLayout?: boolean;
  readonly markdown?: boolean;
  readonly exitZero?: boolean;
}

/** `diff`: what has changed between two pipelines. */
export function diffCommand(): Command {
  const command = new Command("diff")
    .description("Compare two pipelines: nodes, edges and settings.")
    .argument("<files...>", "the older and the newer file, or one with --git")
    .option("--git <ref>", "compare a file with its version in a commit")
    .option("--include-layout", "also compare what only editors use")
    .option("--markdown", "print Markdown, for a review comment")
    .option("--exit-zero", "exit with 0 even if there are differences")
    .addHelpText(
      "after",
      examples([
        ["rocketride diff old.json new.json", "two files"],
        ["rocketride diff --git HEAD p.json", "what is not committed yet"],
      ]) +
        "\nExit codes: 0 equal; 1 different; 2 wrong usage, or a file that cannot\n" +
        "be read.\n",
    );
  return withAction<Flags>(withJson(command), async (run, files) => {
    const { flags, out } = run;
    if (flags.json && flags.markdown) {
      throw new UsageError("Cannot use --json and --markdown together");
    }
    const found = diff(...await twoPipelines(run, files), {
      includeLayout: flags.includeLayout,
    });
    const changed = found.summary.has_semantic_changes;
    await out.result(found);
    if (flags.markdown) await out.raw(markdownOf(found));
    else for (const line of linesOf(found, out.colors)) await out.line(line);
    return changed && !flags.exitZero ? 1 : 0;
  });
}

async function twoPipelines(
  { flags: { git }, signal }: Run<Flags>,
  files: readonly string[],
): Promise<readonly [Pipeline, Pipeline]> {
  const [first = "", second] = files;
  if (files.length !== (git === undefined ? 2 : 1)) {
    throw new UsageError(
      git === undefined
        ? "Expected two files: the older and the newer one"
        : "Expected one file with --git",
    );
  }
  if (git === undefined) {
    return [await pipelineOf(first), await pipelineOf(second!)];
  }
  const old = await textOfGit(git, first, signal);
  return [
    await orUsageError(() => parsePipeline(`${git}:${first}`, old)),
    await pipelineOf(first),
  ];
}

function pipelineOf(file: string): Promise<Pipeline> {
  return orUsageError(async () => (await readPipelineFile(file)).pipeline);
}

/** A file that cannot be read exits with 2: 1 says that there are differences. */
async function orUsageError<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof Failure ? new UsageError(error.message) : error;
  }
}

/** A file as it was in a commit. */
async function textOfGit(
  ref: string,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  // What begins with a hyphen would be an option.
  if (ref.startsWith("-")) throw new UsageError(`"${ref}" is not a commit`);
  const child = spawn("git", ["show", `${ref}:./${basename(file)}`], {
    cwd: dirname(file),
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const read = async (stream: AsyncIterable<unknown>): Promise<string> => {
    const parts: Uint8Array[] = [];
    for await (const part of stream) parts.push(part as Uint8Array);
    return await new Blob(parts as BlobPart[]).text();
  };
  const [text, complaint, code] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    ended,
  ]);
  if (code === 0) return text;
  throw new UsageError(
    `git cannot show ${ref}:${file}: ${oneLine(complaint)}`,
  );
}

/** Documents may have anything where a name is expected. */
function spelled(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

function linesOf(found: PipelineDiff, colors: Colors): string[] {
  const { nodes, edges, viewport, summary } = found;
  const added = (text: string): string => colors.green(`+ ${oneLine(text)}`);
  const removed = (text: string): string => colors.red(`- ${oneLine(text)}`);
  const edge = ({ from, lane, to }: PipelineEdge): string =>
    `edge ${spelled(from)} --${spelled(lane)}--> ${to}`;
  const service = (it: unknown): string => oneLine(spelled(it));
  const lines = [
    ...nodes.added.map(({ id }) => added(`node ${id}`)),
    ...nodes.removed.map(({ id }) => removed(`node ${id}`)),
    ...nodes.changed.flatMap(({ id, provider_change, config_changes }) => [
      colors.yellow(`~ node ${oneLine(id)}`),
      ...(provider_change
        ? [
          `    provider: ${service(provider_change.old)} → ` +
          service(provider_change.new),
        ]
        : []),
      ...config_changes.map((it) => `    ${changeText(it)}`),
    ]),
    ...edges.added.map((it) => added(edge(it))),
    ...edges.removed.map((it) => removed(edge(it))),
    ...viewport.map((it) => `~ ${changeText(it)}`),
  ];
  if (summary.version_change) {
    lines.push(
      `~ version: ${summary.version_change.map(valueText).join(" → ")}`,
    );
  }
  return lines.length > 0 ? lines : ["No changes"];
}

function changeText(change: ConfigChange): string {
  const { path, kind } = change;
  const name = oneLine(path);
  if (kind === "added") return `${name}: added ${valueText(change.new)}`;
  if (kind === "removed") return `${name}: removed ${valueText(change.old)}`;
  return `${name}: ${valueText(change.old)} → ${valueText(change.new)}`;
}

function valueText(value: unknown): string {
  const text = oneLine(JSON.stringify(value) ?? "none");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function markdownOf(found: PipelineDiff): string {
  const {
    nodes_added,
    nodes_removed,
    nodes_changed,
    edges_added,
    edges_removed,
  } = found.summary;
  const lines = linesOf(found, picocolors.createColors(false));
  // A fence must be longer than any in the text.
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((it) => it.length),
  );
  const fence = "`".repeat(longest + 1);
  return [
    "### Pipeline changes",
    "",
    `| nodes | edges |`,
    `| ----- | ----- |`,
    `| +${nodes_added} −${nodes_removed} ~${nodes_changed} | +${edges_added} −${edges_removed} |`,
    "",
    `${fence}diff`,
    ...lines,
    fence,
    "",
  ].join("\n");
}
