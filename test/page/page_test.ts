import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  connect,
  events,
  getTaskStatus,
  send,
  type Task,
  use,
} from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import { readText } from "@rocketride/streams/store";
import chat from "../../examples/pipelines/chat.pipe.json" with {
  type: "json",
};
import document from "../../examples/pipelines/document.pipe.json" with {
  type: "json",
};
import text from "../../examples/pipelines/text.pipe.json" with {
  type: "json",
};
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { testNode } from "../support/test_nodes.ts";
import { fileOf, openBrowser, type Visit, visit } from "./browser.ts";

const chromium = await chromiumPath();
const missing = chromium ? "" : ` (skipped: ${NO_CHROMIUM})`;
const KEY = "the key of the test";
const OTHER_KEY = "the key of another user";

/** Takes texts, and is never done with them. */
const holding = testNode({
  provider: "holding",
  instance: ({ signal }) => ({
    on: {
      text: () =>
        new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve())
        ),
    },
  }),
});

/** Start a pipeline that tells about its steps, and show its task. */
async function openTask(
  { page, session }: Visit,
  pipeline: typeof document | typeof chat | typeof text,
): Promise<Task> {
  const task = await use(session, {
    pipeline,
    name: pipeline.name,
    pipelineTraceLevel: "summary",
  });
  await page.locator(".tasks a", { hasText: pipeline.name }).click();
  await page.locator(".drawing svg").waitFor();
  return task;
}

