import { BUN } from "./bun.ts";
import { CHROMIUM } from "./chromium.ts";
import { DENO } from "./deno.ts";
import { NODE } from "./node.ts";
import type { Runtime } from "./runtime.ts";
import { WORKERD } from "./workerd.ts";

/** Where the library has to work, in the order in which it is tried. */
export const RUNTIMES: readonly Runtime[] = [
  DENO,
  BUN,
  NODE,
  WORKERD,
  CHROMIUM,
];
