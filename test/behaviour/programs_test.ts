import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { EngineOptions } from "@rocketride/streams/engine";
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

/** Each example, and something that it must print. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  chat_with_json_answer: ["Summarize the main points"],
  csv_to_store: ["1,Ada\n\n2,Grace"],
  discover_services: ["Available:", '"parse"', "Lanes of parse:", "Pong"],
  handle_failures: [
    "Starting nonsense: pipeline failed",
    "Sending to nobody: data transfer failed: Your pipeline is not running",
    'Sending a missing file: bad input: Cannot read "no/such/file.pdf"',
  ],
  long_lived_app: [
    "Connected:",
    "apaevt_status_update",
    "Watching tk_",
    "Disconnected: Closed by the client false",
  ],
  low_level_requests: [
    "Two steps: true",
    "Refused: Invalid command: rrext_no_such_command",
    '"lanes"',
  ],
  minimal: ["Hello, pipeline!", 'name: "input.txt"'],
  one_off_script: ["webhook_1 1"],
  pipe_a_fetch_body: ["id,name\\n1,Ada\\n", 'name: "large.csv"'],
  pipe_in_chunks: ["header1,header2\\nvalue1,value2"],
  quick_start: ["Hello, pipeline!", 'name: "input.txt"'],
  send_files_with_metadata: [
    "report.html in 0.",
    "large.csv in 0.",
    "Uploaded note.txt",
    "Uploaded made.txt",
  ],
  send_text_json_bytes: ["Analyze this text", "A Blob", "A body"],
  store_files: [
    "Begins with: id,name",
    "large.csv: 14 bytes",
    "large.csv.gz: ",
    "Project of 2 components",
    "Left: undefined",
  ],
  stream_a_large_file: ["2,Grace", 'name: "large.csv"'],
  test_without_keys: [
    'Stored: manual.txt { documents: "documents" }',
    "Answer: Which batteries? The lamp takes two batteries.",
  ],
  upload_files: ["doc1.md", "doc2.md", "doc3.json", "Progress: 3/3"],
  upload_progress: ["one.txt: 100.0%", "open two.txt", "complete two.txt"],
  send_rows: ["1;Ada", "2;Grace", "3;Barbara"],
  // How much is done when the watch begins is up to the engine.
  watch_a_task: ["State 3: ", "State 6: 1 done"],
};

for (const [name, expected] of Object.entries(EXAMPLES)) {
  Deno.test(`the example ${name} runs as it is written`, async () => {
    const printed = await run(["examples/run.ts", name]);
    for (const text of expected) assertStringIncludes(printed, text);
  });
}

Deno.test("every example is among those that are run", async () => {
  // Tested here, and in process/examples_test.ts.
  const apart = ["demo", "run", "bun_server", "watch_folder"];
  const names: string[] = [];
  for await (
    const { isFile, name } of Deno.readDir(new URL("examples", ROOT))
  ) {
    if (isFile && name.endsWith(".ts")) names.push(name.slice(0, -3));
  }
  assertEquals(
    names.filter((name) => !apart.includes(name)).sort(),
    Object.keys(EXAMPLES).sort(),
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
