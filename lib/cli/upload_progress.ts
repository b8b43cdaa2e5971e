// @ts-types="npm:@types/cli-progress@^3.11.6"
import { MultiBar, type Options, type SingleBar } from "cli-progress";
import cliTruncate from "cli-truncate";
import type { UploadEvent } from "../../mod.ts";
import type { Input } from "./inputs.ts";
import { oneLine, type Output, secondsText, sizeText } from "./output.ts";
import { process } from "./platform.ts";

/** Shows the progress of uploads. */
export interface UploadProgress {
  /** Show an event of an input. */
  update(event: UploadEvent): void;
  /** Remove the bars. */
  stop(): void;
}

/** Bars on a terminal; nothing elsewhere. */
export function createProgress(
  out: Output,
  inputs: readonly Input[],
): UploadProgress {
  if (out.hasErrorTerminal) return new Bars(inputs);
  return { update(): void {}, stop(): void {} };
}

/** Seconds over which the rate is measured. */
const RATE_SECONDS = 5;

/** A bar for each active file, and one for all files. */
class Bars implements UploadProgress {
  readonly #inputs: readonly Input[];
  readonly #bars = new MultiBar({
    clearOnComplete: true,
    hideCursor: true,
    stopOnComplete: false,
    gracefulExit: false, // signals are for the command
    stream: process.stderr,
    format: barText,
  });
  readonly #all: SingleBar;
  readonly #active: Map<number, SingleBar> = new Map();
  /** Sent bytes by input. */
  readonly #sent: number[] = [];
  readonly #rate = new Rate();
  #bytes = 0;
  #done = 0;
  #failed = 0;

  constructor(inputs: readonly Input[]) {
    this.#inputs = inputs;
    this.#all = this.#bars.create(totalOf(inputs), 0, { text: "" });
  }

  update(
    { index, action, bytes_sent: sent, file_size: size }: UploadEvent,
  ): void {
    this.#bytes += sent - (this.#sent[index] ?? 0);
    this.#sent[index] = sent;
    this.#rate.add(this.#bytes);
    if (action === "complete" || action === "error") {
      this.#done++;
      if (action === "error") this.#failed++;
      const bar = this.#active.get(index);
      if (bar) this.#bars.remove(bar);
      this.#active.delete(index);
    } else {
      this.#bar(index).update(sent, { text: this.#text(index, sent, size) });
    }
    const total = Math.max(totalOf(this.#inputs), this.#bytes);
    this.#all.setTotal(total || 1);
    this.#all.update(this.#bytes, { text: this.#summary(total) });
  }

  stop(): void {
    this.#bars.stop();
  }

  #bar(index: number): SingleBar {
    let bar = this.#active.get(index);
    if (!bar) {
      const { size } = this.#inputs[index]!;
      bar = this.#bars.create(size ?? 0, 0, { text: "" });
      this.#active.set(index, bar);
    }
    return bar;
  }

  #text(index: number, sent: number, size: number): string {
    const { name } = this.#inputs[index]!;
    const of = size > sent ? ` of ${sizeText(size)}` : "";
    return `${oneLine(name)}  ${sizeText(sent)}${of}`;
  }

  #summary(total: number): string {
    const { perSecond } = this.#rate;
    const left = total - this.#bytes;
    const known = this.#inputs.every(({ size }) => size !== undefined);
    return [
      `${this.#done} of ${this.#inputs.length} files`,
      ...(this.#failed > 0 ? [`${this.#failed} failed`] : []),
      sizeText(this.#bytes),
      ...(perSecond > 0 ? [`${sizeText(Math.round(perSecond))}/s`] : []),
      ...(perSecond > 0 && known && left > 0
        ? [`${secondsText(Math.ceil(left / perSecond))} left`]
        : []),
    ].join(", ");
  }
}

/** Bytes of all inputs whose size is known. */
function totalOf(inputs: readonly Input[]): number {
  return inputs.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

const WIDTH = 24;

/** A bar with its text, within one line of the terminal. */
function barText(
  _options: Options,
  { progress }: { readonly progress: number },
  { text = "" }: { readonly text?: string },
): string {
  const done = Math.round(WIDTH * Math.min(progress || 0, 1));
  const bar = "█".repeat(done) + "░".repeat(WIDTH - done);
  const columns = (process.stderr.columns || 80) - WIDTH - 3;
  return `${bar}  ${
    cliTruncate(text, Math.max(columns, 8), { position: "middle" })
  }`;
}

/** Bytes per second over the last seconds. */
class Rate {
  /** Sent bytes at some times. */
  #marks: { readonly at: number; readonly bytes: number }[] = [];

  get perSecond(): number {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    return (last.bytes - first.bytes) / (last.at - first.at);
  }

  add(bytes: number): void {
    const at = performance.now() / 1_000;
    const last = this.#marks.at(-1);
    // Ten marks a second are enough.
    if (last && at - last.at < 0.1) this.#marks.pop();
    this.#marks.push({ at, bytes });
    this.#marks = this.#marks.filter((it) => it.at > at - RATE_SECONDS);
  }
}
