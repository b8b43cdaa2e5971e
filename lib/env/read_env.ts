import { type Host, hostOf } from "./_host.ts";
import { parseEnv } from "./parse_env.ts";

/** All that is taken over from the process; the rest is none of our business. */
const PREFIX = "ROCKETRIDE_";

/**
 * Read `.env` of the working directory and the process variables whose names
 * begin with `ROCKETRIDE_`, which win over the file.
 *
 * Never prompts for a permission and never fails for want of one: what may not
 * be read is as good as absent, and where there is neither a file system nor a
 * process (browsers, Workers) the result is empty. On Deno that takes
 * `--allow-read=.env` and `--allow-env`, or `--allow-env=ROCKETRIDE_URI,…` for
 * just the variables the client itself knows. The file is read as api §7.2
 * says, without expanding anything; mind that Bun loads `.env` into the process
 * by itself, with rules of its own.
 *
 * The session imports this module only when `env` was not given, and this
 * module imports a parser only when there is a file to parse.
 *
 * @param host What the runtime offers. Default: what the global object shows.
 * @returns The variables by name.
 *
 * @example
 * ```ts ignore
 * const { readEnv } = await import("../env/read_env.ts");
 * const { ROCKETRIDE_URI } = await readEnv();
 * ```
 */
export async function readEnv(
  host: Host = hostOf(globalThis),
): Promise<Readonly<Record<string, string>>> {
  const text = await host.readText(".env");
  const fromFile = text === undefined ? {} : await parseFile(text);
  const fromProcess = Object.entries(await host.variables())
    .filter((entry): entry is [string, string] =>
      entry[0].startsWith(PREFIX) && typeof entry[1] === "string"
    );
  return { ...fromFile, ...Object.fromEntries(fromProcess) };
}

async function parseFile(text: string): Promise<Record<string, string>> {
  const { parse } = await import("@std/dotenv/parse");
  return parseEnv(text, parse);
}
