import xterm from "@xterm/headless";
import { inTime } from "./in_time.ts";
import { neutralEnv } from "./command.ts";

/** Whether programs can be run on a pseudo-terminal here. */
export const hasTerminals: boolean = await (async () => {
  try {
    const { code } = await new Deno.Command("python3", {
      args: ["-c", "import pty, fcntl, termios"],
      stdout: "null",
      stderr: "null",
    }).output();
    return code === 0;
  } catch {
    return false;
  }
})();

/** What is said of a test that is left out. */
export const NO_TERMINAL: string = hasTerminals
  ? ""
  : " (skipped: no python3 for a pseudo-terminal)";

/** How long a program may be silent. */
const PATIENCE_MS = 120_000;

/** Options of {@linkcode openTerminal}. */
export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** A program on a pseudo-terminal, and what is to be seen there. */
export interface OpenTerminal extends AsyncDisposable {
  /** The lines of the screen, without what is blank at their ends. */
  screen(): string[];
  /** All that the program has sent, with its control sequences. */
  sent(): string;
  /** Wait until a text is on the screen; fails if the program ends without. */
  shows(text: string | RegExp): Promise<void>;
  /** Type. */
  type(text: string): Promise<void>;
  /** Change the size. */
  resize(columns: number, rows: number): Promise<void>;
  /** Wait for the end; returns the exit code. */
  ended(): Promise<number>;
}

/** Run a program on a pseudo-terminal. */
export function openTerminal(
  command: readonly string[],
  { cwd, env = {}, columns = 80, rows = 24 }: TerminalOptions,
): OpenTerminal {
  const relay = new URL("pseudo_terminal.py", import.meta.url).pathname;
  const { NO_COLOR: _, ...inherited } = neutralEnv();
  const child = new Deno.Command("python3", {
    args: [relay, String(columns), String(rows), ...command],
    cwd,
    clearEnv: true,
    env: { ...inherited, TERM: "xterm-256color", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 1_000,
    allowProposedApi: true,
  });
  const keys = child.stdin.getWriter();
  const encoder = new TextEncoder();
  let sent = "";
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const reading = read();

  async function read(): Promise<void> {
    for await (
      const part of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      sent += part;
      await new Promise<void>((resolve) => terminal.write(part, resolve));
      tell();
    }
    isOver = true;
    tell();
  }

  function tell(): void {
    news.resolve();
    news = Promise.withResolvers();
  }

  function screen(): string[] {
    const { active } = terminal.buffer;
    return Array.from(
      { length: terminal.rows },
      (_, at) =>
        active.getLine(active.viewportY + at)?.translateToString(true) ?? "",
    );
  }

  return {
    screen,
    sent: () => sent,
    async shows(text): Promise<void> {
      const isThere = (): boolean => {
        const all = screen().join("\n");
        return typeof text === "string" ? all.includes(text) : text.test(all);
      };
      while (!isThere()) {
        if (isOver) {
          throw new Error(`It ended without ${text}:\n${screen().join("\n")}`);
        }
        if (!await inTime(news.promise, PATIENCE_MS)) {
          throw new Error(`It does not show ${text}:\n${screen().join("\n")}`);
        }
      }
    },
    type: (text) => keys.write(encoder.encode(text)),
    async resize(columns, rows): Promise<void> {
      terminal.resize(columns, rows);
      await keys.write(encoder.encode(`\0${columns}x${rows}\n`));
    },
    async ended(): Promise<number> {
      await reading;
      return (await child.status).code;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      if (!isOver) child.kill("SIGKILL");
      await keys.abort().catch(() => {});
      await reading;
      await child.status;
      terminal.dispose();
    },
  };
}
