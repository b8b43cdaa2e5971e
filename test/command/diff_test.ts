import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

const OLD = {
  components: [
    { id: "in", provider: "webhook", config: {}, ui: { x: 1 } },
    {
      id: "llm",
      provider: "llm_openai",
      config: { profile: { name: "a`b```c" } },
      input: [{ lane: "questions", from: "in" }],
    },
  ],
};

const NEW = {
  components: [
    { id: "in", provider: "webhook", config: {}, ui: { x: 2 } },
    {
      id: "llm",
      provider: "llm_openai",
      config: { profile: { name: "d" } },
      input: [{ lane: "text", from: "in" }],
    },
    { id: "out", provider: "response_answers", config: {} },
  ],
};

Deno.test("diff tells what has changed, as text, JSON and Markdown", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await Deno.writeTextFile(`${cwd}/old.json`, JSON.stringify(OLD));
  await Deno.writeTextFile(`${cwd}/new.json`, JSON.stringify(NEW));
  const run = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand(["diff", ...args], { cwd });

  const text = await run("old.json", "new.json");
  assertEquals(text.code, 1, text.stderr);
  assertEquals(text.stdout.trim().split("\n"), [
    "+ node out",
    "~ node llm",
    '    config.profile.name: "a`b```c" → "d"',
    "+ edge in --text--> llm",
    "- edge in --questions--> llm",
  ]);
  const json = await run("old.json", "new.json", "--json", "--exit-zero");
  assertEquals(json.code, 0);
  assertEquals(JSON.parse(json.stdout).summary.nodes_added, 1);
  const markdown = await run("old.json", "new.json", "--markdown");
  assertStringIncludes(markdown.stdout, "| +1 −0 ~1 | +1 −1 |");
  assertStringIncludes(markdown.stdout, "\n````diff\n+ node out\n");
  const same = await run("old.json", "old.json");
  assertEquals([same.code, same.stdout], [0, "No changes\n"]);

  await Deno.writeTextFile(
    `${cwd}/moved.json`,
    JSON.stringify(OLD).replace('"x":1', '"x":9'),
  );
  assertEquals((await run("old.json", "moved.json")).code, 0);
  const layout = await run("old.json", "moved.json", "--include-layout");
  assertEquals(layout.code, 1);

  await Deno.writeTextFile(`${cwd}/wrapped.json`, '{"pipeline":{}}');
  await Deno.writeTextFile(`${cwd}/broken.json`, "{\n}}");
  for (
    const [args, words] of [
      [["old.json"], "two files"],
      [["old.json", "absent.json"], "absent.json"],
      [["old.json", "wrapped.json"], '"components"'],
      [["old.json", "broken.json"], "line 2, column 2"],
      [["old.json", "new.json", "--json", "--markdown"], "together"],
    ] as const
  ) {
    const { code, stderr } = await run(...args);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, words);
  }
});

Deno.test("diff compares a file with what it was in git", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await Deno.mkdir(`${cwd}/p`);
  const git = (...args: string[]): Promise<string> =>
    mustRun("git", ["-c", "user.name=a", "-c", "user.email=b", ...args], cwd);
  await Deno.writeTextFile(`${cwd}/p/a.json`, JSON.stringify(OLD));
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message=one");
  await Deno.writeTextFile(`${cwd}/p/a.json`, JSON.stringify(NEW));
  const changed = await runCommand(["diff", "--git", "HEAD", "p/a.json"], {
    cwd,
  });
  assertEquals(changed.code, 1, changed.stderr);
  assertStringIncludes(changed.stdout, "+ node out");
  for (const ref of ["none", "--output=p/stolen"]) {
    const args = ["diff", `--git=${ref}`, "p/a.json"];
    assertEquals((await runCommand(args, { cwd })).code, 2);
  }
  const names = await Array.fromAsync(Deno.readDir(`${cwd}/p`));
  assert(names.every(({ name }) => name === "a.json"));
});
