import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMAND, type CommandOptions, runCommand } from "./command.ts";
import { hasTerminals, openTerminal } from "./pseudo_terminal.ts";

/** Wide enough for what commands print in one line. */
const COLUMNS = 160;

/** What a command is expected to do. */
export interface Expected {
  /** What people see, in a pipe and on a terminal. */
  readonly shows: string | RegExp;
  /**
   * The exit code.
   *
   * @default {0}
   */
  readonly code?: number;
}

/**
 * Run a command on a pseudo-terminal, where there are some, to its end.
 *
 * @returns All that it has sent, with its control sequences.
 */
export async function onTerminal(
  args: readonly string[],
  { cwd, env = {} }: CommandOptions,
  { shows, code = 0 }: Expected,
): Promise<string> {
  if (!hasTerminals) return "";
  await using terminal = openTerminal([...COMMAND, ...args], {
    cwd,
    env,
    columns: COLUMNS,
    rows: 50,
  });
  await terminal.shows(shows);
  const words = args.join(" ");
  assertEquals(await terminal.ended(), code, `${words}: ${terminal.sent()}`);
  return terminal.sent();
}

/**
 * Run a command three times at once: in a pipe, with `--json`, and on a
 * pseudo-terminal. What it prints for people is the same in both places.
 *
 * @returns The value that it printed as JSON; of several lines, the first.
 */
export async function everyWay(
  args: readonly string[],
  options: CommandOptions,
  expected: Expected,
): Promise<Record<string, unknown>> {
  const { shows, code = 0 } = expected;
  const [piped, json] = await Promise.all([
    runCommand(args, options),
    runCommand([...args, "--json"], options),
    onTerminal(args, options, expected),
  ]);
  const words = args.join(" ");
  assertEquals(piped.code, code, `${words}: ${piped.stderr}`);
  assertEquals(json.code, code, `${words} --json: ${json.stderr}`);
  const text = piped.stdout + piped.stderr;
  if (typeof shows === "string") assertStringIncludes(text, shows);
  else if (!shows.test(text)) throw new Error(`${words}: ${text}`);
  return firstValue(json.stdout);
}

function firstValue(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.slice(0, text.indexOf("\n")));
  }
}
