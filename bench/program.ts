// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Runs contests on any of the runtimes and prints a row a line, as JSON.
 *
 * Its one argument is a {@linkcode Job} as JSON.
 *
 * @module
 */
import { close, connect } from "@rocketride/streams";
import { BareSocket } from "./bare_socket.ts";
import type { Row, RuntimeName } from "./contest.ts";
import { CONTESTS } from "./contests/all.ts";

/** What the program is to do. */
export interface Job {
  /** The engine's address. */
  readonly uri: string;
  /** Where it runs. */
  readonly runtime: RuntimeName;
  /** How often each contender is measured. */
  readonly rounds: number;
  /** The share of the usual amount of work in each round. @default {1} */
  readonly effort?: number;
  /** The contests, by what they measure. */
  readonly contests: readonly string[];
}

const { process } = globalThis as unknown as { process: { argv: string[] } };
const job: Job = JSON.parse(process.argv.at(-1) ?? "");
const { uri, runtime, rounds, effort = 1 } = job;
const session = await connect({ uri, auth: "bench", env: {} });
const bare = await BareSocket.open(uri);
try {
  for (const contest of CONTESTS) {
    if (!job.contests.includes(contest.what)) continue;
    const pair = await contest.run({
      uri,
      session,
      bare,
      runtime,
      rounds,
      effort,
    });
    const { what, group, unit, against = "bare WebSocket loop" } = contest;
    const least = contest.least?.[runtime];
    const row: Row = { ...pair, what, group, unit, against, least };
    console.log(JSON.stringify(row));
  }
} finally {
  await close(session);
  await bare.close();
}