const CASES: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
  async "a first visitor starts a pipeline and sends a text, by keyboard"({
    page,
  }): Promise<void> {
    await page.getByRole("heading", { name: "No tasks yet" }).waitFor();
    await page.locator(".samples button", { hasText: document.name }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: document.name }).waitFor();
    const drawing = page.getByRole("img", {
      name: /^Pipeline of 4 components/,
    });
    await drawing.waitFor();
    assertEquals(
      await drawing.locator("title").allTextContents(),
      document.components.map(({ id }) => id),
    );
    await page.getByLabel("Text to send").fill("# One\n\nFirst words.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".documents li", { hasText: "First words." }).waitFor();
  },

  async "a file that is dropped shows its result, and passes through the drawing"(
    visit,
  ): Promise<void> {
    const { page } = visit;
    await openTask(visit, document);
    const dataTransfer = await page.evaluateHandle(`{
      const transfer = new DataTransfer();
      transfer.items.add(new File(["# Dropped\\n\\nWords."], "dropped.md"));
      transfer;
    }`);
    await page.dispatchEvent(".send .dropzone", "drop", { dataTransfer });
    const file = page.locator(".files .done", { hasText: "dropped.md" });
    await file.locator(".documents li", { hasText: "Words." }).waitFor();
    // The source counts objects, a connection what it passes on.
    await page.locator(".node", { hasText: "webhook_1" })
      .locator(".count", { hasText: /^1$/ }).waitFor();
    await page.locator(".connection.used", { hasText: "documents 1" })
      .waitFor();
    await page.locator(".facts", { hasText: "Done1" }).waitFor();
    await page.getByRole("img", { name: /^Latency: [\d.]+ m?s$/ }).waitFor();
  },

  async "an object that fails is told with its component and its reason"(
    visit,
  ): Promise<void> {
    const { page, session } = visit;
    const failing = structuredClone(chat);
    failing.components[1]!.config = {
      replies: [{ match: "there", error: "The model is asleep" }],
    } as never;
    const task = await openTask(visit, failing);
    await page.getByLabel("Question", { exact: true }).fill("Anybody there?");
    await page.keyboard.press("Enter");
    await page.locator(".turns .error", { hasText: "The model is asleep" })
      .waitFor();
    await page.locator(".node.failed", { hasText: "llm_mock_1" })
      .locator(".errors", { hasText: "1 failed" }).waitFor();
    await page.getByRole("tab", { name: "Problems 1" }).click();
    await page.locator(".problems .error", { hasText: "asleep" }).waitFor();
    await task[Symbol.asyncDispose]();
    assertEquals(session.signal.aborted, false);
  },

  async "questions are answered, and each knows those before it"(
    visit,
  ): Promise<void> {
    const { page, session } = visit;
    const task = await openTask(visit, chat);
    const seen = (await events(session, task, { types: ["flow"] })).getReader();
    const question = page.getByLabel("Question", { exact: true });
    await question.fill("What is the capital of France?");
    await page.keyboard.press("Enter");
    await page.locator(".answer", { hasText: "Paris" }).waitFor();
    await question.fill("And again?");
    await page.keyboard.press("Enter");
    // The script looks for the words in all that it is told.
    await page.locator(".turns li").nth(1).locator(".answer", {
      hasText: "Paris",
    }).waitFor();
    assertEquals((await seen.read()).done, false);
    await seen.cancel();
  },

  async "tasks of others come, count and go; stopping one is asked twice"(
    visit,
  ): Promise<void> {
    const { page, session } = visit;
    await page.getByRole("heading", { name: "No tasks yet" }).waitFor();
    const task = await openTask(visit, text);
    await send(session, task, "Hello");
    await page.locator(".tasks a", { hasText: "1 done" }).waitFor();
    const other = await use(session, { pipeline: chat, name: chat.name });
    await page.locator(".tasks a").nth(1).waitFor();
    await other[Symbol.asyncDispose]();
    await page.locator(".tasks a", { hasText: "stopped" }).waitFor();
    await page.getByRole("button", { name: "Stop task" }).click();
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByRole("button", { name: "Stop task" }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.locator(".pill", { hasText: "stopped" }).waitFor();
  },

  async "a pipeline file that is not sound is refused with its reasons"({
    page,
  }): Promise<void> {
    await page.locator(".start").waitFor();
    const input = page.locator(".start input[type=file]");
    const broken = structuredClone(document);
    broken.components[1]!.provider = "pars";
    await input.setInputFiles([
      fileOf("broken.pipe", "", JSON.stringify(broken)),
    ]);
    await page.locator(".problems .error", { hasText: "pars" }).first()
      .waitFor();
    await input.setInputFiles([fileOf("no.json", "", "{ not JSON")]);
    await page.locator(".problems .error", { hasText: "no.json" }).waitFor();
    const named = { ...document, name: undefined };
    await input.setInputFiles([
      fileOf("mine.pipe.json", "", JSON.stringify({ pipeline: named })),
    ]);
    await page.getByRole("heading", { name: "mine" }).waitFor();
  },

  async "events can be filtered, stopped and read, by keyboard"(
    visit,
  ): Promise<void> {
    const { page, session } = visit;
    const task = await openTask(visit, text);
    await page.getByRole("tab", { name: "Send" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Events", selected: true }).waitFor();
    await send(session, task, "Hello");
    const rows = page.locator(".log [role=option]");
    await rows.locator("xpath=.", { hasText: "end" }).first().waitFor();
    await page.getByLabel("Filter events by text").fill(
      "enter response_text_1",
    );
    await rows.nth(1).waitFor({ state: "hidden" });
    await page.getByRole("listbox").focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("region", { name: "Event apaevt_flow" }).waitFor();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    await send(session, task, "More");
    await page.getByText(/[1-9]\d* since the pause/).waitFor();
    assertEquals(await rows.count(), 1);
    await page.keyboard.press("Escape");
    await rows.nth(1).waitFor();
    assertEquals(await rows.count(), 2);
    await page.getByRole("button", { name: "Flow" }).click();
    await page.getByText("No event matches the filters.").waitFor();
  },

  async "the store keeps files that are dropped, shows and deletes them"({
    page,
    session,
  }): Promise<void> {
    await page.getByRole("link", { name: "Store" }).click();
    await page.getByLabel("Name of a new folder").fill("notes");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "notes/" }).click();
    await page.locator(".crumbs [aria-current]", { hasText: "notes" })
      .waitFor();
    await page.locator(".store input[type=file]").setInputFiles([
      fileOf("a b.md", "text/markdown", "# Kept"),
    ]);
    await page.getByRole("button", { name: "a b.md", exact: true }).click();
    await page.getByRole("region", { name: "a b.md", exact: true })
      .getByText("# Kept").waitFor();
    assertEquals(await readText(session, "notes/a b.md"), "# Kept");
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save a b.md" }).click();
    assertEquals((await saving).suggestedFilename(), "a b.md");
    await page.getByRole("button", { name: "Delete a b.md" }).click();
    await page.getByRole("button", { name: "Confirm: delete a b.md" }).click();
    await page.getByText("The folder is empty.").waitFor();
  },

  async "a name with markup in it is text"(visit): Promise<void> {
    const { page, session } = visit;
    const name = `<img src=x onerror="document.title='broken into'">`;
    await use(session, { pipeline: { ...text, name }, name });
    await page.locator(".tasks a", { hasText: "<img" }).click();
    await page.locator("h1", { hasText: name }).waitFor();
    assertEquals(await page.evaluate("document.title"), "RocketRide engine");
  },
};

