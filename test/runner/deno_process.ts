/** How a child process ended. */
export interface Ending {
  /** Its exit code; 124 when it took too long. */
  readonly code: number;
  /** All it printed, both streams in the order in which they came. */
  readonly output: string;
}

/** Options of {@linkcode runDeno}. */
export interface RunOptions {
  /**
   * Milliseconds after which the child is killed.
   *
   * @default {1_200_000}
   */
  readonly timeoutMs?: number;
  /** Variables that the child has besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what the child prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Run this very Deno with other arguments, at the working directory, with no
 * standard input, and keep what it prints.
 */
export async function runDeno(
  args: readonly string[],
  { timeoutMs = 1_200_000, env = {}, onOutput }: RunOptions = {},
): Promise<Ending> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const pieces: string[] = [];
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    const texts = stream.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      pieces.push(text);
      onOutput?.(text);
    }
  };
  const [status] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  clearTimeout(timer);
  if (!late) return { code: status.code, output: pieces.join("") };
  pieces.push(`\nKilled: not done after ${timeoutMs / 1000} s\n`);
  return { code: 124, output: pieces.join("") };
}
