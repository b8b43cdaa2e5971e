// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * What sessions and pipes leave behind, on any of the runtimes. Prints a
 * {@linkcode Remains} a line, as JSON. Its one argument is the engine's port.
 *
 * @module
 */
import {
  close,
  connect,
  ping,
  pipe,
  terminate,
  texts,
  use,
} from "@rocketride/streams";
import { exactly, must } from "./figures.ts";
import { textPipeline } from "./nodes.ts";
import {
  countTimers,
  type ProcessCounts,
  processCounts,
} from "./process_counts.ts";
import type { EngineCounts } from "./stage.ts";

/** What is there after some of the work, and after all of it. */
export interface Remains {
  readonly what: string;
  /** How much of it there was between the two counts. */
  readonly count: number;
  readonly before: Counts;
  readonly after: Counts;
}

/** What the two ends have. */
interface Counts {
  readonly client: ProcessCounts;
  readonly engine: EngineCounts;
}

/** So much is done before the first count: then code and caches are warm. */
const FIRST = 500;
const AT_ONCE = 8;
/** What sweeps timers has done so by then. */
const SETTLE_MS = 2_500;

const { process } = globalThis as unknown as {
  process: { readonly argv: readonly string[] };
};
const port = process.argv.at(-1);
const options = { uri: `ws://127.0.0.1:${port}`, auth: "leaks", env: {} };

countTimers();
await measure("sessions", 10_000, async () => {
  const session = await connect({ ...options, persist: true });
  await ping(session);
  await close(session);
});
const session = await connect(options);
const { token } = await use(session, { pipeline: textPipeline("leaks") });
let opened = 0;
await measure("pipes", 20_000, async () => {
  const target = await pipe(session, token, { mimeType: "text/plain" });
  const writer = target.getWriter();
  await writer.write("text");
  // One of ten is given up.
  if (opened++ % 10 === 0) {
    target.result.catch(() => {});
    await writer.abort(new Error("enough"));
    return;
  }
  await writer.close();
  const [text] = texts(await target.result);
  must(text === "text\n\n", `A pipe has given ${text}`);
});
await terminate(session, token);
await close(session);

async function measure(
  what: string,
  total: number,
  work: () => Promise<void>,
): Promise<void> {
  await repeat(FIRST, work);
  const before = await counts();
  await repeat(total - FIRST, work);
  const after = await counts();
  exactly("pipes", after.engine.pipes, 0);
  exactly("connections", after.engine.connections, before.engine.connections);
  const remains: Remains = { what, count: total - FIRST, before, after };
  console.log(JSON.stringify(remains));
}

async function repeat(
  count: number,
  work: () => Promise<void>,
): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) await work();
  }));
}

async function counts(): Promise<Counts> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const response = await fetch(`http://127.0.0.1:${port}/counts`);
  const engine: EngineCounts = await response.json();
  return { engine, client: await processCounts() };
}
