import { inTime } from "./limits.ts";

/** A program that runs. */
export interface Child extends AsyncDisposable {
  /** What it writes to its standard output; ends with the program. */
  readonly lines: ReadableStream<string>;
  /** All that it writes to its standard error, once it has ended. */
  readonly stderr: Promise<string>;
  /** Its exit code; 137 when it was killed. */
  readonly code: Promise<number>;
  /** End it at once. */
  kill(): void;
}

/** Milliseconds that the last of its processes may take to end. */
const LAST_MS = 5_000;

/**
 * Start a program without standard input. Disposal kills it, and waits for
 * those that it has started itself.
 */
export function startChild(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const process = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(process.stderr).text();
  const code = process.status.then(({ code }) => code);

  function kill(): void {
    try {
      process.kill("SIGKILL");
    } catch {
      // it has ended
    }
  }

  return {
    lines: process.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(splitLines()),
    stderr,
    code,
    kill,
    async [Symbol.asyncDispose](): Promise<void> {
      kill();
      await code;
      // Those that it has started itself have its standard error, too.
      await inTime(stderr, LAST_MS);
    },
  };
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller): void {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
    flush(controller): void {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}
