import type { Places } from "./case.ts";
import { startChild } from "./runtimes/child.ts";

/** The server of the cases, in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly places: Omit<Places, "runtime">;
  /** Stop it; answers what was wrong with it. */
  stop(): Promise<string[]>;
}

const PROGRAM = new URL("server.ts", import.meta.url).pathname;

/** Start `server.ts`, and wait until it says where everything is. */
export async function startServerProcess(): Promise<ServerProcess> {
  const args = ["run", "--quiet", "--allow-all", PROGRAM];
  const child = startChild(Deno.execPath(), args);
  const lines = child.lines.getReader();
  const { value } = await lines.read();
  lines.releaseLock();
  if (value === undefined) {
    throw new Error(`The server does not start:\n${await child.stderr}`);
  }
  const rest = child.lines.pipeTo(new WritableStream());
  let running = true;
  child.code.then(() => running = false);

  return {
    places: JSON.parse(value),
    async stop(): Promise<string[]> {
      const faults = running ? [] : ["The server ended before the cases did"];
      await child[Symbol.asyncDispose]();
      await rest;
      const stderr = await child.stderr;
      if (stderr !== "") faults.push(`The server complained:\n${stderr}`);
      return faults;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
