import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMAND, neutralEnv, runCommand } from "../support/command.ts";
import { NO_TERMINAL, openTerminal } from "../support/pseudo_terminal.ts";
import { mustRun } from "../support/run_program.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/** Shells that are driven by their Tab key, and how they start without settings. */
const BY_TAB = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
} as const;

/** A folder with the command on its path, and a file that has a space. */
async function withCommandOnPath(): Promise<TempFolder & { PATH: string }> {
  const folder = await tempFolder();
  const bin = `${folder.path}/bin`;
  await Deno.mkdir(bin);
  await Deno.writeTextFile(
    `${bin}/rocketride`,
    `#!/bin/sh\nexec ${COMMAND.join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
  await Deno.writeTextFile(`${folder.path}/my pipeline.json`, "{}");
  return { ...folder, PATH: `${bin}:${neutralEnv().PATH}` };
}

/** Register a test that is left out where there is no such shell. */
async function shellTest(
  shell: string,
  needsTerminal: boolean,
  test: () => Promise<void>,
): Promise<void> {
  const isThere = await new Deno.Command("sh", {
    args: ["-c", `command -v ${shell}`],
    stdout: "null",
  }).output();
  const missing = !isThere.success
    ? ` (skipped: no ${shell} here)`
    : needsTerminal
    ? NO_TERMINAL
    : "";
  Deno.test({
    name: `${shell} completes commands, options, choices and files${missing}`,
    ignore: missing !== "",
    fn: test,
  });
}

for (const [shell, command] of Object.entries(BY_TAB)) {
  await shellTest(shell, true, async () => {
    await using folder = await withCommandOnPath();
    const { path: cwd, PATH } = folder;
    await using terminal = openTerminal(command, {
      cwd,
      env: { PATH, HOME: cwd },
    });
    await terminal.shows(/[#$%] *$/m);
    // Not as it is shown in the end, so that the prompt is what is waited for.
    await terminal.type("PS1='rea''dy> '\r");
    await terminal.shows("ready>");
    await terminal.type(
      `source <(rocketride completion ${shell}); echo so""urced\r`,
    );
    await terminal.shows(/^sourced$/m);
    for (
      const [typed, shown] of [
        ["rocketride store st\t", "rocketride store stat "],
        ["rocketride start --thr\t", "rocketride start --threads "],
        ["rocketride start --trace su\t", "--trace summary "],
        ["rocketride start --trace=su\t", "--trace=summary "],
        ["rocketride run my\t", "rocketride run my\\ pipeline.json "],
      ] as const
    ) {
      // What follows stands where the completed word has ended.
      await terminal.type(`${typed}#`);
      await terminal.shows(`${shown}#`);
      await terminal.type("\x15"); // empties the line
    }
    await terminal.type("rocketride sto\t\t");
    await terminal.shows(/(?<!e )\bstop [^]*\bstore\b/);
    await terminal.type("\x15exit\r");
    assertEquals(await terminal.ended(), 0);
  });
}

await shellTest("fish", false, async () => {
  await using folder = await withCommandOnPath();
  const { path: cwd, PATH } = folder;
  const complete = (line: string): Promise<string> =>
    mustRun(
      "fish",
      [
        "--no-config",
        "-c",
        `rocketride completion fish | source; complete -C '${line}'`,
      ],
      cwd,
      { PATH, HOME: cwd },
    );
  const commands = await complete("rocketride sto");
  assertStringIncludes(commands, "stop\tStop a task.\n");
  assertStringIncludes(commands, "store\tManage the files");
  const stat = "stat\tShow what is at a path.\n";
  assertEquals(await complete("rocketride store st"), stat);
  assertStringIncludes(await complete("rocketride start --thr"), "--threads");
  assertEquals(await complete("rocketride start --trace su"), "summary\n");
  assertEquals(
    await complete("rocketride start --trace=su"),
    "--trace=summary\n",
  );
  assertEquals(await complete("rocketride run my"), "my pipeline.json\n");
  // Where the command knows all that may come, files would disturb.
  assertEquals(await complete("rocketride completion "), "bash\nfish\nzsh\n");
});

Deno.test("two dashes complete to every option, and --json to itself", async () => {
  await using folder = await tempFolder();
  const complete = async (...words: string[]): Promise<string[]> => {
    const options = { cwd: folder.path };
    const { stdout } = await runCommand(["__complete", ...words], options);
    return stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
  };
  const all = await complete("run", "--");
  for (const option of ["--local", "--json", "--help"]) {
    assert(all.includes(option), `${option} is not among ${all}`);
  }
  assertEquals(await complete("run", "--json"), ["--json", ""]);
  assertEquals(await complete("status", "--args"), [""]);
});

Deno.test("a reader that leaves is no failure, whatever is printed", async () => {
  await using folder = await tempFolder();
  for (
    const args of [["completion", "bash"], ["--help"], ["services", "--local"]]
  ) {
    const [command, ...before] = COMMAND;
    const child = new Deno.Command(command, {
      args: [...before, ...args],
      cwd: folder.path,
      env: neutralEnv(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await child.stdout.cancel();
    const said = await new Response(child.stderr).text();
    assertEquals([said, (await child.status).code], ["", 0], args.join(" "));
  }
});
