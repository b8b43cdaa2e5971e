// deno-lint-ignore no-external-import -- only the profiler tells what ran
import { Session as Inspector } from "node:inspector/promises";

/** Tells which files of the library have functions that ran. */
export interface Profiler {
  /** The files whose functions ran during some work, by name. */
  filesOf(work: () => Promise<unknown>): Promise<string[]>;
}

/** Profile this process; what runs before some work begins is not counted. */
export async function profiler(): Promise<Profiler> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.startPreciseCoverage", {
    callCount: true,
    detailed: false,
  });
  const root = new URL("../../", import.meta.url).href;
  return {
    async filesOf(work): Promise<string[]> {
      await inspector.post("Profiler.takePreciseCoverage");
      await work();
      const { result } = await inspector.post("Profiler.takePreciseCoverage");
      return result
        .filter(({ url, functions }) =>
          url.startsWith(root) &&
          functions.some(({ ranges }) => ranges.some(({ count }) => count > 0))
        )
        .map(({ url }) => url.slice(root.length))
        .filter((path) => /^(lib|schema)\//.test(path))
        .sort();
    },
  };
}
