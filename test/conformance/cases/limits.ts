import { pipe, send, type Session, type Task } from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { patternBytes, sha256 } from "./_bytes.ts";
import { bigPipeline, digestPipeline } from "./_pipelines.ts";
import { withTask } from "./_session.ts";

const group = "limits";

const MIB = 1024 * 1024;

/** How many letters of a result arrive; a result is one frame. */
async function resultOf(places: Places, bytes: number): Promise<unknown> {
  const work = async (session: Session, task: Task): Promise<unknown> => {
    const { big } = await send(session, task, "go");
    const [text] = big as [string];
    return [text.length, text.at(-1)];
  };
  return await withTask(places, bigPipeline(bytes), work);
}

/** The largest messages of either direction. */
export const LIMITS: readonly ConformanceCase[] = [
  {
    group,
    name: "a result of 8 MiB arrives",
    expected: [8 * MIB, "x"],
    run: (places) => resultOf(places, 8 * MIB),
  },
  {
    group,
    name: "a result of a little less than 32 MiB arrives",
    expected: [32 * MIB - 4_096, "x"],
    run: (places) => resultOf(places, 32 * MIB - 4_096),
  },
  {
    group,
    name: "a result of a little more than 32 MiB arrives",
    expected: [32 * MIB + 4_096, "x"],
    run: (places) => resultOf(places, 32 * MIB + 4_096),
  },
  {
    group,
    name: "a result of 64 MiB arrives",
    expected: [64 * MIB, "x"],
    run: (places) => resultOf(places, 64 * MIB),
  },
  {
    group,
    name: "frames of 16 MiB leave and arrive",
    expected: true,
    run: (places) =>
      withTask(places, digestPipeline(), async (session, task) => {
        const whole = patternBytes(17 * MIB);
        const target = await pipe(session, task, { frameBytes: 16 * MIB });
        const writer = target.getWriter();
        await writer.write(whole);
        await writer.close();
        const { metadata } = await target.result;
        return metadata?.sha256 === await sha256(whole);
      }),
  },
];
