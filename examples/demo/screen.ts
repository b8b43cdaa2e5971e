// deno-lint-ignore-file no-console -- a program: printing is its purpose
// @ts-types="npm:@types/cli-progress@^3.11.6"
import { MultiBar, Presets, type SingleBar } from "cli-progress";

/** Lets bytes through and counts them. */
export type Progress = TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
>;

/** Where the demo shows what happens. */
export interface Screen {
  /** Show a line of text. */
  line(text: string): void;
  /** Count the bytes that pass through, and show how far they are. */
  progress(name: string, size: number | undefined): Progress;
  /** The bytes are all through. */
  finish(): void;
  /** Give the terminal back. */
  close(): void;
}

/** A bar on a terminal, plain lines elsewhere. */
export function createScreen(): Screen {
  return Deno.stdout.isTerminal() ? terminalScreen() : plainScreen();
}

function terminalScreen(): Screen {
  const format = "{bar} {percentage}% | {value} of {total} KiB | {name}";
  const bars = new MultiBar(
    { format, clearOnComplete: false, hideCursor: true },
    Presets.shades_classic,
  );
  let bar: SingleBar | undefined;
  return {
    line: (text): void => bar ? bars.log(`${text}\n`) : console.log(text),
    progress(name, size): Progress {
      bar = bars.create(kib(size ?? 0), 0, { name });
      return counter((bytes) => {
        if (size === undefined) bar?.setTotal(kib(bytes));
        bar?.update(kib(bytes));
      });
    },
    finish(): void {
      bars.stop();
      bar = undefined;
    },
    close: (): void => bars.stop(),
  };
}

function plainScreen(): Screen {
  return {
    line: (text): void => console.log(text),
    progress(name, size): Progress {
      let shown = 0;
      return counter((bytes) => {
        const tenths = Math.floor(bytes / (size ?? Infinity) * 10);
        if (tenths <= shown) return;
        shown = tenths;
        console.log(`${name}: ${tenths * 10}% (${kib(bytes)} KiB)`);
      });
    },
    finish(): void {},
    close(): void {},
  };
}

function counter(
  tell: (bytes: number) => void,
): Progress {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller): void {
      bytes += chunk.length;
      tell(bytes);
      controller.enqueue(chunk);
    },
  });
}

function kib(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
