import { processRuntime } from "./process.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The Deno that runs this very file. It may use the network of this machine
 * and nothing else, which is all that a client needs, and is never asked.
 */
export const DENO: Runtime = processRuntime("deno", () => ({
  command: Deno.execPath(),
  args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"],
}));
