// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Chooses a document on the page of `examples/vite`, waits for the pipeline, and
 * prints what the page then lists, and what it complained of, as JSON. It is told
 * the address, the browser, and where Playwright is.
 */
// deno-lint-ignore no-external-import -- what Playwright takes
import { Buffer } from "node:buffer";
// deno-lint-ignore no-external-import -- Playwright is no module
import { createRequire } from "node:module";
import { CHROMIUM_FLAGS } from "./chromium_path.ts";

const [url = "", executablePath = "", playwright = ""] = Deno.args;
const { chromium } = createRequire(import.meta.url)(playwright);

const browser = await chromium.launch({
  executablePath,
  args: [...CHROMIUM_FLAGS],
});
const page = await browser.newPage();
const complaints: string[] = [];
page.on("pageerror", (error: unknown) => complaints.push(String(error)));
await page.goto(url);
await page.setInputFiles("input", [
  {
    name: "page.html",
    mimeType: "text/html",
    buffer: Buffer.from("<p>Ada</p>"),
  },
]);
await page.locator("li").waitFor();
console.log(JSON.stringify({
  items: await page.locator("li").allTextContents(),
  complaints,
}));
await browser.close();
