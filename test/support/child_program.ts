import { inTime } from "./in_time.ts";

/** A program that runs. */
export interface ChildProgram extends AsyncDisposable {
  /** The next line that it prints; rejects when it ends without one. */
  line(): Promise<string>;
  /** The lines that it prints from here on, until it ends. */
  lines(): AsyncGenerator<string>;
  /** Wait for something that it brings about; rejects when it ends before. */
  until<T>(happens: Promise<T>): Promise<T>;
  /** End its input, and wait until it has ended. */
  finish(): Promise<ChildEnding>;
  /** Wait until it has ended by itself. */
  ended(): Promise<ChildEnding>;
  /** Send it a signal; without one, end it at once. */
  kill(signal?: Deno.Signal): void;
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

/** Options of {@linkcode startChild}. */
export interface ChildOptions {
  /** Variables of its environment, besides those that are there. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Milliseconds that it may live, however loaded the machine is, before it is
   * killed and its error output says so; `Infinity` leaves that to the caller.
   *
   * @default {600_000}
   */
  readonly lifeMs?: number;
}

/** Milliseconds that the last of its own children may take to end. */
const LAST_MS = 5_000;

/**
 * Start a program, without the variables that would tell a client which engine
 * to use. Disposal kills it, and waits for those that it has started itself.
 */
export function startChild(
  command: string,
  args: readonly string[],
  { env = {}, lifeMs = 600_000 }: ChildOptions = {},
): ChildProgram {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ROCKETRIDE_URI: "", ROCKETRIDE_APIKEY: "", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let tooLong = "";
  const timer = lifeMs < Infinity
    ? setTimeout(() => {
      tooLong = `Killed: not done after ${lifeMs / 1000} s\n`;
      kill();
    }, lifeMs)
    : undefined;
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

  function kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  }

  /** Wait for the end of a line; `false` when there is none any more. */
  async function hasLine(): Promise<boolean> {
    while (!unread.includes("\n")) {
      if (!await news.promise) return unread.includes("\n");
    }
    return true;
  }

  function take(): string {
    const end = unread.indexOf("\n");
    const taken = unread.slice(0, end);
    unread = unread.slice(end + 1);
    return taken;
  }

  async function end(): Promise<Omit<ChildEnding, "stdout">> {
    const { code } = await child.status;
    clearTimeout(timer);
    const [stderr] = await Promise.all([errors, heard]);
    return { code, stderr: stderr + tooLong };
  }

  async function ended(): Promise<ChildEnding> {
    const { code, stderr } = await ending;
    return { code, stdout: unread, stderr };
  }

  const heard = listen();
  const ending = end();
  return {
    kill,
    ended,
    async line(): Promise<string> {
      if (await hasLine()) return take();
      throw new Error(`It ended: ${await errors}`);
    },
    async *lines(): AsyncGenerator<string> {
      while (await hasLine()) yield take();
    },
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
      kill();
      await child.status;
      // Its own children have its outputs, too.
      await inTime(ending, LAST_MS);
      await child.stdin.close().catch(() => {
        // closed already
      });
    },
  };
}
