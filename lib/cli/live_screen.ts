import { process } from "./platform.ts";
import cliTruncate from "cli-truncate";
import { createLogUpdate } from "log-update";

/** The least time between two drawings, in milliseconds. */
const INTERVAL_MS = 100;

/**
 * Lines on a terminal that are redrawn in place: after changes, at most ten times
 * a second; every second; and when the size of the terminal changes.
 */
export class LiveScreen implements Disposable {
  readonly #render: (size: ScreenSize) => readonly string[];
  readonly #update = createLogUpdate(process.stdout);
  readonly #ticks: ReturnType<typeof setInterval>;
  #pending: ReturnType<typeof setTimeout> | undefined;

  /** Draw what a function returns for a size of the terminal. */
  constructor(render: (size: ScreenSize) => readonly string[]) {
    this.#render = render;
    this.#ticks = setInterval(() => this.#draw(), 1_000);
    process.stdout.on("resize", this.#draw);
    this.#draw();
  }

  /** Redraw soon. */
  changed(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#draw();
    }, INTERVAL_MS);
  }

  /** Draw for the last time, and keep the lines. */
  [Symbol.dispose](): void {
    clearTimeout(this.#pending);
    clearInterval(this.#ticks);
    process.stdout.off("resize", this.#draw);
    this.#draw();
    this.#update.done();
  }

  readonly #draw = (): void => {
    const columns = process.stdout.columns || 80;
    const rows = process.stdout.rows || 24;
    // The last column and row would make some terminals scroll.
    const size = { columns: columns - 1, rows: rows - 1 };
    const lines = this.#render(size).slice(0, size.rows);
    this.#update(
      lines.map((line) => cliTruncate(line, size.columns)).join("\n"),
    );
  };
}

/** The space for drawing. */
export interface ScreenSize {
  /** Narrow characters in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}
