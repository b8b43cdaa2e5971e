// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Prints what the client reads of `.env` in each of some folders, a line of
 * JSON each. Its arguments are the folders.
 *
 * @module
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import { readEnv } from "../../../lib/runtime/env.ts";

for (const folder of process.argv.slice(2)) {
  process.chdir(folder);
  console.log(JSON.stringify(await readEnv()));
}
