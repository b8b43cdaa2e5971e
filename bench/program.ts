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
import { ALL_CONTESTS } from "./contests/all.ts";
import { compare } from "./measure.ts";

/** What the program is to do. */
export interface Job {
  /** The engine's address. */
  readonly uri: string;
  /** Where it runs. */
  readonly runtime: RuntimeName;
  /** The most rounds of a contest. */
  readonly rounds: number;
  /**
   * The share of the wanted ratio that is enough: a contest that has reached it
   * ends.
   *
   * @default {all rounds are made}
   */
  readonly enough?: number;
  /** The share of the usual amount of work in each round. @default {1} */
  readonly effort?: number;
  /** The contests, by what they measure. */
  readonly contests: readonly string[];
}

const { process } = globalThis as unknown as { process: { argv: string[] } };
const job: Job = JSON.parse(process.argv.at(-1) ?? "");
const { uri, effort = 1 } = job;
const session = await connect({ uri, auth: "bench", env: {} });
const bare = await BareSocket.open(uri);
try {
  for (const contest of ALL_CONTESTS) {
    const { what, wanted, lessIsBetter, maxRounds = Infinity } = contest;
    if (!job.contests.includes(what)) continue;
    const pair = await contest.run({
      uri,
      session,
      bare,
      effort,
      compare: (ours, bare) =>
        compare(ours, bare, {
          // Short rounds may be many.
          rounds: job.enough ? job.rounds : Math.min(job.rounds, maxRounds),
          ...(lessIsBetter && { lessIsBetter }),
          ...(job.enough && { enough: job.enough * wanted }),
        }),
    });
    const row: Row = { ...pair, what };
    console.log(JSON.stringify(row));
  }
} finally {
  await close(session);
  await bare.close();
}
