import type { Command } from "commander";
import {
  type CProfileNode,
  cprofileReport,
  cprofileThreads,
  cprofileTree,
} from "../../admin/mod.ts";
import { oneLine, plain } from "../output.ts";
import { profileVerb, seconds, targetOf, TOKEN } from "../profile_verb.ts";
import { Failure, wholeNumber } from "../run.ts";

/** The commands that print a profile. */
export function reportCommands(): readonly Command[] {
  return [report(), threads(), tree()];
}

function report(): Command {
  return profileVerb(
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
  return profileVerb(
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
  return profileVerb(
    "tree",
    "Print who called whom in the last session.",
    [
      TOKEN,
      ["--thread <id>", "one thread, by its ID in profile threads"],
      [
        "--min-pct <percent>",
        "hide calls below this share of time (default: 0.1)",
      ],
      ["--max-depth <depth>", "the greatest depth (default: 50)"],
      ["--include-system", "also show functions of Python itself (default)"],
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

/** The nodes of a tree from the top down, with the depth of each. */
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
