import {
  close,
  connect,
  ping,
  pipe,
  send,
  type Session,
} from "../../../mod.ts";
import type { ConformanceCase } from "../case.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, withTask } from "./_session.ts";

const group = "crowd";

/** Many at once. */
export const CROWD: readonly ConformanceCase[] = [
  {
    group,
    name: "twenty sessions live at once and are closed at once",
    expected: { up: 20, closed: 20 },
    run: async (places) => {
      const sessions = await Promise.all(
        Array.from({ length: 20 }, () => connect(toEngine(places))),
      );
      const up = await Promise.all(sessions.map((one) => ping(one)));
      await Promise.all(sessions.map((one) => close(one)));
      const ends = await Promise.all(sessions.map(({ closed }) => closed));
      return {
        up: up.filter((ms) => ms >= 0).length,
        closed: ends.filter(({ clean }) => clean).length,
      };
    },
  },
  {
    group,
    name: "sessions follow each other without end",
    expected: 15,
    run: async (places) => {
      let up = 0;
      for (let at = 0; at < 15; at++) {
        const session: Session = await connect(toEngine(places));
        if (await ping(session) >= 0) up++;
        await close(session);
      }
      return up;
    },
  },
  {
    group,
    name: "the pipes of a task do not meet",
    expected: { own: 32, numbers: 32 },
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const pipes = await Promise.all(
          Array.from(
            { length: 32 },
            () => pipe(session, task, { mimeType: "text/plain" }),
          ),
        );
        const writers = pipes.map((target) => target.getWriter());
        for (const piece of ["a", "b", "c"]) {
          await Promise.all(
            writers.map((writer, at) => writer.write(`${piece}${at} `)),
          );
        }
        await Promise.all(writers.map((writer) => writer.close()));
        const results = await Promise.all(pipes.map(({ result }) => result));
        const own = results.filter(({ text }, at) =>
          (text as unknown[])[0] === `a${at} b${at} c${at} \n\n`
        );
        return {
          own: own.length,
          numbers: new Set(pipes.map(({ pipeId }) => pipeId)).size,
        };
      }),
  },
  {
    group,
    name: "more objects than slots take turns",
    expected: true,
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const all = await Promise.all(
          Array.from({ length: 24 }, (_, at) => send(session, task, `${at}`)),
        );
        return all.every(({ text }, at) =>
          (text as unknown[])[0] === `${at}\n\n`
        );
      }, { threads: 2 }),
  },
];
