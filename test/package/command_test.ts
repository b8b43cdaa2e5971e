import { assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { startProgram } from "../support/command.ts";
import { installTools } from "../support/npm_tools.ts";
import {
  hasTerminals,
  NO_TERMINAL,
  openTerminal,
} from "../support/pseudo_terminal.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { emptyProject, installByNpm } from "./project.ts";
import { OLD_NODE, packagingTools } from "./tools.ts";
import { TEXT } from "../support/pipelines.ts";

const PIPELINE = JSON.stringify(TEXT);

Deno.test("the command of the package runs on Node and on Bun", async (t) => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const { node, bun } = await packagingTools();
  await using project = await emptyProject({
    "p.json": PIPELINE,
    "a.txt": "I am a file",
  });
  const { path } = project;
  await installByNpm(path, tarball);
  const bin = `${path}/node_modules/.bin/rocketride`;

  await t.step("an older Node is told so in one line", async () => {
    const folder = await installTools({ node: OLD_NODE });
    const old = `${folder}/node_modules/.bin/node`;
    for (const args of [[], ["--version"], ["list", "--json"]]) {
      const { outcome } = startProgram(old, [bin, ...args], { cwd: path });
      assertEquals(await outcome, {
        code: 1,
        stdout: "",
        stderr: "Error: @rocketride/streams requires Node 22 or newer, " +
          `and this is Node ${OLD_NODE}\n`,
      });
    }
  });

  const ways = [["Node", [node, bin]], ["Bun", [bun, "--bun", bin]]] as const;

  for (const [name, [program, ...before]] of ways) {
    const start = (
      args: readonly string[],
      options: { readonly input?: string; readonly uri?: string } = {},
    ): ReturnType<typeof startProgram> =>
      startProgram(program, [...before, ...args], {
        cwd: path,
        ...options,
        ...(options.uri !== undefined &&
          { env: { ROCKETRIDE_URI: options.uri } }),
      });

    await t.step(`${name}: version, help, wrong usage`, async () => {
      const version = await start(["--version"]).outcome;
      assertEquals(version.stdout.trim(), config.version);
      const help = await start(["run", "--help"]).outcome;
      assertStringIncludes(help.stdout, "Examples:");
      assertEquals((await start(["rum"]).outcome).code, 2);
    });

    await t.step(`${name}: run with files, patterns and input`, async () => {
      const { code, stdout, stderr } = await start(
        ["run", "--local", "p.json", "*.txt", "-", "--type", "text/plain"],
        { input: "typed" },
      ).outcome;
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "==> a.txt <==\nI am a file\n");
      assertStringIncludes(stdout, "==> stdin <==\ntyped\n");
    });

    await t.step(`${name}: an engine, its client, and a signal`, async () => {
      const engine = start(["engine", "--port", "0", "--json", "p.json"]);
      await engine.printed("}\n");
      const { uri, tasks: [{ token }] } = JSON.parse(engine.output());
      const sent = await start(["send", "a.txt", "--token", token], { uri })
        .outcome;
      assertEquals(sent.stdout, "I am a file\n", sent.stderr);
      const endless = start(["events", "--json"], { uri });
      await endless.printed("apaevt_task");
      endless.child.kill("SIGINT");
      assertEquals((await endless.outcome).code, 130);
      engine.child.kill("SIGINT");
      assertEquals((await engine.outcome).code, 0);
    });

    await t.step({
      name: `${name}: chat on a terminal${NO_TERMINAL}`,
      ignore: !hasTerminals,
      async fn(): Promise<void> {
        await start(["new", `for-${name}`, "--template", "chat"]).outcome;
        await using terminal = openTerminal([
          program,
          ...before,
          ...["chat", "--local", "--pipeline", `for-${name}/pipeline.json`],
        ], { cwd: path });
        await terminal.shows("> ");
        await terminal.type("Who are you?\r");
        await terminal.shows(/^Hello from a scripted model\.$/m);
        await terminal.shows(/model\.\n> *$/m);
        await terminal.type("\x04");
        assertEquals(await terminal.ended(), 0);
      },
    });

    await t.step(`${name}: a new project runs`, async () => {
      const runtime = name.toLowerCase();
      const made = await start(["new", runtime, "--runtime", runtime]).outcome;
      assertEquals(made.code, 0, made.stderr);
      // It finds the package, as installed, in the folder above.
      const main = runtime === "bun" ? "main.ts" : "main.mjs";
      const printed = await mustRun(program, [main], `${path}/${runtime}`);
      assertStringIncludes(printed, "Hello, pipeline!");
    });
  }
});
