/**
 * What the command uses of the platform: modules that Deno, Bun and Node share.
 *
 * @module
 */
export {
  appendFile,
  mkdir,
  open,
  readFile,
  stat,
  writeFile,
} from "node:fs/promises";
export { basename, dirname, join, resolve } from "node:path";
export { default as process } from "node:process";
export { stripVTControlCharacters } from "node:util";
