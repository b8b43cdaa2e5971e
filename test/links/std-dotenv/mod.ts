/**
 * A stand-in for `@std/dotenv`: see the README beside this file.
 *
 * @module
 */

export { parse } from "./parse.ts";
