import { assertEquals, assertStringIncludes } from "@std/assert";
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { startChild } from "../support/child_program.ts";
import { installTools } from "../support/npm_tools.ts";
import { ROOT } from "../support/read_tree.ts";
import { digestOf } from "../support/use_engine.ts";

const chromium = await chromiumPath();
const missing = chromium ? "" : ` (skipped: ${NO_CHROMIUM})`;
const RUN = ["run", "--quiet", "--no-prompt", "--allow-all"];

for (const [place, address] of [["server", "ws:"], ["page", "memory:"]]) {
  Deno.test({
    name:
      `the example of a page works with an engine in the ${place}${missing}`,
    ignore: chromium === undefined,
    async fn(): Promise<void> {
      const tools = await installTools({ "playwright-core": "1.65.1" });
      const serve = new URL("examples/browser/serve.ts", ROOT).pathname;
      await using server = startChild(Deno.execPath(), [...RUN, serve, "0"]);
      const url = (await server.line()).replace("Open ", "");
      const driver = new URL("test/support/page_driver.ts", ROOT).pathname;
      await using page = startChild(Deno.execPath(), [
        ...RUN,
        driver,
        `${url}?engine=${place}`,
        chromium!,
        `${tools}/node_modules/playwright-core`,
      ]);
      const seen = JSON.parse(await page.line());
      assertEquals(await page.ended(), { code: 0, stdout: "", stderr: "" });
      assertStringIncludes(seen.state, `Connected to ${address}`);
      assertEquals(seen.files, ["a.bin", "b.bin", "dropped.txt"]);
      const text = await digestOf(new TextEncoder().encode("Dropped\n"));
      assertEquals(seen.outcomes[2], `text/plain, SHA-256 ${text}`);
      assertEquals([seen.full, seen.complaints], [true, []]);
    },
  });
}
