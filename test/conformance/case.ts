import type { JsonValue } from "../../schema/json.ts";

/** Where a case finds what it needs; plain data, so that it reaches every runtime. */
export interface Places {
  /** Which runtime it is: `deno`, `bun`, `node`, `workerd` or `chromium`. */
  readonly runtime: string;
  /** The embedded engine, for sockets and for HTTP: `http://127.0.0.1:port`. */
  readonly engine: string;
  /** What answers as no engine should: see `server.ts`. */
  readonly faults: string;
  /** Bodies to fetch. */
  readonly site: string;
}

/**
 * What the library does, in a way that can be told as data.
 *
 * A case asserts nothing: it returns what it saw, and whoever started the
 * runtime compares. It may use the library, web standards and nothing else,
 * has to close what it opens, and must not rely on other cases.
 */
export interface ConformanceCase {
  /** What it is about; a row of the table. */
  readonly group: string;
  /** What holds, as a sentence; unique. */
  readonly name: string;
  /** What every runtime must see. */
  readonly expected: JsonValue;
  /**
   * Milliseconds that it may take.
   *
   * @default {15_000}
   */
  readonly timeoutMs?: number;
  /** Do it, and tell what was seen: what JSON makes of it counts. */
  run(places: Places): Promise<unknown>;
}

/** What a runtime says of a case. */
export interface CaseReport {
  /** The case's name. */
  readonly name: string;
  /** What it saw, when it came to an end. */
  readonly value?: JsonValue;
  /** Why it did not. */
  readonly error?: string;
  /** Milliseconds that it took. */
  readonly ms: number;
}
