import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { EngineOptions } from "@rocketride/streams/engine";
import { EXAMPLE_OUTPUTS } from "../support/example_outputs.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Serve an engine on loopback while `work` runs. */
function withServer(
  work: (uri: string) => Promise<void>,
  options: EngineOptions = {},
): Promise<void> {
  return withServedEngine(
    options,
    ({ origin }) => work(origin.replace("http", "ws")),
  );
}

/** Run a program with Deno; it must succeed. Returns what it printed. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const flags = ["run", "--quiet", "--no-prompt", "--allow-all"];
  return await mustRun(Deno.execPath(), [...flags, ...args], ROOT, env);
}

for (const [name, expected] of Object.entries(EXAMPLE_OUTPUTS)) {
  Deno.test(`the example ${name} runs as it is written`, async () => {
    const printed = await run(["examples/run.ts", name]);
    for (const text of expected) assertStringIncludes(printed, text);
  });
}

Deno.test("every example is among those that are run", async () => {
  // Tested here, and in docs/programs_test.ts and process/examples_test.ts.
  const apart = ["demo", "run", "bun_server", "watch_folder"];
  const names: string[] = [];
  for await (
    const { isFile, name } of Deno.readDir(new URL("examples", ROOT))
  ) {
    if (isFile && name.endsWith(".ts")) names.push(name.slice(0, -3));
  }
  assertEquals(
    names.filter((name) => !apart.includes(name)).sort(),
    Object.keys(EXAMPLE_OUTPUTS).sort(),
  );
});

Deno.test("the demo streams the README through an engine of its own", async () => {
  const printed = await run(["examples/demo.ts"]);
  assertMatch(printed, /Connected to ws:\/\/127\.0\.0\.1:\d+\/task\/service/);
  assertStringIncludes(printed, "README.md: 100%");
  assertStringIncludes(printed, "[status] state 3");
  assertMatch(printed, /chunks \(\d+\): \{"type":"Document"/);
  assertStringIncludes(printed, "[task] end document.webhook_1");
});

Deno.test("run passes a program the arguments after its name", async () => {
  assertStringIncludes(
    await run(["examples/run.ts", "demo", "data:text/plain,Moons"]),
    "Moons",
  );
});

Deno.test("the demo takes a URL, and the engine that the environment names", async () => {
  await withServer(async (uri) => {
    const page = "data:text/html,<title>Hi</title><p>Some text</p>";
    const printed = await run(["examples/demo.ts", page], {
      ROCKETRIDE_URI: uri,
      ROCKETRIDE_APIKEY: "secret",
    });
    assertStringIncludes(printed, `Connected to ${uri}/task/service`);
    assertStringIncludes(printed, "Some text");
  }, { auth: ["secret"] });
});

Deno.test("the demo gives a large document the pipeline with a small result", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/large.bin`;
  await Deno.writeFile(path, new Uint8Array(9 * 1024 * 1024));
  const printed = await run(["examples/demo.ts", path]);
  assertStringIncludes(printed, "fingerprint.pipe.json");
  assertStringIncludes(printed, ": 50% (");
  assertMatch(printed, /"sha256":"[0-9a-f]{64}"/);
});
