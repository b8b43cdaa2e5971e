// deno-lint-ignore-file no-console -- the test prints the lists
import { assert } from "@std/assert";
import { close, connect, terminate } from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import { HOSTS } from "../support/hosts.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** How many files each way should take at most. */
const GOAL = 8;

/**
 * How many files each way takes at most. These limits only fall; where one is
 * at the goal, it stays there.
 */
const LIMITS: Readonly<Record<string, number>> = {
  credential: 8,
  pipeline: 13,
  chunk: 7,
  answer: 8,
  event: 8,
};

/** The same for the engine: from the socket to the answer. */
const ENGINE_LIMITS: Readonly<Record<string, number>> = {
  write: 8,
  command: 7,
};

/** Modules that every other may use are not counted. */
const NOT_COUNTED = /^lib\/(errors|async|check|bytes)\.ts$/;

const PIPELINE = {
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

Deno.test("each of the five ways through the library takes few files", async (t) => {
  await using engine = createEngine();
  await using server = await serveEngine(engine);
  const session = await connect({ transport: engine.transport(), env: {} });
  await using folder = await tempFolder();
  const path = `${folder.path}/pipeline.json`;
  await Deno.writeTextFile(path, JSON.stringify({ pipeline: PIPELINE }));
  const args = ["test/process/programs/ways.ts", server.uri, path];
  await checkWays(t, args, LIMITS, async (token) => {
    // By another process: nothing but the event may arrive in this one.
    await terminate(session, token);
  });
  await close(session);
});

Deno.test("each of the two ways through the engine takes few files", (t) =>
  checkWays(t, ["test/process/programs/engine_ways.ts"], ENGINE_LIMITS));

/** A line that a program prints: a way, or a task to terminate. */
interface Line {
  readonly way?: string;
  readonly files: readonly string[];
  readonly watches?: string;
}

/** Compare the ways that a program prints with their limits. */
async function checkWays(
  t: Deno.TestContext,
  [program = "", ...args]: readonly string[],
  limits: Readonly<Record<string, number>>,
  onWatch?: (token: string) => Promise<void>,
): Promise<void> {
  const host = HOSTS.find(({ name }) => name === "Deno")!;
  await using child = await host.start(program, ...args);
  let ways = 0;
  for await (const line of child.lines()) {
    const { way, files, watches } = JSON.parse(line) as Line;
    if (watches) await onWatch?.(watches);
    if (!way) continue;
    ways++;
    const counted = files.filter((file) => !NOT_COUNTED.test(file));
    const limit = limits[way] ?? 0;
    const fact = `the ${way} goes through ${counted.length} files`;
    console.log(`${fact}:\n  ${counted.join("\n  ")}`);
    await t.step(`count: ${fact}, at most ${limit}, goal ${GOAL}`, () => {
      assert(counted.length > 0, "no file ran");
      assert(counted.length <= limit, `too many:\n${counted.join("\n")}`);
    });
  }
  const { code, stderr } = await child.ended();
  assert(code === 0, stderr);
  assert(ways === Object.keys(limits).length, `${ways} ways were measured`);
}
