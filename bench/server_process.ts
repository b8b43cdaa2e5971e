import { startChild } from "../test/support/child_program.ts";

/** The engine in a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  readonly uri: string;
  /** Stop it. */
  stop(): Promise<void>;
}

/** Start `serve.ts` and wait until it listens. */
export async function startServer(): Promise<ServerProcess> {
  const script = new URL("serve.ts", import.meta.url).pathname;
  const args = ["run", "--quiet", "--allow-net", "--allow-env", script];
  const child = startChild(Deno.execPath(), args, { lifeMs: Infinity });
  return {
    uri: `ws://127.0.0.1:${await child.line()}`,
    stop: async () => await child[Symbol.asyncDispose](),
  };
}
