import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Command } from "commander";
import { createProgram } from "../../lib/cli/program.ts";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { TEXT } from "../support/pipelines.ts";

const PIPELINE = {
  ...TEXT,
  name: "Commands",
  project_id: "commands",
};

interface Outcome {
  readonly code: number;
  readonly json: unknown;
  readonly text: string;
}

/** What a command printed as JSON; it must have succeeded. */
// deno-lint-ignore no-explicit-any -- members are compared one by one
type Printed = any;

/** Prints the commands of the official command with their options. */
const LIST_COMMANDS = `
import argparse, json
from rocketride.cli.main import setup_parser
def leaves(parser, words):
    parts = [it for it in parser._actions if isinstance(it, argparse._SubParsersAction)]
    if not parts:
        yield ' '.join(words), [it for one in parser._actions for it in one.option_strings]
    for part in parts:
        for name, inner in part.choices.items():
            yield from leaves(inner, [*words, name])
print(json.dumps(dict(leaves(setup_parser(), []))))
`;

/** The commands of the official command, and the options of each. */
async function officialCommands(
  packages: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return JSON.parse(await runPython(packages, ["-c", LIST_COMMANDS]));
}

/** Commands that are not of this test, and why. */
const ELSEWHERE: readonly (readonly [why: string, commands: RegExp])[] = [
  ["they sign in, and fetch packages of a server", /^(init|login)$/],
  ["it reads files alone; official_shapes_test.ts has its model", /^diff$/],
  ["there is no Python to profile", /^profile /],
  ["official_app_test.ts has them; the cloud builds apps", /^app /],
  ["it runs until it is stopped; test/command/otel_test.ts has ours", /^otel$/],
];

const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

