/** What a program did. */
export interface Outcome {
  /** Its exit code. */
  readonly code: number;
  /** What it printed to its output. */
  readonly stdout: string;
  /** What it printed to its error output. */
  readonly stderr: string;
}

/**
 * Run a program to its end in a folder, without input, without colours, and
 * without the variables that would tell a client which engine to use.
 *
 * @param env More variables for it.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  cwd: string | URL,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...neutralEnv(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

function neutralEnv(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject())
    .filter(([name]) => !name.startsWith("ROCKETRIDE_"));
  return { ...Object.fromEntries(variables), NO_COLOR: "1" };
}

/**
 * The same for a program that must succeed.
 *
 * @returns What it printed to its output.
 * @throws {Error} It failed; the message has everything it printed.
 */
export async function mustRun(
  command: string,
  args: readonly string[],
  cwd: string | URL,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args, cwd, env);
  if (code === 0) return stdout;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`,
  );
}
