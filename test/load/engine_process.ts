import { startChild } from "../support/child_program.ts";

/** An engine in a process of its own. */
export interface EngineProcess extends AsyncDisposable {
  /** Its port on this machine. */
  readonly port: number;
  /** Another port that leads to it, over connections that can fail. */
  readonly failingPort: number;
}

/** Start an engine; disposal ends it. */
export async function startEngine(): Promise<EngineProcess> {
  const program = new URL("engine_program.ts", import.meta.url).pathname;
  const flags = ["--quiet", "--allow-all", "--no-check"];
  const args = ["run", ...flags, "--v8-flags=--expose-gc", program];
  const child = startChild(Deno.execPath(), args, { lifeMs: Infinity });
  return {
    port: Number(await child.line()),
    failingPort: Number(await child.line()),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
