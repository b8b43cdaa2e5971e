import { assert, assertEquals } from "@std/assert";
import type { Command } from "commander";
import { createProgram } from "../../lib/cli/program.ts";
import { COMMAND, startProgram } from "../support/command.ts";
import { ROOT } from "../support/read_tree.ts";
import { tempFolder } from "../support/temp_folder.ts";

const PAGE = await Deno.readTextFile(new URL("examples/command.md", ROOT));

/** The commands that do something, by their words. */
function leaves(command: Command, words: string[] = []): Map<string, Command> {
  const inner = command.createHelp().visibleCommands(command)
    .filter((it) => it.name() !== "help");
  if (inner.length === 0) return new Map([[words.join(" "), command]]);
  return new Map(
    inner.flatMap((it) => [...leaves(it, [...words, it.name()])]),
  );
}

/** The rows of the table: words, and an example. */
const ROWS = Array.from(
  PAGE.matchAll(/^\| `([a-z ]+)` +\|[^|]*\| `([^`]+)` +\|$/gm),
  ([, words = "", example = ""]) => [words, example] as const,
);

Deno.test("the page about the command lists every command, in its order", () => {
  const listed = ROWS.map(([words]) => words);
  assertEquals(listed, [...leaves(createProgram()).keys()]);
});

Deno.test("every command has examples and --json, and the page's example parses", async () => {
  const all = leaves(createProgram());
  for (const [words, example] of ROWS) {
    const program = createProgram();
    const given: string[] = [];
    for (const [name, command] of leaves(program)) {
      command.action(() => void given.push(name));
    }
    const line = /rocketride (?:(?!\)$).)*/.exec(example)?.[0] ?? "";
    const [, ...args] = Array.from(
      line.matchAll(/'([^']*)'|(\S+)/g),
      ([, quoted, bare = ""]) => quoted ?? bare,
    );
    await program.parseAsync(args, { from: "user" });
    assertEquals(given, [words], example);
    const command = all.get(words)!;
    assert(command.description().endsWith("."), words);
    const hasJson = command.options.some(({ long }) => long === "--json");
    assertEquals(hasJson, words !== "completion", words);
  }
  for (const command of createProgram().commands) {
    if (["help", "__complete"].includes(command.name())) continue;
    let help = "";
    command.configureOutput({ writeOut: (text) => help += text });
    command.outputHelp();
    assert(/^Examples:\n {2}\S/m.test(help), command.name());
  }
});

Deno.test("the tour of the page does what it says", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const [, tour = ""] = /^```sh\n([^]*?)^```$/m.exec(PAGE) ?? [];
  await Deno.mkdir(`${cwd}/bin`);
  await Deno.writeTextFile(
    `${cwd}/bin/rocketride`,
    `#!/bin/sh\nexec ${COMMAND.join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
  // Another port than the page's may be taken by whoever runs this.
  const port = String(20_000 + Deno.pid % 20_000);
  const script = `set -eu; PATH="${cwd}/bin:$PATH"\n${
    tour.replaceAll("5566", port)
  }wait %1 || true\n`;
  const { code, stdout, stderr } = await startProgram(
    "bash",
    ["-c", script],
    { cwd },
  ).outcome;
  assertEquals(code, 0, stderr + stdout);
  for (
    const part of [
      "result.text:",
      "pipeline.json: valid",
      "Uploaded ",
      "Hello\n",
      "online",
      "apaevt_task",
      "terminated.",
    ]
  ) assert(stdout.includes(part), `${part}\n${stdout}\n${stderr}`);
});
