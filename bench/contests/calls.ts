import { close, connect, ping } from "@rocketride/streams";
import { BareSocket } from "../bare_socket.ts";
import type { Contest } from "../contest.ts";
import { rate } from "../measure.ts";

/** Round trips without a pipeline: pings, and sessions. */
export const CALLS: readonly Contest[] = [
  pings(1, 3_000, 0.9),
  pings(64, 30_000, 0.95),
  {
    what: "connect, log in, close",
    group: "calls",
    unit: "1/s",
    wanted: 0.9,
    run: ({ uri, effort, compare }) =>
      compare(
        () =>
          rate(100 * effort, 1, async () => {
            await close(await connect({ uri, auth: "bench", env: {} }));
          }),
        () =>
          rate(
            100 * effort,
            1,
            async () => (await BareSocket.open(uri)).close(),
          ),
      ),
  },
];

function pings(
  inFlight: number,
  count: number,
  wanted: number,
): Contest {
  return {
    what: `ping, ${inFlight} in flight`,
    group: "calls",
    unit: "1/s",
    wanted,
    run: ({ bare, session, effort, compare }) =>
      compare(
        () => rate(count * effort, inFlight, () => ping(session)),
        () => rate(count * effort, inFlight, () => bare.ask("rrext_ping", {})),
      ),
  };
}
