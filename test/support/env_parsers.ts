import { parse } from "@std/dotenv/parse";
import type { EnvParser } from "../../lib/env/parse_env.ts";

/** Parsers of `.env` files that agree on little, as those out there do. */
export const ENV_PARSERS: readonly (readonly [string, EnvParser])[] = [
  ["the stand-in for @std/dotenv", parse],
  ["RocketRide's own grammar", parsePlain],
  ["a grammar like npm's dotenv", parseRich],
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

/** Names with dots, three kinds of quotes, comments after values, escapes. */
function parseRich(text: string): Record<string, string> {
  const line =
    /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*('[^']*'|"[^"]*"|`[^`]*`|[^#\r\n]*)/gm;
  const env: Record<string, string> = {};
  for (const [, name, raw] of text.matchAll(line)) {
    const value = raw!.trim().replace(/^(['"`])([\s\S]*)\1$/, "$2");
    env[name!] = raw!.startsWith('"') ? value.replace(/\\n/g, "\n") : value;
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
