import { assert, assertEquals } from "@std/assert";
import { readSymbols } from "./support/read_symbols.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("examples/from_the_official_sdk.md", ROOT);
const ENTRIES = ["mod.ts", "schema/mod.ts"];

/** What the two documents of the official clients name. */
const DOCUMENTED = `
  RocketRideClient uri auth env module request_timeout max_retry_time persist
  on_event on_connected on_disconnected on_connect_error on_protocol_message
  on_debug_message __aenter__ __aexit__ connect disconnect is_connected
  set_connection_params get_connection_info get_apikey build_request request
  dap_request did_fail use use(token) use(filepath) use(pipeline) use(source)
  use(threads) use(use_existing) use(args) use(ttl) terminate get_task_status
  pipe send send_files set_events get_services get_service validate ping
  ping(token) chat DataPipe is_opened pipe_id DataPipe.open DataPipe.write
  DataPipe.close Question addInstruction addExample addContext addHistory
  addQuestion addDocuments getPrompt QuestionType Answer getText getJson isJson
  parseJson parsePython PIPELINE_RESULT UPLOAD_RESULT TASK_STATUS DAPMessage
  PipelineConfig QuestionHistory QuestionInstruction QuestionExample
  QuestionText Doc DocFilter DocGroup DocMetadata name path objectId
  result_types action filepath bytes_sent file_size upload_time result error
  completedCount totalCount completed state exitCode DAPException
  RocketRideException ConnectionException AuthenticationException PipeException
  ExecutionException ValidationException dap_result apaevt_status_upload
  apaevt_status_processing objinfo mimetype mime_type provider
  FileNotFoundError ROCKETRIDE_URI ROCKETRIDE_APIKEY
`.trim().split(/\s+/);

interface Row {
  readonly there: string;
  readonly here: string;
  readonly test: string;
}

async function readRows(): Promise<Row[]> {
  const text = await Deno.readTextFile(PAGE);
  return text.split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (there|---)/.test(line))
    .map((line) => {
      const [, there, here, test] = line.split(/(?<!\\)\|/);
      return {
        there: there!.trim(),
        here: here!.trim(),
        test: test!.trim(),
      };
    });
}

Deno.test("everything that the official clients document has a row", async () => {
  const there = (await readRows()).map((row) => row.there.replaceAll("`", ""));
  assertEquals(DOCUMENTED.filter((name) => !there.includes(name)), []);
});

Deno.test("every name on the page is exported, every example is there", async () => {
  const symbols = await readSymbols(ENTRIES, ROOT);
  const missing: string[] = [];
  for (const { here } of await readRows()) {
    if (here === "not yet") continue;
    const link = /\]\((.+)\)$/.exec(here)?.[1];
    const known = link === undefined
      ? symbols.has(here.replaceAll("`", ""))
      : (await Deno.stat(new URL(link, PAGE))).isFile;
    if (!known) missing.push(here);
  }
  assertEquals(missing, []);
});

Deno.test("every test on the page is there", async () => {
  const missing: string[] = [];
  for (const { test } of await readRows()) {
    if (test === "not yet") continue;
    const [file, title] = test.split(" › ");
    assert(file && title, `"${test}" names no test`);
    const text = await Deno.readTextFile(new URL(`test/${file}`, ROOT));
    if (!text.includes(title)) missing.push(test);
  }
  assertEquals(missing, []);
});
