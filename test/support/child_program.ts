/** A program that runs. */
export interface ChildProgram extends AsyncDisposable {
  /** The next line that it prints; rejects when it ends without one. */
  line(): Promise<string>;
  /** Wait for something that it brings about; rejects when it ends before. */
  until<T>(happens: Promise<T>): Promise<T>;
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
  const errors = new Response(child.stderr).text();
  let unread = "";
  let news = Promise.withResolvers<boolean>();

  function tell(isMore: boolean): void {
    news.resolve(isMore);
    if (isMore) news = Promise.withResolvers();
  }

  async function listen(): Promise<void> {
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      unread += text;
      tell(true);
    }
    tell(false);
  }

  function kill(signal: Deno.Signal): void {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  }

  async function line(): Promise<string> {
    while (!unread.includes("\n")) {
      if (!await news.promise) throw new Error(`It ended: ${await errors}`);
    }
    const end = unread.indexOf("\n");
    const taken = unread.slice(0, end);
    unread = unread.slice(end + 1);
    return taken;
  }

  async function end(): Promise<ChildEnding> {
    const [{ code }, stderr] = await Promise.all([child.status, errors, heard]);
    clearTimeout(timer);
    return { code, stdout: unread, stderr };
  }

  const heard = listen();
  const ending = end();
  const ended = (): Promise<ChildEnding> => ending;
  return {
    line,
    kill,
    ended,
    until: (happens) =>
      Promise.race([
        happens,
        ending.then(({ code, stderr }) => {
          throw new Error(`It ended with ${code}: ${stderr}`);
        }),
      ]),
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
