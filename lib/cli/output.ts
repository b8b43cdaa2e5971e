import { Failure, shown, type ShownError } from "./failures.ts";
import {
  appendFile,
  process,
  stripVTControlCharacters,
  writeFile,
} from "./platform.ts";
import Table from "cli-table3";
import picocolors from "picocolors";

/** Functions that colour text, or return it unchanged. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where the value of `--json` goes: nowhere, standard output, or a file. */
type JsonPlace = undefined | "-" | (string & Record<never, never>);

/**
 * The output of one command.
 *
 * Without `--json`, standard output has lines. With `--json`, it has only JSON.
 * With `--json=FILE`, the file has the JSON, and standard output has lines.
 */
export class Output {
  /** Colours of standard output. */
  readonly colors: Colors;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether the error output is a terminal. */
  readonly hasErrorTerminal: boolean;
  #place: JsonPlace;
  /** The JSON values for a file. */
  readonly #values: string[] = [];

  /** Make the output of a command; `json` is what its option `--json` says. */
  constructor(json: string | undefined) {
    this.#place = json;
    this.isTerminal = process.stdout.isTTY === true && json !== "-";
    this.hasErrorTerminal = process.stderr.isTTY === true && json !== "-";
    this.colors = picocolors.createColors(
      this.isTerminal && !process.env.NO_COLOR && process.env.TERM !== "dumb",
    );
  }

  /** Whether JSON was asked for. */
  get wantsJson(): boolean {
    return this.#place !== undefined;
  }

  /** Whether standard output is for lines. */
  get hasLines(): boolean {
    return this.#place !== "-";
  }

  /** Columns of the terminal, or 80. */
  get columns(): number {
    return process.stdout.columns || 80;
  }

  /** Print a line. */
  async line(text = ""): Promise<void> {
    if (this.hasLines) await write(process.stdout, `${text}\n`);
  }

  /** Print text as it is. */
  async raw(data: string | Uint8Array): Promise<void> {
    if (this.hasLines) await write(process.stdout, data);
  }

  /** Print a remark to the error output, if it is a terminal. */
  async note(text: string): Promise<void> {
    if (!this.hasErrorTerminal) return;
    await write(process.stderr, `${this.colors.dim(text)}\n`);
  }

  /** Print a line to the error output. */
  async warn(text: string): Promise<void> {
    await write(process.stderr, `${text}\n`);
  }

  /** Print rows in columns, under their titles. */
  async table(titles: readonly string[], rows: string[][]): Promise<void> {
    const none = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
    const table = new Table({
      head: titles.map((title) => this.colors.bold(title)),
      chars: {
        ...none,
        top: "",
        "top-mid": "",
        "top-left": "",
        "top-right": "",
        bottom: "",
        "bottom-mid": "",
        "bottom-left": "",
        "bottom-right": "",
        left: "",
        right: "",
        middle: "  ",
      },
      style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    });
    table.push(...rows.map((row) => row.map(oneLine)));
    for (const line of table.toString().split("\n")) {
      await this.line(line.trimEnd());
    }
  }

  /** The result of the command, as one JSON value. */
  async result(value: unknown): Promise<void> {
    if (this.#place === undefined) return;
    const text = JSON.stringify(value, null, 2) + "\n";
    if (this.#place === "-") return await write(process.stdout, text);
    this.#values.push(text);
  }

  /** One of the command's results, as a line of JSON. */
  async item(value: unknown): Promise<void> {
    if (this.#place === undefined) return;
    const text = JSON.stringify(value) + "\n";
    if (this.#place === "-") return await write(process.stdout, text);
    this.#values.push(text);
  }

  /** Print why the command failed. */
  async fail(error: ShownError): Promise<void> {
    const { message, hint } = error;
    await this.item({ error });
    await this.warn(`Error: ${message}${hint ? ` — ${hint}` : ""}`);
  }

  /**
   * Check that the file of `--json=FILE` can be written, before the command does
   * what it could not report.
   */
  async open(): Promise<void> {
    await this.#file((path) => appendFile(path, ""));
  }

  /** Write the file of `--json=FILE`. */
  async close(): Promise<void> {
    await this.#file((path) => writeFile(path, this.#values.join("")));
  }

  async #file(use: (path: string) => Promise<void>): Promise<void> {
    const place = this.#place;
    if (place === undefined || place === "-") return;
    try {
      await use(place);
    } catch (error) {
      this.#place = undefined;
      throw new Failure(
        `Cannot write the file of --json: ${shown(error).message}`,
      );
    }
  }
}

/** Write, and wait until the data is accepted: a pipe may be full. */
export function write(
  stream: NodeJS.WritableStream,
  data: string | Uint8Array,
): Promise<void> {
  return new Promise((resolve) => {
    // The reader of standard output may have left; see `Interrupts`.
    stream.write(data, () => resolve());
  });
}

/** Control characters, but for line ends and tabs. */
// deno-lint-ignore no-control-regex -- the pattern is for them
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * Untrusted text without the control sequences that move the cursor of a terminal
 * or change its settings.
 */
export function plain(text: unknown): string {
  return stripVTControlCharacters(String(text ?? "")).replace(CONTROLS, "");
}

/** The same in one line. */
export function oneLine(text: unknown): string {
  return plain(text).replace(/[\s\u2028\u2029]+/g, " ").trim();
}

/**
 * A time of a server in Unix seconds, as ISO 8601 has it; `undefined` if it is
 * missing, 0 or no time.
 */
export function isoTime(seconds: unknown): string | undefined {
  // Objects may have no number at all, and then throw.
  const number = typeof seconds === "object" ? NaN : Number(seconds);
  const date = new Date(number * 1_000);
  return seconds && Number.isFinite(date.getTime())
    ? date.toISOString()
    : undefined;
}

/** The same for people, to the second. */
export function dateText(seconds: unknown): string {
  return isoTime(seconds)?.slice(0, 19).replace("T", " ") ?? "-";
}

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** A number of bytes, such as `1.5 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A number of seconds, such as `2min, 5secs`. */
export function secondsText(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  const parts = [
    ...(hours ? [`${hours}hr`] : []),
    ...(hours || minutes ? [`${minutes}min`] : []),
    `${all % 60}secs`,
  ];
  return parts.join(", ");
}
