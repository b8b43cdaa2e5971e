import { type ChildProgram, startChild } from "../support/child_program.ts";
import { inTime } from "../support/in_time.ts";
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
  const child = startChild(Deno.execPath(), args, { lifeMs: Infinity });
  const places = await placesOf(child);
  let running = true;
  child.ended().then(() => running = false);

  return {
    places,
    async stop(): Promise<string[]> {
      const faults = running ? [] : ["The server ended before the cases did"];
      await child[Symbol.asyncDispose]();
      const { stderr } = await child.ended();
      if (stderr !== "") faults.push(`The server complained:\n${stderr}`);
      return faults;
    },
  };
}

const START_MS = 60_000;

/** The server's first line; rejects with what it complains about instead. */
async function placesOf(child: ChildProgram): Promise<SharedPlaces> {
  const line = child.line();
  if (!await inTime(line, START_MS)) child.kill();
  return JSON.parse(await line);
}
