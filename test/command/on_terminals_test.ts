/** What commands show on a terminal, with the embedded engine. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  COMMAND,
  type CommandRig,
  runCommand,
  withCommand,
} from "../support/command.ts";
import { type Expected, onTerminal } from "../support/command_ways.ts";
import {
  hasTerminals,
  NO_TERMINAL,
  openTerminal,
} from "../support/pseudo_terminal.ts";
import { TEXT } from "../support/pipelines.ts";
import type { EngineOptions } from "../../lib/engine/mod.ts";

const PROJECT = { ...TEXT, project_id: "reports", name: "Reports" };

const [first, ...others] = PROJECT.components;
const CHANGED = {
  ...PROJECT,
  components: [{ ...first, config: { note: "new" } }, ...others],
};

/** A command, what it shows, and its exit code where that is not 0. */
type Row = readonly [words: string, shows: Expected["shows"], code?: number];

/** One after the other: some need what those before them have made. */
const TURNS: Readonly<Record<string, readonly Row[]>> = {
  tasks: [
    ["start p.json --token tk_own", "Token: tk_own"],
    ["list", /tk_own/],
    ["send a.txt --token tk_own", /^text$/m],
    ["upload a.txt --token tk_own", "Uploaded 1 of 1 file(s), 4 B"],
    ["upload a.txt absent.txt --token tk_own", "skipped  absent.txt"],
    ["log reports in --runs", "BEGAN"],
    ["stop tk_own", "Task tk_own terminated."],
    ["stop tk_none", "Error: ", 1],
  ],
  files: [
    ["store write a/b.txt --content stored", "Written: a/b.txt"],
    ["store dir a", "6 b.txt"],
    ["store type a/b.txt", "stored"],
    ["store mkdir c", "Created: c/"],
    ["store stat a/b.txt", "a/b.txt: file"],
    ["store rm a/b.txt", "Deleted: a/b.txt"],
    ["store rm a/b.txt", "Error: ", 1],
  ],
  deployments: [
    ["deploy add p.json --comment First", "Deployed pipe version v1"],
    ["deploy versions reports", "First"],
    ["deploy publish reports 1", "Published reports v1"],
    ["deploy list", /reports +v1/],
    ["deploy get reports", "reports"],
    ["deploy history reports", "deploy"],
    ["deploy artifact reports 1", '"components"'],
    ["deploy schedule set reports in @daily", "Schedule set"],
    ["deploy schedule pause reports in", "Schedule paused"],
    ["deploy schedule resume reports in", "Schedule resumed"],
    ["deploy schedule preview @daily", "Valid. Next 5 occurrence(s):"],
    ["deploy schedule preview nonsense", "Invalid: ", 1],
    ["deploy disable reports", "Deployment reports disabled."],
    ["deploy enable reports", "Deployment reports enabled."],
    ["deploy run reports in", "Run started for reports/in"],
    ["deploy remove reports", "Deployment reports removed."],
    // What is of the cloud alone is refused.
    ["deploy log acme.app 2", "Error: ", 1],
    ["app deploy app", "Error: ", 1],
  ],
  "all else": [
    ["demo Hello", "result.text:"],
    ["validate p.json absent.json", "p.json: valid", 1],
    ["services webhook", '"Webhook"'],
    ["services webhok", "did you mean webhook?", 1],
    ["services zzz", "rocketride services lists all", 1],
    ["diff p.json q.json", "~ node", 1],
    ["app create notes --no-install", "/client/shell: HTTP status 401"],
    ["app verify apps/notes", "Ready to deploy: 11 files"],
    ["app verify app", "FAIL  manifest", 1],
    ["profile status", /./],
    ["completion bash", "_rocketride"],
    ["events sumary", 'event "sumary"', 2],
  ],
};

async function withFiles(
  test: (rig: CommandRig) => Promise<void>,
  options?: EngineOptions,
): Promise<void> {
  await withCommand(async (rig) => {
    const { cwd } = rig;
    await Deno.mkdir(`${cwd}/app`);
    for (
      const [name, text] of [
        ["p.json", JSON.stringify(PROJECT)],
        ["q.json", JSON.stringify(CHANGED)],
        ["a.txt", "text"],
        ["app/package.json", "{}"],
      ] as const
    ) await Deno.writeTextFile(`${cwd}/${name}`, text);
    await test(rig);
  }, options);
}

for (const [what, rows] of Object.entries(TURNS)) {
  Deno.test({
    name:
      `commands about ${what} show on a terminal what they do${NO_TERMINAL}`,
    ignore: !hasTerminals,
    fn: () =>
      withFiles(async ({ cwd, uri }) => {
        const env = { ROCKETRIDE_URI: uri, ROCKETRIDE_DEPLOY_URI: uri };
        for (const [words, shows, code = 0] of rows) {
          await onTerminal(words.split(" "), { cwd, env }, { shows, code });
        }
      }),
  });
}

Deno.test({
  name:
    `login asks for a key on a terminal, and does not show it${NO_TERMINAL}`,
  ignore: !hasTerminals,
  fn: () =>
    withFiles(async ({ cwd, uri }) => {
      const args = ["login", "--uri", uri];
      await using terminal = openTerminal([...COMMAND, ...args], { cwd });
      await terminal.shows("API key");
      await terminal.type("hidden\r");
      await terminal.shows("Saved ROCKETRIDE_URI, ROCKETRIDE_APIKEY");
      assertEquals(await terminal.ended(), 0);
      assert(!terminal.sent().includes("hidden"), "it shows the key");
      const saved = await Deno.readTextFile(`${cwd}/.env`);
      assertStringIncludes(saved, "ROCKETRIDE_APIKEY=hidden\n");
    }, { auth: ["hidden"] }),
});

for (
  const [words, shows] of [
    ["engine --port 0 p.json", /Started p\.json: [\s\S]*Ctrl\+C/],
    ["otel --endpoint http://127.0.0.1:9", "Exporting to "],
  ] as const
) {
  Deno.test({
    name: `${words} runs on a terminal until Ctrl+C${NO_TERMINAL}`,
    ignore: !hasTerminals,
    fn: () =>
      withFiles(async ({ cwd, uri }) => {
        const env = { ROCKETRIDE_URI: uri };
        await using terminal = openTerminal(
          [...COMMAND, ...words.split(" ")],
          { cwd, env, columns: 120 },
        );
        await terminal.shows(shows);
        await terminal.type("\x03");
        assertEquals(await terminal.ended(), 0);
      }),
  });
}

Deno.test("what the embedded engine refuses as a cloud's is one line and 1, as JSON too", async () => {
  await withFiles(async ({ cwd, uri }) => {
    const env = { ROCKETRIDE_URI: uri, ROCKETRIDE_DEPLOY_URI: uri };
    for (const words of ["deploy log acme.app 2", "app deploy app"]) {
      const args = [...words.split(" "), "--json"];
      const { code, stdout, stderr } = await runCommand(args, { cwd, env });
      assertEquals(code, 1, stdout);
      assertEquals(Object.keys(JSON.parse(stdout)), ["error"]);
      assert(/^Error: .*\n$/.test(stderr), stderr);
    }
  });
});
