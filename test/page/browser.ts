// deno-lint-ignore no-external-import -- Playwright is no module
import { createRequire } from "node:module";
// deno-lint-ignore no-external-import -- Playwright takes no other bytes
import { Buffer } from "node:buffer";
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type EngineServer,
  serveEngine,
} from "@rocketride/streams/engine";
import { enginePage } from "@rocketride/streams/page";
import { connect, type Session } from "@rocketride/streams";
import { assertEquals } from "@std/assert";
import { CHROMIUM_FLAGS, chromiumPath } from "../support/chromium_path.ts";
import { installTools } from "../support/npm_tools.ts";

/** The part of Playwright's locators that is used here. */
export interface Locator {
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  locator(selector: string, options?: { hasText?: string | RegExp }): Locator;
  getByText(text: string | RegExp, options?: { exact: boolean }): Locator;
  getByRole(role: string, options?: RoleOptions): Locator;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  focus(): Promise<void>;
  press(key: string): Promise<void>;
  count(): Promise<number>;
  waitFor(options?: { state: "hidden" }): Promise<void>;
  textContent(): Promise<string | null>;
  allTextContents(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  setInputFiles(
    files: readonly { name: string; mimeType: string; buffer: Buffer }[],
  ): Promise<void>;
}

/** What an element with a role is called. */
export interface RoleOptions {
  readonly name?: string | RegExp;
  readonly exact?: boolean;
  readonly selected?: boolean;
}

/** The part of Playwright's pages that is used here. */
export interface BrowserPage extends Locator {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  getByLabel(text: string | RegExp, options?: { exact: boolean }): Locator;
  evaluate<T>(code: string): Promise<T>;
  evaluateHandle(code: string): Promise<unknown>;
  dispatchEvent(
    selector: string,
    type: string,
    init: { dataTransfer: unknown },
  ): Promise<void>;
  emulateMedia(options: { colorScheme: "light" | "dark" }): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  waitForEvent(name: "download"): Promise<{
    suggestedFilename(): string;
  }>;
  readonly keyboard: { press(key: string): Promise<void> };
}

/** A browser. */
export interface Browser {
  newContext(options: {
    viewport: { width: number; height: number };
    colorScheme: "light" | "dark";
  }): Promise<{
    newPage(): Promise<
      BrowserPage & {
        on(event: string, listener: (told: never) => void): void;
        setDefaultTimeout(milliseconds: number): void;
      }
    >;
    close(): Promise<void>;
  }>;
  close(): Promise<void>;
}

const FLAGS = [
  ...CHROMIUM_FLAGS,
  // A name of this machine that browsers do not take for it.
  "--host-resolver-rules=MAP engine.test 127.0.0.1",
];

/** Milliseconds for what must happen, on a machine that has much to do. */
const PATIENCE_MS = 120_000;

/** Start Chromium. */
export async function openBrowser(): Promise<Browser> {
  const tools = await installTools({ "playwright-core": "1.65.1" });
  const require = createRequire(import.meta.url);
  const { chromium } = require(`${tools}/node_modules/playwright-core`);
  return await chromium.launch({
    executablePath: await chromiumPath(),
    args: FLAGS,
  });
}

/** A page of an engine that is served, with a client of that engine. */
export interface Visit {
  readonly page: BrowserPage;
  readonly engine: Engine;
  readonly server: EngineServer;
  /** Another client than the page. */
  readonly session: Session;
  /** The page's address. */
  readonly url: string;
}

/**
 * Open the page of an engine in a window of its own. Everything is closed
 * afterwards, and nothing may have been complained about meanwhile.
 *
 * @param options Those of the engine.
 */
export async function visit(
  browser: Browser,
  options: EngineOptions,
  see: (visit: Visit) => Promise<void>,
): Promise<void> {
  const engine = createEngine(options);
  const server = await serveEngine(engine, { page: enginePage() });
  const session = await connect({ transport: engine.transport(), env: {} });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on("pageerror", (error: Error) => complaints.push(String(error)));
    page.on("console", (said: { type(): string; text(): string }) => {
      // That a server is gone is no fault of the page.
      const text = said.text();
      if (said.type() !== "error" || text.includes("ERR_CONNECTION")) return;
      complaints.push(text);
    });
    const url = `${server.uri}/`;
    await page.goto(url);
    await see({ page, engine, server, session, url });
    assertEquals(complaints, []);
  } finally {
    await context.close();
    await server.close();
    await engine.close();
  }
}

/** A file for an input of a page. */
export function fileOf(
  name: string,
  mimeType: string,
  text: string,
): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType, buffer: Buffer.from(text) };
}
