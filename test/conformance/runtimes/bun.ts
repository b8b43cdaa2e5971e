import { lockedPackages } from "../../support/locked_packages.ts";
import { toolPath } from "../../support/tool_path.ts";
import { processRuntime } from "./process.ts";
import type { Runtime } from "./runtime.ts";

/** Bun, which must not install by itself what an import names. */
export const BUN: Runtime = processRuntime("bun", async () => ({
  command: await toolPath("bun"),
  args: ["--no-install"],
  env: { NODE_PATH: await lockedPackages() },
}));
