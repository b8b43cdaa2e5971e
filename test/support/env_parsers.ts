import { parse } from "@std/dotenv/parse";
import { parse as parseOfNpm } from "dotenv";
import type { EnvParser } from "../../lib/runtime/env.ts";

/** Parsers of `.env` files that agree on little, as those out there do. */
export const ENV_PARSERS: readonly (readonly [string, EnvParser])[] = [
  ["the stand-in for @std/dotenv", parse],
  ["npm's dotenv", parseOfNpm],
  ["RocketRide's own grammar", parsePlain],
  ["a shell-like grammar", parseShell],
];

/** Splits and trims; knows quotes but nothing else. */
function parsePlain(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [name = "", ...rest] = line.trim().split("=");
    if (name.startsWith("#") || rest.length === 0) continue;
    env[name.trim()] = rest.join("=").trim().replace(/^(["'])(.*)\1$/, "$2");
  }
  return env;
}

/** Expands everywhere, drops backslashes, keeps the first of two lines. */
function parseShell(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [, name, raw] of text.matchAll(/^(\w+)=(.*)$/gm)) {
    if (name! in env) continue;
    env[name!] = raw!.replace(/["'\\]/g, "")
      .replace(/\$\{?(\w+)\}?/g, (_, other) => env[other] ?? "")
      .replace(/#.*/, "");
  }
  return env;
}
