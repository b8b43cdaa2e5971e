import {
  events,
  send,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import type { BareSocket } from "../bare_socket.ts";
import type { Contest } from "../contest.ts";
import { type Pair, seconds } from "../measure.ts";

const COUNT = 20_000;
const BODY_BYTES = 1_000;
const KIND = "apaevt_sse";

/** Events of 1 kB on their way to a reader. */
export const EVENTS: readonly Contest[] = [{
  what: "events of 1 kB",
  group: "events",
  unit: "1/s",
  wanted: 0.8,
  async run({ bare, session, effort, compare }): Promise<Pair> {
    const count = Math.ceil(COUNT * effort);
    const { token } = await use(session, { pipeline: eventPipeline(count) });
    const pair = await compare(
      () => streamed(session, token, count),
      () => counted(session, bare, token, count),
    );
    await terminate(session, token);
    return pair;
  },
}];

/** Through a `ReadableStream` of the library. */
async function streamed(
  session: Session,
  token: string,
  count: number,
): Promise<number> {
  const stream = await events(session, token, {
    types: [KIND],
    highWaterMark: count,
  });
  const took = await seconds(async () => {
    const sending = send(session, token, "go");
    let seen = 0;
    for await (const event of stream) {
      if (event.type === "event" && ++seen === count) break;
    }
    await sending;
  });
  return count / took;
}

/** By the `onmessage` of a socket that counts. */
async function counted(
  session: Session,
  bare: BareSocket,
  token: string,
  count: number,
): Promise<number> {
  await bare.ask("rrext_monitor", { token, types: ["SSE"] }, token);
  const took = await seconds(async () => {
    let seen = 0;
    const all = new Promise<void>((resolve) => {
      bare.onEvent = ({ event }) => {
        if (event === KIND && ++seen === count) resolve();
      };
    });
    await Promise.all([send(session, token, "go"), all]);
  });
  bare.onEvent = undefined;
  await bare.ask("rrext_monitor", { token, types: [] }, token);
  return count / took;
}

function eventPipeline(count: number): Pipeline {
  return {
    components: [
      { id: "in", provider: "webhook", config: { mode: "Source" } },
      {
        id: "bell",
        provider: "bench_bell",
        config: { count, bytes: BODY_BYTES },
        input: [{ lane: "text", from: "in" }],
      },
    ],
  };
}