Deno.test({
  name: `the engine's page does what it is for${missing}`,
  ignore: chromium === undefined,
  // The browser is Playwright's to look after.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t): Promise<void> {
    const browser = await openBrowser();
    for (const [name, see] of Object.entries(CASES)) {
      await t.step(name, () => visit(browser, {}, see));
    }

    await t.step(
      "a key is asked for, and kept in memory alone",
      () =>
        visit(browser, {
          auth: [{ key: KEY }, { key: OTHER_KEY, userId: "another" }],
        }, async ({ page }) => {
          const field = page.getByLabel("This engine requires a key.");
          await field.fill("another key");
          await page.keyboard.press("Enter");
          const alert = page.getByRole("alert");
          await alert.waitFor();
          assertMatch(await alert.textContent() ?? "", /Invalid API key/);
          // No way around it.
          await page.keyboard.press("Escape");
          await page.keyboard.press("Escape");
          await field.fill(KEY);
          await page.keyboard.press("Enter");
          await page.getByText("No tasks yet").waitFor();
          const kept = await page.evaluate<string>(`JSON.stringify([
          {...localStorage}, {...sessionStorage}, document.cookie, location.href,
          document.documentElement.outerHTML,
        ])`);
          assert(!kept.includes(KEY));
          await page.locator(".samples button").first().click();
          await page.locator(".drawing svg").waitFor();
          // The events come, too.
          await page.getByRole("link", { name: "Events" }).click();
          await page.locator(".log .task", { hasText: document.name }).first()
            .waitFor();
          await page.reload();
          await field.waitFor();
        }),
    );

    await t.step(
      "files that are under way can be given up",
      () =>
        visit(browser, { nodes: [holding] }, async (seen) => {
          const { page, session } = seen;
          const pipeline = structuredClone(text);
          pipeline.components[1]!.provider = holding.provider;
          const task = await openTask(seen, pipeline);
          await page.getByLabel("Text to send").fill("Hold this");
          await page.getByRole("button", { name: "Send", exact: true }).click();
          await page.getByText("1 file, 1 under way").waitFor();
          await page.getByRole("button", { name: "Stop sending" }).click();
          await page.locator(".files .failed", { hasText: "Stopped" })
            .waitFor();
          assertEquals((await getTaskStatus(session, task)).completed, false);
        }),
    );

    await t.step(
      "a key that may not watch is told so, and can do the rest",
      () =>
        visit(browser, {
          auth: [{ key: KEY, permissions: ["task.store"] }],
        }, async ({ page }) => {
          await page.getByLabel("This engine requires a key.").fill(KEY);
          await page.keyboard.press("Enter");
          await page.getByRole("alert").getByText(/task\.monitor/).waitFor();
          await page.getByText("Cannot list the tasks.").waitFor();
          await page.getByRole("link", { name: "Store" }).click();
          await page.getByText("The folder is empty.").waitFor();
        }),
    );

    await t.step(
      "it works where it came without encryption, and says so",
      () =>
        visit(browser, { auth: [KEY] }, async ({ page, url }) => {
          await page.goto(url.replace("127.0.0.1", "engine.test"));
          await page.getByText("This page was loaded without encryption")
            .waitFor();
          await page.getByLabel("This engine requires a key.").fill(KEY);
          await page.keyboard.press("Enter");
          await page.locator(".samples button", { hasText: document.name })
            .click();
          await page.getByLabel("Text to send").fill("# One\n\nFirst words.");
          await page.getByRole("button", { name: "Send", exact: true }).click();
          await page.locator(".documents li", { hasText: "First words." })
            .waitFor();
        }),
    );

    await t.step(
      "a lost connection is told, and the next one is taken",
      () =>
        visit(browser, {}, async (seen) => {
          const { page, server } = seen;
          await openTask(seen, text);
          await server.close();
          await page.getByText("Connection lost").waitFor();
          await using engine = createEngine();
          await using _next = await serveEngine(engine, { port: server.port });
          const session = await connect({ transport: engine.transport() });
          await use(session, { pipeline: chat, name: chat.name });
          await page.getByText("Connected").waitFor();
          await page.locator(".tasks a", { hasText: chat.name }).waitFor();
          await page.locator(".tasks a", { hasText: text.name })
            .waitFor({ state: "hidden" });
        }),
    );
    await browser.close();
  },
});
