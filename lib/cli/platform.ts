/**
 * What the command uses of the platform: modules that Deno, Bun and Node share.
 *
 * @module
 */
export { spawn } from "node:child_process";
export {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
export { createServer } from "node:http";
export { hostname } from "node:os";
export { basename, dirname, join, relative, resolve, sep } from "node:path";
export { default as process } from "node:process";
export { createInterface } from "node:readline";
export { stripVTControlCharacters } from "node:util";
