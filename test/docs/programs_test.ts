import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { buildPackage } from "../package/build_package.ts";
import { emptyProject } from "../package/project.ts";
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { type DocumentedProgram, readCatalogue } from "./catalogue.ts";
import type { Exports } from "./page.ts";
import { type Runtime, RUNTIMES } from "./marks.ts";
import { EXAMPLE_PACKAGES, OTHER_PROGRAMS } from "./other_programs.ts";
import {
  inBrowser,
  inProcesses,
  inWorkers,
  type RunPrograms,
} from "./run_programs.ts";
import { type Played, stageModules } from "./stage.ts";

const browser = await chromiumPath();
const { programs, others, files } = await readCatalogue(await exportsOf());

Deno.test("every program of the documentation names its runtimes", () => {
  const unmarked = [
    ...programs.map(({ name, mark }) => [name, mark] as const),
    ...others,
  ].filter(([, mark]) => mark === undefined).map(([name]) => name);
  assertEquals(unmarked, []);
  const named = [...others].flatMap(([name, mark]) =>
    mark!.asIs.map((runtime) => `${name} on ${runtime}`)
  );
  const tried = OTHER_PROGRAMS.flatMap(({ tries }) => tries)
    .map(([name, runtime]) => `${name} on ${runtime}`);
  assertEquals(named.sort(), tried.sort());
  for (const path of ["README.md", "examples/engine.md"]) {
    assert(programs.some(({ name }) => name.startsWith(path)), path);
  }
});

Deno.test("every program of the documentation does what it says in a folder with the package, on the runtimes that it names", async (t) => {
  const counts = new Map<Runtime, number>();
  await using project = await projectOf(files);
  const { path } = project;

  async function tryOut(
    runtime: Runtime,
    kind: "asIs" | "bundled",
    run: RunPrograms,
  ): Promise<void> {
    const own = programs.filter(({ mark }) => mark?.[kind].includes(runtime));
    const byFile = new Map(own.map((program) => [program.file, program]));
    const faults: string[] = [];
    let heard = 0;
    await run(path, [...byFile.keys()], (file, played) => {
      const program = byFile.get(file)!;
      const fault = faultOf(program, played);
      if (fault) faults.push(`${program.name} on ${runtime}: ${fault}`);
      heard++;
    });
    assertEquals(faults, []);
    assertEquals(heard, own.length);
    count(runtime, own.length);
  }

  function count(runtime: Runtime, more: number): void {
    counts.set(runtime, (counts.get(runtime) ?? 0) + more);
  }

  await t.step("those of Deno, Bun and Node", async () => {
    await Promise.all([
      tryOut("Deno", "asIs", inProcesses("Deno", false)),
      tryOut("Bun", "asIs", inProcesses("Bun", false)),
      tryOut("Node", "asIs", inProcesses("Node", false))
        .then(() => tryOut("Node", "bundled", inProcesses("Node", true))),
    ]);
  });

  const inAll = (runtime: Runtime): string[] =>
    programs.filter(({ mark }) => mark?.bundled.includes(runtime))
      .map(({ file }) => file);

  await t.step("those of Workers", async () => {
    await layOut(path, stageModules(inAll("Workers")));
    await tryOut("Workers", "bundled", inWorkers);
  });

  await t.step({
    name: `those of browsers${browser ? "" : ` (skipped: ${NO_CHROMIUM})`}`,
    ignore: browser === undefined,
    async fn(): Promise<void> {
      await layOut(path, stageModules(inAll("browsers")));
      await tryOut("browsers", "bundled", inBrowser(browser!));
    },
  });

  for (const { tries, run } of OTHER_PROGRAMS) {
    const needsBrowser = tries.some(([, runtime]) => runtime === "browsers");
    const isMissing = needsBrowser && browser === undefined;
    const names = tries.map(([file, runtime]) => `${file} on ${runtime}`);
    await t.step({
      name: names.join(", ") + (isMissing ? ` (skipped: ${NO_CHROMIUM})` : ""),
      ignore: isMissing,
      async fn(): Promise<void> {
        await run(path);
        for (const [, runtime] of tries) count(runtime, 1);
      },
    });
  }

  const summary = RUNTIMES.map((it) => `${counts.get(it) ?? 0} on ${it}`);
  const all = programs.length + others.size;
  await t.step(`count: ${all} programs, run: ${summary.join(", ")}`, () => {
    assert(all > 0);
  });
});

/** A project that has the package, what examples need besides, and files. */
async function projectOf(
  files: Readonly<Record<string, string>>,
): ReturnType<typeof emptyProject> {
  await using packed = await tempFolder();
  const { tarball } = await buildPackage(packed.path);
  const project = await emptyProject({});
  await layOut(project.path, { ...files, ...stageModules([]) });
  const flags = ["--no-audit", "--no-fund"];
  await mustRun(
    "npm",
    ["install", ...flags, tarball, ...EXAMPLE_PACKAGES],
    project.path,
  );
  return project;
}

async function layOut(
  project: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const place = `${project}/${path}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.writeTextFile(place, text);
  }
}

/** What is wrong with what a program did; nothing in most cases. */
function faultOf(
  { prints }: DocumentedProgram,
  { printed, failure }: Played,
): string | undefined {
  if (failure !== "") return failure;
  const bare = withoutQuotes(printed);
  const isRight = "all" in prints
    ? printed === prints.all
    : prints.parts.every((part) => bare.includes(withoutQuotes(part)));
  return isRight
    ? undefined
    : `printed ${printed} instead of ${JSON.stringify(prints)}`;
}

/** Runtimes show the same value with other quotes and other space. */
function withoutQuotes(text: string): string {
  return text.replaceAll(/["'\s]/g, "");
}

async function exportsOf(): Promise<Exports> {
  const entries = Object.entries(config.exports).map(async ([entry, path]) => {
    const module = await import(new URL(path, ROOT).href);
    return [config.name + entry.slice(1), Object.keys(module)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
