import { assert, assertEquals } from "@std/assert";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import * as plants from "../support/canary/plants.ts";
import { type CanaryReport, ENGINE, summary } from "../support/canary/run.ts";
import { Search } from "../support/canary/search.ts";
import { forEachHost, HOSTS } from "../support/hosts.ts";

const PROGRAM = "test/process/programs/canary.ts";

function search(): Search {
  const all = new Search();
  for (const [name, value] of Object.entries(plants)) {
    if (typeof value === "string") all.plant(name, value);
  }
  return all;
}

// Deno does it among the tests of behaviour.
for (const host of HOSTS.filter(({ name }) => name !== "Deno")) {
  const title = "nothing that comes out of the library shows a secret";
  Deno.test(`${title} (${host.name})`, async () => {
    await using child = await host.start(PROGRAM, "run");
    const { stdout, stderr } = await child.ended();
    assertEquals(stderr, "");
    const report = JSON.parse(stdout) as CanaryReport;
    assertEquals(report.leaks.slice(0, 20), []);
    assert(report.places > 100_000, `only ${report.places} places`);
    const all = search();
    all.look("output", stdout);
    assertEquals(all.leaks, []);
    await Deno.stdout.write(
      new TextEncoder().encode(`${host.name}: ${summary(report)}\n`),
    );
  });
}

for (
  const what of [
    "print",
    "a wrong key",
    "a wrong key over HTTP",
    "a pipeline that cannot start",
    "a request that the network fails",
    "a server that repeats what it was sent",
    "something thrown with a session",
  ]
) {
  forEachHost(
    `a program shows no secret when it ends: ${what}`,
    async (host) => {
      await using engine = createEngine(ENGINE);
      await using server = await serveEngine(engine);
      await using child = await host.start(PROGRAM, what, server.uri);
      const { code, stdout, stderr } = await child.ended();
      assertEquals(code === 0, what === "print", stderr);
      assert((stdout + stderr).length > 50, stdout + stderr);
      const all = search();
      all.look("stdout", stdout);
      all.look("stderr", stderr);
      assertEquals(all.leaks, []);
    },
  );
}
