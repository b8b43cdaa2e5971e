import { type Child, startChild } from "./runtimes/child.ts";
import { inTime } from "./runtimes/limits.ts";
import type { SharedPlaces } from "./server.ts";

/** The server of the cases, in a process of its own. */
export interface ServerProcess {
  readonly places: SharedPlaces;
  /** Stop it; answers what was wrong with it. */
  stop(): Promise<string[]>;
}

const PROGRAM = new URL("server.ts", import.meta.url).pathname;

/** Start `server.ts`, and wait until it says where everything is. */
export async function startServerProcess(): Promise<ServerProcess> {
  const args = ["run", "--quiet", "--allow-all", PROGRAM];
  const child = startChild(Deno.execPath(), args);
  const places = await placesOf(child);
  const rest = child.lines.pipeTo(new WritableStream());
  let running = true;
  child.code.then(() => running = false);

  return {
    places,
    async stop(): Promise<string[]> {
      const faults = running ? [] : ["The server ended before the cases did"];
      await child[Symbol.asyncDispose]();
      await rest;
      const stderr = await child.stderr;
      if (stderr !== "") faults.push(`The server complained:\n${stderr}`);
      return faults;
    },
  };
}

const START_MS = 60_000;

/** The server's first line; the others stay where they are. */
async function placesOf(child: Child): Promise<SharedPlaces> {
  const lines = child.lines.getReader();
  const line = lines.read();
  if (!await inTime(line, START_MS)) child.kill();
  const { value } = await line;
  lines.releaseLock();
  if (value !== undefined) return JSON.parse(value);
  throw new Error(`The server does not start:\n${await child.stderr}`);
}