Deno.test({
  name: `the official command 1.5.0 works with the engine${missing}`,
  ignore: !python,
  fn: () =>
    withServedEngine({ auth: ["secret"] }, async ({ origin }) => {
      const packages = await installPython("rocketride==1.5.0");
      await using folder = await tempFolder();
      const { path } = folder;
      const commands = Object.keys(await officialCommands(packages));
      const ran = new Set<string>();

      async function run(...args: string[]): Promise<Outcome> {
        const words = `${args.join(" ")} `;
        for (const it of commands) if (words.startsWith(`${it} `)) ran.add(it);
        const { code, stdout, stderr } = await new Deno.Command("python3", {
          args: ["-B", `${packages}/bin/rocketride`, ...args, "--json"],
          cwd: path,
          env: {
            PYTHONPATH: packages,
            ROCKETRIDE_URI: origin,
            ROCKETRIDE_APIKEY: "secret",
            ROCKETRIDE_DEPLOY_URI: origin,
            ROCKETRIDE_DEPLOY_APIKEY: "secret",
          },
        }).output();
        const decoder = new TextDecoder();
        const text = decoder.decode(stdout) + decoder.decode(stderr);
        try {
          return { code, json: JSON.parse(decoder.decode(stdout)), text };
        } catch {
          return { code, json: undefined, text };
        }
      }

      async function ok(...args: string[]): Promise<Printed> {
        const { code, json, text } = await run(...args);
        assertEquals(code, 0, `${args.join(" ")}: ${text}`);
        assert(json !== undefined, text);
        return json;
      }

      const file = `${path}/commands.pipe`;
      const broken = `${path}/broken.pipe`;
      const input = `${path}/a.txt`;
      await Deno.writeTextFile(file, JSON.stringify(PIPELINE));
      const unknown = { ...PIPELINE.components[1], provider: "nowhere" };
      const components = [PIPELINE.components[0], unknown];
      const faulty = { ...PIPELINE, components };
      await Deno.writeTextFile(broken, JSON.stringify(faulty));
      await Deno.writeTextFile(input, "text of a file");

      // Tasks: checked, started, listed, fed, stopped.
      const checked = await ok("validate", file);
      assertEquals(checked.summary, { total: 1, valid: 1, invalid: 0 });
      assertEquals((await run("validate", broken)).code, 1);
      const { token } = await ok("start", "--pipeline", file);
      assert(String(token).startsWith("tk_"));
      const { tasks } = await ok("list");
      assertEquals(tasks.length, 1);
      assertEquals(tasks[0].token, token);
      const sent = await ok("upload", input, "--token", token);
      assertEquals([sent.uploaded, sent.failed, sent.totalBytes], [1, 0, 14]);
      assertEquals(await ok("stop", "--token", token), {
        token,
        terminated: true,
      });
      assertEquals((await ok("list")).tasks, []);
      const nothing = await run("stop", "--token", "tk_none");
      assertEquals(nothing.code, 1);

      // Files.
      await ok("store", "mkdir", "folder");
      await ok("store", "write", "folder/a.txt", "--content", "written");
      assertStringIncludes(
        JSON.stringify(await ok("store", "dir", "folder")),
        "a.txt",
      );
      assertStringIncludes(
        JSON.stringify(await ok("store", "type", "folder/a.txt")),
        "written",
      );
      const { size } = await ok("store", "stat", "folder/a.txt");
      assertEquals(size, 7);
      await ok("store", "rm", "folder/a.txt");

      // Deployments: published, given to a team, run, scheduled, stopped.
      const added = await ok("deploy", "add", file, "--comment", "first");
      assertEquals(added, {
        projectId: "commands",
        version: 1,
        name: "Commands",
      });
      await ok("deploy", "add", file, "--deploy-to", "local");
      const versions = await ok("deploy", "versions", "commands");
      assertEquals(versions.versions.length, 2);
      const team = ["--team", "local"];
      await ok("deploy", "publish", "commands", "1", ...team);
      const { deployments } = await ok("deploy", "list", ...team);
      const [deployment] = deployments;
      assertEquals([deployment.version, deployment.state], [1, "enabled"]);
      const started = await ok("deploy", "run", "commands", "in", ...team);
      assertEquals(started.version, 1);
      const schedule = ["deploy", "schedule"];
      await ok(...schedule, "set", "commands", "in", "0 * * * *", ...team);
      await ok(...schedule, "pause", "commands", "in", ...team);
      await ok(...schedule, "resume", "commands", "in", ...team);
      const preview = await ok(...schedule, "preview", "0 * * * *");
      assertEquals([preview.valid, preview.next.length], [true, 5]);
      assertEquals((await run(...schedule, "preview", "never")).code, 1);
      await ok("deploy", "disable", "commands", ...team);
      await ok("deploy", "enable", "commands", ...team);
      const got = await ok("deploy", "get", "commands", ...team);
      assertEquals(got.deployment.schedules.in.cron, "0 * * * *");
      const artifact = await ok("deploy", "artifact", "commands", "1");
      assertEquals(artifact, PIPELINE);
      await ok("deploy", "remove", "commands", ...team);
      const history = await ok("deploy", "history", "commands");
      assertEquals(history.history[0].action, "remove");
      await ok("stop", "--token", started.token);
      // Apps are built in the cloud.
      const log = await run("deploy", "log", "local.app", "1");
      assertEquals(log.code, 1);
      assertStringIncludes(log.text, "Publishing apps requires SaaS mode");

      const left = commands.filter((it) =>
        !ran.has(it) && !ELSEWHERE.some(([, commands]) => commands.test(it))
      );
      assertEquals(left, []);
    }),
});

Deno.test({
  name: `our command has all that the official command 1.5.0 has${missing}`,
  ignore: !python,
  async fn(): Promise<void> {
    const packages = await installPython("rocketride==1.5.0");
    const program = createProgram();
    const lacking: string[] = [];
    for (
      const [words, flags] of Object.entries(await officialCommands(packages))
    ) {
      let command: Command | undefined = program;
      for (const word of words.split(" ")) {
        command = command?.commands.find((it) => it.name() === word);
      }
      if (!command) lacking.push(words);
      const ours = new Set(
        command?.options.flatMap(({ short, long }) => [
          short,
          long,
        ]),
      );
      lacking.push(
        ...flags.filter((it) =>
          command && !ours.has(it) && !/^-h|--help$/.test(it)
        )
          .map((it) => `${words} ${it}`),
      );
    }
    assertEquals(lacking, []);
  },
});
