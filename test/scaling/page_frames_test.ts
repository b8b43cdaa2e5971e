import { assert } from "@std/assert";
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { startChild } from "../support/child_program.ts";
import { ROOT } from "../support/read_tree.ts";
import { type BrowserPage, openBrowser } from "../page/browser.ts";

const chromium = await chromiumPath();
const missing = chromium ? "" : ` (skipped: ${NO_CHROMIUM})`;

/** Milliseconds of one measurement. */
const WINDOW_MS = 4_000;
/** Measurements of a view; the best one counts, for others use the machine. */
const ATTEMPTS = 6;
/** Milliseconds within which 95 of 100 frames follow each other. */
const MOST_OFTEN = 50;
/** Milliseconds within which all do. */
const MOST_EVER = 250;
/** Events a second that the page must have received meanwhile. */
const LEAST_EVENTS = 4_000;

/** Milliseconds between frames, least first, and the events of that time. */
interface Frames {
  readonly gaps: readonly number[];
  readonly events: number;
}

const MEASURE = `new Promise((resolve) => {
  const seen = () => Number(
    document.querySelector(".events > .quiet").textContent
      .match(/^[\\d,]+/)[0].replaceAll(",", ""),
  );
  const before = seen();
  const gaps = [];
  const start = performance.now();
  let last = start;
  requestAnimationFrame(function frame() {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (now - start < ${WINDOW_MS}) requestAnimationFrame(frame);
    else {
      const events = (seen() - before) / (now - start) * 1_000;
      resolve({ gaps: gaps.sort((a, b) => a - b), events });
    }
  });
})`;

/** Measure until a measurement is good; returns the last one, in words. */
async function bestOf(page: BrowserPage): Promise<[boolean, string]> {
  let words = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { gaps, events } = await page.evaluate<Frames>(MEASURE);
    const often = gaps[Math.ceil(gaps.length * 0.95) - 1]!;
    const ever = gaps.at(-1)!;
    words = `${gaps.length} frames, 95 % within ${often.toFixed(0)} ms, ` +
      `all within ${ever.toFixed(0)} ms, ${events.toFixed(0)} events/s`;
    const isGood = often < MOST_OFTEN && ever < MOST_EVER &&
      events >= LEAST_EVENTS;
    if (isGood) return [true, words];
  }
  return [false, words];
}

Deno.test({
  name:
    `the engine's page moves smoothly with 100 tasks and 5,000 events a second${missing}`,
  ignore: chromium === undefined,
  // The browser is Playwright's to look after.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t): Promise<void> {
    const program = new URL("test/page/busy_engine_program.ts", ROOT).pathname;
    await using engine = startChild(
      Deno.execPath(),
      ["run", "--quiet", "--no-check", "--allow-all", program],
      { lifeMs: 180_000 },
    );
    const url = await engine.line();
    const browser = await openBrowser();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: "light",
    });
    const page = await context.newPage();
    await page.goto(url);
    await page.locator(".tasks li").nth(99).waitFor();
    for (const view of ["the overview", "a task with its events"]) {
      if (view !== "the overview") {
        await page.locator(".tasks a").nth(50).click();
        await page.locator(".connection.used").first().waitFor();
        await page.getByRole("tab", { name: "Events" }).click();
      }
      const [isGood, words] = await bestOf(page);
      await t.step(`count: ${view}: ${words}`, () => assert(isGood, words));
    }
    await browser.close();
  },
});
