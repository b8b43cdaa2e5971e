import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { EngineOptions } from "@rocketride/streams/engine";
import { withServedEngine } from "../support/served_engine.ts";

const ROOT = new URL("../../", import.meta.url);

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
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ROCKETRIDE_URI: "", ROCKETRIDE_APIKEY: "", ...env },
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the program that pipes a fetch body runs as it is written", async () => {
  await withServer(async (uri) => {
    const runner = new URL("test/support/redirected_program.ts", ROOT).href;
    const program = new URL("examples/pipe_a_fetch_body.ts", ROOT).href;
    const printed = await run([runner, uri, program]);
    assertStringIncludes(printed, "id,name\\n1,Ada\\n");
    assertStringIncludes(printed, 'name: "large.csv"');
  });
});

Deno.test("the demo streams the README through an engine of its own", async () => {
  const printed = await run(["examples/demo.ts"]);
  assertMatch(printed, /Connected to ws:\/\/127\.0\.0\.1:\d+\/task\/service/);
  assertStringIncludes(printed, "README.md: 100%");
  assertStringIncludes(printed, "[status] state 3");
  assertMatch(printed, /chunks \(\d+\): \{"type":"Document"/);
  assertStringIncludes(printed, "[task] end document.webhook_1");
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
  const path = await Deno.makeTempFile({ suffix: ".bin" });
  await Deno.writeFile(path, new Uint8Array(9 * 1024 * 1024));
  const printed = await run(["examples/demo.ts", path]);
  await Deno.remove(path);
  assertStringIncludes(printed, "fingerprint.pipe.json");
  assertStringIncludes(printed, ": 50% (");
  assertMatch(printed, /"sha256":"[0-9a-f]{64}"/);
});
