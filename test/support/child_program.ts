/** A program that runs. */
export interface ChildProgram extends AsyncDisposable {
  /** The next line that it prints; rejects when it ends without one. */
  line(): Promise<string>;
  /** End its input, and wait until it has ended. */
  finish(): Promise<ChildEnding>;
  /** Wait until it has ended by itself. */
  ended(): Promise<ChildEnding>;
  /** Send it a signal. */
  kill(signal: Deno.Signal): void;
}

/** How a program ended. */
export interface ChildEnding {
  /** Its exit code; from 128 on, the signal that ended it. */
  readonly code: number;
  /** Whatever it printed after the lines that were taken. */
  readonly stdout: string;
  /** What it printed to its error output. */
  readonly stderr: string;
}

/** How long a program may live, however loaded the machine is. */
const LIFE_MS = 60_000;

/** Start a program. Disposal kills it, and so does a life of a minute. */
export function startChild(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProgram {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ROCKETRIDE_URI: "", ROCKETRIDE_APIKEY: "", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => kill("SIGKILL"), LIFE_MS);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = new Response(child.stderr).text();
  let unread = "";

  function kill(signal: Deno.Signal): void {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  }

  async function more(): Promise<boolean> {
    const { done, value = "" } = await lines.read();
    unread += value;
    return !done;
  }

  async function line(): Promise<string> {
    while (!unread.includes("\n")) {
      if (!await more()) throw new Error(`It ended, saying ${await errors}`);
    }
    const end = unread.indexOf("\n");
    const taken = unread.slice(0, end);
    unread = unread.slice(end + 1);
    return taken;
  }

  async function end(): Promise<ChildEnding> {
    const { code } = await child.status;
    clearTimeout(timer);
    const stderr = await errors;
    while (await more());
    return { code, stdout: unread, stderr };
  }

  // Not before somebody asks: whoever takes lines reads until then.
  let ending: Promise<ChildEnding> | undefined;
  const ended = (): Promise<ChildEnding> => ending ??= end();
  return {
    line,
    kill,
    ended,
    async finish(): Promise<ChildEnding> {
      await child.stdin.close();
      return await ended();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      kill("SIGKILL");
      await ended();
      await child.stdin.close().catch(() => {
        // closed already
      });
    },
  };
}
