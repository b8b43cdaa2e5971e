// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Uses the page of `examples/browser` as a person would: drops a file, chooses
 * another, waits, and prints what the page then shows as JSON. It is told the
 * address, the browser, where Playwright is, and where a picture may go.
 */
// deno-lint-ignore no-external-import -- Playwright is no module
import { createRequire } from "node:module";
import { CHROMIUM_FLAGS } from "./chromium_path.ts";

const [url = "", executablePath = "", playwright = "", picture] = Deno.args;
const { chromium } = createRequire(import.meta.url)(playwright);

const browser = await chromium.launch({
  executablePath,
  args: [...CHROMIUM_FLAGS],
});
const page = await browser.newPage();
const complaints: string[] = [];
page.on("pageerror", (error: unknown) => complaints.push(String(error)));
page.on("console", (said: { type(): string; text(): string }) => {
  if (said.type() === "error") complaints.push(said.text());
});
await page.goto(url);
await page.getByText("Connected to").waitFor();

const dropped = await page.evaluateHandle(`{
  const transfer = new DataTransfer();
  transfer.items.add(new File(["Dropped\\n"], "dropped.txt"));
  transfer;
}`);
await page.dispatchEvent("#drop", "drop", { dataTransfer: dropped });
await page.locator("#files .complete", { hasText: "dropped.txt" }).waitFor();
await page.setInputFiles("#drop input", [
  { name: "a.bin", mimeType: "audio/wav", buffer: bytes(3_000_000) },
  { name: "b.bin", mimeType: "audio/wav", buffer: bytes(5_000) },
]);
await page.locator("#files .complete").nth(2).waitFor();
await page.locator("#events li", { hasText: "3 completed" }).first().waitFor();

console.log(JSON.stringify({
  state: await page.locator("#state").textContent(),
  files: await page.locator("#files .name").allTextContents(),
  outcomes: await page.locator("#files .outcome").allTextContents(),
  full: await page.locator("#files progress")
    .evaluateAll((bars: { value: number; max: number }[]) =>
      bars.every(({ value, max }) => value === max)
    ),
  complaints,
}));
if (picture) await page.screenshot({ path: picture, fullPage: true });
await browser.close();

/** As Playwright wants them. */
function bytes(length: number): unknown {
  const all = new Uint8Array(length).map((_, at) => at * 7);
  // deno-lint-ignore no-node-globals -- Playwright takes nothing else
  return Buffer.from(all);
}
