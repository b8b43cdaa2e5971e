import { assertEquals } from "@std/assert";
import { type Session, use } from "@rocketride/streams";
import { writeText } from "@rocketride/streams/store";
import chat from "../../examples/pipelines/chat.pipe.json" with {
  type: "json",
};
import document from "../../examples/pipelines/document.pipe.json" with {
  type: "json",
};
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { installTools } from "../support/npm_tools.ts";
import { type BrowserPage, fileOf, openBrowser, visit } from "./browser.ts";

const chromium = await chromiumPath();
const missing = chromium ? "" : ` (skipped: ${NO_CHROMIUM})`;

/** The sizes of a telephone and of a desk. */
const SIZES = [{ width: 360, height: 780 }, { width: 1440, height: 900 }];
const SCHEMES = ["light", "dark"] as const;

/** The rules of WCAG 2.2 up to AA, and what axe-core counts as good practice. */
const RUN = `axe.run(document, {
  runOnly: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
  ],
}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, any }) =>
    id + ": " + target.join(" ") + " " + (any[0]?.message ?? ""))))`;

/** The way through the page: to each of its views, as a person goes. */
const VIEWS: Readonly<Record<string, (page: BrowserPage) => Promise<void>>> = {
  async "starting a pipeline"(page): Promise<void> {
    await page.goto(await page.evaluate<string>("location.origin + '/#/'"));
    await page.getByRole("button", { name: "Start a pipeline" }).click();
    await page.getByRole("dialog").waitFor();
  },
  async overview(page): Promise<void> {
    const close = page.getByRole("button", { name: "Close" });
    if (await close.count() > 0) await close.click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  },
  async "a task with results"(page): Promise<void> {
    await page.goto(await page.evaluate<string>("location.origin + '/#/'"));
    await page.locator(".tasks a", { hasText: document.name }).click();
    await page.locator(".drawing svg").waitFor();
    await page.locator(".send input[type=file]").setInputFiles([
      fileOf("a.md", "text/markdown", "# Title\n\nWords."),
    ]);
    await page.locator(".files .done").first().waitFor();
  },
  async "the events of a task"(page): Promise<void> {
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByRole("listbox").press("ArrowDown");
    await page.getByRole("region", { name: /^Event / }).waitFor();
  },
  async "its pipeline"(page): Promise<void> {
    await page.getByRole("tab", { name: "JSON" }).click();
  },
  async "a conversation"(page): Promise<void> {
    await page.goto(await page.evaluate<string>("location.origin + '/#/'"));
    await page.locator(".tasks a", { hasText: chat.name }).click();
    const question = page.getByLabel("Question", { exact: true });
    await question.fill("What is the capital of France?");
    await question.press("Enter");
    await page.locator(".answer").first().waitFor();
    await page.getByRole("button", { name: "Stop task" }).click();
  },
  async "all events"(page): Promise<void> {
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByRole("heading", { name: "Events" }).waitFor();
  },
  async "the store"(page): Promise<void> {
    await page.getByRole("link", { name: "Store" }).click();
    await page.getByRole("button", { name: "kept.txt", exact: true }).click();
    await page.getByRole("region", { name: "kept.txt", exact: true }).waitFor();
  },
};

async function prepare(session: Session): Promise<void> {
  for (const pipeline of [document, chat]) {
    const { name } = pipeline;
    await use(session, { pipeline, name, pipelineTraceLevel: "summary" });
  }
  await writeText(session, "kept.txt", "Words");
}

/** Judge what is shown, in each size and in both themes. */
async function judge(page: BrowserPage, what: string): Promise<string[]> {
  const findings: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      // Colours change in a moment; they are judged as they are then.
      await page.evaluate(
        "Promise.allSettled(document.getAnimations().map((it) => it.finished))",
      );
      const place = `${what}, ${size.width} px, ${colorScheme}: `;
      const found = await page.evaluate<string[]>(RUN);
      findings.push(...found.map((finding) => place + finding));
    }
    const wide = await page.evaluate<number>(
      "document.documentElement.scrollWidth",
    );
    if (wide > size.width) {
      findings.push(`${what}: ${wide} px wide at ${size.width} px`);
    }
  }
  return findings;
}

Deno.test({
  name: `the engine's page can be used by everybody, says axe-core${missing}`,
  ignore: chromium === undefined,
  // The browser is Playwright's to look after.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t): Promise<void> {
    const tools = await installTools({ "axe-core": "4.14.1" });
    const axe = await Deno.readTextFile(
      `${tools}/node_modules/axe-core/axe.min.js`,
    );
    const browser = await openBrowser();

    await t.step(
      "a page that waits for its key, and one without tasks",
      () =>
        visit(browser, { auth: ["key"] }, async ({ page }) => {
          await page.evaluate(`${axe}; undefined`);
          await page.getByRole("dialog").waitFor();
          assertEquals(await judge(page, "the key"), []);
          await page.getByLabel("This engine requires a key.").fill("key");
          await page.keyboard.press("Enter");
          await page.getByText("No tasks yet").waitFor();
          assertEquals(await judge(page, "the welcome"), []);
        }),
    );

    await t.step(
      Object.keys(VIEWS).join(", "),
      () =>
        visit(browser, {}, async ({ page, session }) => {
          await prepare(session);
          await page.locator(".tasks a").nth(1).waitFor();
          await page.evaluate(`${axe}; undefined`);
          const findings: string[] = [];
          for (const [name, go] of Object.entries(VIEWS)) {
            await go(page);
            findings.push(...await judge(page, name));
          }
          assertEquals(findings, []);
        }),
    );
    await browser.close();
  },
});
