import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { withServedEngine } from "../support/served_engine.ts";

/** The oldest client, the last of its generation, and those of today. */
const VERSIONS = ["1.0.0", "1.1.1", "1.3.0", "1.4.0", "1.5.0"];
const HERE = import.meta.dirname;

const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

for (const version of VERSIONS) {
  Deno.test({
    name:
      `the official Python client ${version} works with the engine${missing}`,
    ignore: !python,
    fn: () =>
      withServedEngine({ auth: ["secret"] }, async ({ origin }) => {
        const seen = await run(version, origin.replace("http", "ws"));
        const { refused, credential, templates, files, ...rest } = seen;
        assertEquals(rest, {
          connection: [true, true, "secret"],
          ping: null,
          services: [true, true, true],
          validate: [],
          send: ["input.txt", ["Hello, pipeline!\n\n"], { text: "text" }],
          pipe: ["0,row\n\n\n1,row\n\n\n2,row\n\n\n"],
          send_files: [
            ["a.txt", "complete", 13, ["text of a.txt\n\n"]],
            ["b.txt", "complete", 13, ["text of b.txt\n\n"]],
            ["c.md", "complete", 12, ["text of c.md\n\n"]],
          ],
          events: true,
          status: [3, false, 6, 6],
          terminated: 6,
          chat: ["Paris"],
          "low level": [false, true],
          // Clients of 1.0 have no dashboard.
          ...(version === "1.0.0" ? {} : { dashboard: [true, true] }),
        });
        assertStringIncludes(String(refused), "Your pipeline is not running");
        assertStringIncludes(String(credential), "AuthenticationException");
        // Those of clients of 1.0 end with a TypeError before any traffic.
        if (version === "1.0.0") return;
        assertEquals(templates, ["in", 1]);
        assertEquals(files, ["first", { n: 1 }, ["b.json", "c.txt"], true]);
      }),
  });
}

/** What each step of the program gave. */
async function run(
  version: string,
  uri: string,
): Promise<Record<string, unknown>> {
  const packages = await installPython(`rocketride==${version}`);
  const program = `${HERE}/official_client.py`;
  const pipelines = `${HERE}/../../examples/pipelines`;
  return JSON.parse(await runPython(packages, [program, uri, pipelines]));
}
