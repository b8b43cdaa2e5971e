/** Every function that takes options refuses those that it does not know. */
import { assert, assertEquals } from "@std/assert";
import { connect, createQuestion, type Session } from "@rocketride/streams";
import { createEngine, type Engine } from "@rocketride/streams/engine";
import config from "../../deno.json" with { type: "json" };
import { TEXT } from "../support/pipelines.ts";
import {
  type ExportedFunction,
  readFunctions,
} from "../support/read_functions.ts";
import { ROOT } from "../support/read_tree.ts";

type Unchecked = (...given: readonly unknown[]) => unknown;

/** What the functions are called with besides their options, by type or name. */
function valuesOf(
  session: Session,
  engine: Engine,
): Readonly<Record<string, unknown>> {
  return {
    Session: session,
    Engine: engine,
    Transport: engine.transport(),
    TaskRef: "tk_1",
    MonitorTarget: "tk_1",
    PipeSource: "text",
    FileInputs: [],
    Question: createQuestion(),
    Iterable: ["task"],
    EnvScope: "user",
    string: "x",
    question: "What?",
    pipeline: TEXT,
    root: "x",
  };
}

/** Whether a parameter is an object of options. */
function areOptions(
  { name, type }: ExportedFunction["parameters"][number],
): boolean {
  return name === "options" || /(?:Options|Params|Update|Address)$/.test(type);
}

/** The message of what a call throws, or rejects with. */
async function refusal(
  called: Unchecked,
  args: readonly unknown[],
): Promise<string> {
  try {
    await called(...args);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

/** Words that are like no option. */
const UNLIKE = "zqxjkv";

/** The entries whose functions take none. */
const WITHOUT_OPTIONS: ReadonlySet<string> = new Set(["./page"]);

for (const [entry, file] of Object.entries(config.exports)) {
  Deno.test(`every function of ${entry} refuses unknown options, and names the nearest`, async () => {
    const exported: Record<string, unknown> = await import(
      new URL(file, ROOT).href
    );
    await using engine = createEngine();
    const sent: unknown[] = [];
    const session = await connect({
      transport: engine.transport(),
      auth: "key",
      env: {},
      heartbeat: false,
      onTrace: ({ kind }) => kind === "sent" && sent.push(kind),
    });
    const before = sent.length;
    let count = 0;
    const values = valuesOf(session, engine);
    for (const { name, parameters } of await readFunctions(file)) {
      const called = exported[name] as Unchecked;
      for (const [at, parameter] of parameters.entries()) {
        if (!areOptions(parameter)) continue;
        count++;
        const args = parameters.slice(0, at).map((it) =>
          areOptions(it) ? {} : values[it.type] ?? values[it.name]
        );
        const all = await refusal(called, [...args, { [UNLIKE]: 1 }]);
        const [, list] = /^Unknown option "zqxjkv" in .+: expected (.+)$/
          .exec(all) ?? [];
        assert(list !== undefined, `${name}: ${all}`);
        for (const known of list.split(", ")) {
          const wrong = `${known.slice(0, -1)}${known.at(-1)}_x`;
          const message = await refusal(called, [...args, { [wrong]: 1 }]);
          assert(message.endsWith(`: use "${known}"`), `${name}: ${message}`);
        }
      }
    }
    assertEquals(sent.length, before);
    assertEquals(count > 0, !WITHOUT_OPTIONS.has(entry));
    await session[Symbol.asyncDispose]();
  });
}
