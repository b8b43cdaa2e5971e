/**
 * The command `rocketride`, and what it does with apps as functions.
 *
 *     deno run -A jsr:@rocketride/streams/cli --help
 *     npx @rocketride/streams --help
 *
 * @module
 */
import { process } from "./platform.ts";
import { runCommand } from "./program.ts";

export type { AppTemplate } from "./apps/app_templates.ts";
export {
  createApp,
  type CreateAppOptions,
  type CreatedApp,
} from "./apps/create_app.ts";
export {
  type AppVerifyCheck,
  type AppVerifyReport,
  verifyApp,
  type VerifyAppOptions,
} from "./apps/verify_app.ts";

/**
 * Run the command with arguments, on the standard streams of this process:
 * Deno, Bun and Node.
 *
 * Signals end it in order: running requests are aborted, tasks that it started
 * are terminated, sessions closed. A second signal, or 5 s, ends the process.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit code: 0, 1 if something failed, 2 for wrong usage, 130 if
 * it was interrupted.
 *
 * @example
 * ```ts ignore
 * import { main } from "@rocketride/streams/cli";
 *
 * process.exitCode = await main(["validate", "pipelines/*.json", "--local"]);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  return await runCommand(args);
}

if (import.meta.main) {
  main(process.argv.slice(2)).then((code) => process.exit(code));
}
