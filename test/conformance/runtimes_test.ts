import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CaseReport } from "./case.ts";
import { processRuntime } from "./runtimes/process.ts";
import { serveWorker } from "./runtimes/workerd_server.ts";
import { tempFolder } from "../support/temp_folder.ts";

const JOB = {
  places: { runtime: "deno", engine: "", faults: "", site: "" },
  filter: "",
};

const [UNHANDLED, ENDS, SILENT] = processRuntime("deno", () => {
  throw new Error("It is not run");
}).checks.map(({ name }) => name);

/** Run a program as if it ran cases, and see what is made of it. */
async function reportsOf(
  code: string,
  exitMs = 60_000,
): Promise<Map<string, CaseReport>> {
  await using folder = await tempFolder();
  const program = `${folder.path}/program.ts`;
  await Deno.writeTextFile(program, code);
  const runtime = processRuntime("deno", () => ({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-config"],
    program,
    exitMs,
  }));
  const reports = new Map<string, CaseReport>();
  await runtime.run(JOB, (report) => reports.set(report.name, report));
  return reports;
}

const TELL = `const tell = (it) => console.log(JSON.stringify(it));\n`;

Deno.test("a process that reports, is done and ends is as it should be", async () => {
  const report = { name: "one", value: 1, ms: 2 };
  const reports = await reportsOf(
    `${TELL}tell({ type: "report", report: ${JSON.stringify(report)} });
tell({ type: "done" });`,
  );
  assertEquals(reports.get("one"), report);
  assertEquals(reports.get(UNHANDLED!)?.value, []);
  assertEquals(reports.get(ENDS!)?.value, "exit code 0");
  assertEquals(reports.get(SILENT!)?.value, "");
});

Deno.test("a process that has something left to do is killed", async () => {
  const reports = await reportsOf(
    `${TELL}tell({ type: "done" }); setInterval(() => {}, 1_000);`,
    100,
  );
  assertEquals(
    reports.get(ENDS!)?.value,
    "killed: still there 100 ms after the last case",
  );
});

Deno.test("a process that ends too early, or badly, is told", async () => {
  const early = await reportsOf("");
  assertEquals(early.get(ENDS!)?.value, "exit code 0, and was not done");
  const bad = await reportsOf(`${TELL}tell({ type: "done" }); Deno.exit(3);`);
  assertEquals(bad.get(ENDS!)?.value, "exit code 3");
});

Deno.test("whatever else a process says is told", async () => {
  const reports = await reportsOf(
    `${TELL}console.log("Hello"); console.error("Oh");
tell({ type: "unhandled", text: "Error: x" });
tell({ type: "done" });`,
  );
  assertEquals(reports.get(UNHANDLED!)?.value, [
    "After the start: Not a message: Hello",
    "After the start: Error: x",
  ]);
  assertEquals(reports.get(SILENT!)?.value, "Oh\n");
});

Deno.test("a Worker that does I/O while it is imported does not start", async () => {
  await using folder = await tempFolder();
  const program = `${folder.path}/worker.ts`;
  await Deno.writeTextFile(
    program,
    "export const id = crypto.randomUUID(); export default {};",
  );
  const error = await serveWorker(program).then(
    () => "",
    (error: Error) => error.message,
  );
  assertStringIncludes(error, "The Worker does not start");
  assertStringIncludes(error, "not allowed within global scope");
});
