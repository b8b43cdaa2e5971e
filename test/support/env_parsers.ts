import { parse } from "@std/dotenv/parse";
import { parse as parseOfNpm } from "dotenv";
import type { EnvParser } from "../../lib/runtime/env.ts";

/** The parsers: that of JSR, and that of the package for npm. */
export const ENV_PARSERS: readonly (readonly [string, EnvParser])[] = [
  ["the stand-in for @std/dotenv", parse],
  ["npm's dotenv", parseOfNpm],
];
