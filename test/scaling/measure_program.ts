/**
 * Measure how the time of readers grows, from one place in the list on.
 *
 * Its own process: coverage slows code down unevenly, and what never ends must
 * be killed. Prints a line before each length of a text and one with what was found, as
 * JSON.
 *
 * @module
 */

// deno-lint-ignore no-external-import -- nothing else tells the time of the processor
import { cpuUsage } from "node:process";
import { print } from "../runner/report.ts";
import { growthOf } from "./measure.ts";
import { READERS } from "./readers.ts";
import { hostileTexts } from "./text_reader.ts";

const [first = "0", step = "1"] = Deno.args;

function tell(line: object): void {
  print(JSON.stringify(line));
}

/** On a busy machine the time of the processor says more than the clock. */
function now(): { readonly wall: number; readonly cpu: number } {
  const { user, system } = cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}

const cases = READERS.flatMap((reader) =>
  [...hostileTexts(reader)].map(([name, textOf]) => ({ reader, name, textOf }))
);
for (let at = Number(first); at < cases.length; at += Number(step)) {
  const { reader, name, textOf } = cases[at]!;
  const about = { at, reader: reader.covers[0], text: name };
  const growth = await growthOf((size) => {
    tell({ ...about, begins: size });
    const text = textOf(size);
    return async () => {
      const start = now();
      try {
        await reader.read(text);
      } catch {
        // Refusing a text is as good as reading it.
      }
      const end = now();
      return Math.min(end.wall - start.wall, end.cpu - start.cpu);
    };
  });
  tell({ ...about, ...growth });
}
Deno.exit();
