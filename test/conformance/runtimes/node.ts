import { lockedPackages } from "../../support/locked_packages.ts";
import { toolPath } from "../../support/tool_path.ts";
import { processRuntime } from "./process.ts";
import type { Runtime } from "./runtime.ts";

/** Node, which strips the types and takes the files as they are. */
export const NODE: Runtime = processRuntime("node", async () => ({
  command: await toolPath("node"),
  args: [
    // No package.json says that the files are modules, so it looks and tells.
    "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
    `--import=${new URL("../programs/node_path.ts", import.meta.url)}`,
  ],
  env: { NODE_PATH: await lockedPackages() },
}));
