import { assertEquals, assertMatch } from "@std/assert";
import { HOSTS } from "../support/hosts.ts";
import { ROOT } from "../support/read_tree.ts";
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
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--quiet", "examples/testing_an_app"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  assertMatch(decoder.decode(stdout), /ok \| 3 passed \| 0 failed/);
});
