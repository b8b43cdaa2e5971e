import { assertEquals, assertMatch } from "@std/assert";
import { startChild } from "../support/child_program.ts";
import { HOSTS } from "../support/hosts.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { digestOf, manyBytes, useEngine } from "../support/use_engine.ts";

Deno.test("the example of a Bun server takes uploads and clients", async () => {
  const bun = HOSTS.find(({ name }) => name === "Bun")!;
  await using child = await bun.start("examples/bun_server.ts", "0");
  const said = await child.line();
  assertMatch(said, /^Listening at http:\/\/.+\/$/);
  const url = said.slice("Listening at ".length);
  const digest = await digestOf(manyBytes());
  await Promise.all([1, 2, 3].map(async () => {
    const response = await fetch(`${url}documents`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: manyBytes(),
    });
    assertEquals((await response.json()).metadata.sha256, digest);
  }));
  await useEngine({ uri: url, auth: "key", env: {} });
  child.kill("SIGINT");
  assertEquals((await child.ended()).stderr, "");
});

Deno.test("the example of an app passes its own tests", async () => {
  const args = ["test", "--allow-all", "--quiet", "examples/testing_an_app"];
  const printed = await mustRun(Deno.execPath(), args, ROOT);
  assertMatch(printed, /ok \| 3 passed \| 0 failed/);
});

Deno.test("the example that watches a folder sends what is put into it", async () => {
  await using folder = await tempFolder();
  const program = new URL("examples/watch_folder.ts", ROOT).pathname;
  const args = ["run", "--quiet", "--allow-all", program, folder.path];
  await using child = startChild(Deno.execPath(), args);
  assertEquals(await child.line(), `Watching ${folder.path}`);
  const path = `${folder.path}/note.md`;
  await Deno.writeTextFile(path, "# Note");
  assertEquals(await child.line(), `${path} complete `);
  child.kill("SIGINT");
  assertEquals(await child.ended(), { code: 0, stdout: "", stderr: "" });
});
