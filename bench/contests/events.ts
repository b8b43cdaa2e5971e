import {
  events,
  send,
  type Session,
  terminate,
  use,
} from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import type { BareSocket } from "../bare_socket.ts";
import { type Contest, everywhere } from "../contest.ts";
import { compare, type Pair, seconds } from "../measure.ts";

const COUNT = 20_000;
const BODY_BYTES = 1_000;
const KIND = "apaevt_sse";

/** Events of 1 kB on their way to a reader. */
export const EVENTS: readonly Contest[] = [{
  what: "events of 1 kB",
  group: "events",
  unit: "1/s",
  least: everywhere(0.8),
  async run({ bare, rounds, session }): Promise<Pair> {
    const { token } = await use(session, { pipeline: eventPipeline() });
    const pair = await compare(
      () => streamed(session, token),
      () => counted(session, bare, token),
      rounds,
    );
    await terminate(session, token);
    return pair;
  },
}];

/** Through a `ReadableStream` of the library. */
async function streamed(session: Session, token: string): Promise<number> {
  const stream = await events(session, token, {
    types: [KIND],
    highWaterMark: COUNT,
  });
  const took = await seconds(async () => {
    const sending = send(session, token, "go");
    let seen = 0;
    for await (const event of stream) {
      if (event.type === "event" && ++seen === COUNT) break;
    }
    await sending;
  });
  return COUNT / took;
}

/** By the `onmessage` of a socket that counts. */
async function counted(
  session: Session,
  bare: BareSocket,
  token: string,
): Promise<number> {
  await bare.ask("rrext_monitor", { token, types: ["SSE"] }, token);
  const took = await seconds(async () => {
    let seen = 0;
    const all = new Promise<void>((resolve) => {
      bare.onEvent = ({ event }) => {
        if (event === KIND && ++seen === COUNT) resolve();
      };
    });
    await Promise.all([send(session, token, "go"), all]);
  });
  bare.onEvent = undefined;
  await bare.ask("rrext_monitor", { token, types: [] }, token);
  return COUNT / took;
}

function eventPipeline(): Pipeline {
  return {
    components: [
      { id: "in", provider: "webhook", config: { mode: "Source" } },
      {
        id: "bell",
        provider: "bench_bell",
        config: { count: COUNT, bytes: BODY_BYTES },
        input: [{ lane: "text", from: "in" }],
      },
    ],
  };
}
