import {
  close,
  connect,
  ping,
  send,
  terminate,
  texts,
  use,
} from "@rocketride/streams";
import { Durations, exactly, type Figure } from "./figures.ts";
import { textPipeline } from "./nodes.ts";
import { processCounts } from "./process_counts.ts";
import type { LoadItem, Stage } from "./stage.ts";

const SIZES = {
  full: { calls: 10_000 },
  share: { calls: 2_000 },
} as const;

/** Calls that are all in flight at once, on one session. */
export const CALLS: LoadItem = {
  name: "calls",
  async run({ options, size, counts }: Stage): Promise<Figure[]> {
    const { calls } = SIZES[size];
    const before = await counts();
    const session = await connect(options);
    const { token } = await use(session, { pipeline: textPipeline("calls") });
    const figures: Figure[] = [];
    for (
      const [what, work] of [
        // The engine answers at once: they are in flight on the wire.
        ["pings", () => ping(session)],
        // Each waits for a slot of the task: they are in flight in the engine.
        ["sends", async (at: number): Promise<void> => {
          const [text] = texts(await send(session, token, `${at}`));
          exactly("an answer", Number(text), at);
        }],
      ] as const
    ) {
      const { heap } = await processCounts();
      const durations = new Durations();
      const start = performance.now();
      const all = Array.from(
        { length: calls },
        (_, at) => durations.time(async () => await work(at)),
      );
      const during = await processCounts();
      await Promise.all(all);
      const took = (performance.now() - start) / 1000;
      figures.push(
        {
          what: `${calls} ${what} in flight`,
          value: calls / took,
          unit: "1/s",
        },
        {
          what: `${calls} ${what} in flight, heap`,
          value: (during.heap - heap) / calls / 1024,
          unit: "KiB/call",
        },
        ...durations.figures(`${calls} ${what} in flight`),
      );
    }
    await terminate(session, token);
    await close(session);
    const after = await counts();
    exactly("connections", after.connections, before.connections);
    exactly("pipes", after.pipes, 0);
    return figures;
  },
};
