import { close, connect, type Session } from "@rocketride/streams";
import { Durations, exactly, type Figure } from "./figures.ts";
import { MIXED, type SharedTasks, startShared } from "./mixed.ts";
import type { LoadItem, Stage } from "./stage.ts";

/** An engine takes ten sockets of an address that have not logged in. */
const CONNECTING = 8;
/** So many share the tasks: each has a slot. */
const SHARING = 64;

const SIZES = {
  full: { sessions: 1_000, rounds: 2 },
  share: { sessions: 50, rounds: 1 },
} as const;

/** Many sessions against one engine, each of them doing everything. */
export const SESSIONS: LoadItem = {
  name: "sessions",
  async run({ options, size, counts }: Stage): Promise<Figure[]> {
    const sizes = SIZES[size];
    const before = await counts();
    const first = await connect(options);
    const tasks: SharedTasks[] = [];
    while (tasks.length * SHARING < sizes.sessions) {
      tasks.push(await startShared(first, tasks.length));
    }
    const connecting = new Durations();
    const sessions: Session[] = [];
    let left = sizes.sessions;
    await Promise.all(Array.from({ length: CONNECTING }, async () => {
      while (left-- > 0) {
        sessions.push(await connecting.time(() => connect(options)));
      }
    }));
    const during = await counts();
    exactly(
      "connections",
      during.connections,
      before.connections + sizes.sessions + 1,
    );
    const kinds = Object.keys(MIXED);
    const durations = new Map(kinds.map((kind) => [kind, new Durations()]));
    const start = performance.now();
    await Promise.all(sessions.map(async (session, at) => {
      for (let step = 0; step < sizes.rounds * kinds.length; step++) {
        // Each begins with another kind, so that all kinds meet.
        const kind = kinds[(at + step) % kinds.length]!;
        const work = MIXED[kind]!;
        const shared = tasks[Math.floor(at / SHARING)]!;
        await durations.get(kind)!.time(() =>
          work(session, shared, `${at}-${step}`)
        );
      }
    }));
    const took = (performance.now() - start) / 1000;
    const done = [...durations.values()].reduce((sum, it) => sum + it.count, 0);
    exactly(
      "pieces of work",
      done,
      sizes.sessions * sizes.rounds * kinds.length,
    );
    const busy = await counts();
    exactly("pipes", busy.pipes, 0);
    await Promise.all(sessions.map((session) => close(session)));
    await close(first);
    const after = await counts();
    exactly("connections", after.connections, before.connections);
    return [
      ...connecting.figures(`connect, ${sizes.sessions} sessions`),
      { what: "mixed traffic", value: done / took, unit: "1/s" },
      ...kinds.flatMap((kind) => durations.get(kind)!.figures(kind)),
      {
        what: "engine's heap per session",
        value: (during.heap - before.heap) / sizes.sessions / 1024,
        unit: "KiB",
      },
    ];
  },
};
