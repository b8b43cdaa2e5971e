import { assert, assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { isAccident } from "../support/foreseen.ts";
import { TEXT } from "../support/pipelines.ts";
import { collector, entry } from "../support/test_nodes.ts";
import type { FuzzRig } from "./fuzz_target.ts";
import {
  type FrameClient,
  openSocket,
  withoutNetwork,
} from "./served_socket.ts";

/** Credentials that no case knows. */
const OTHERS_KEY = "othersKey4c8f2aR7";
const OTHERS_TASK = "others-task";
const SECRET = "engineSecret9d3e6bM1";

/** What a case may log in with: everything, or data alone. */
export const KEYS: Readonly<Record<string, string>> = {
  all: "key",
  data: "data-key",
};

/** An engine for hostile input, which others use at the same time. */
export interface TriedEngine extends AsyncDisposable {
  readonly engine: Engine;
  /** The token of a task of somebody else. */
  readonly token: string;
  /**
   * End what a case has started, and verify that the engine is as it was: the
   * other session is answered, and connections and tasks are the same.
   */
  assertAsBefore(): Promise<void>;
  /**
   * Verify that what came out has nothing that only others know, and no
   * failure that nobody has foreseen.
   *
   * @param mayKnow Whether the case may run pipelines with any variable.
   */
  assertClean(
    outputs: readonly (string | Uint8Array)[],
    mayKnow: boolean,
  ): void;
}

/** Make an engine that has keys, a variable, and a session of somebody else. */
export async function triedEngine(
  options: EngineOptions = {},
): Promise<TriedEngine> {
  const engine = createEngine({
    upgrade: withoutNetwork,
    auth: [
      KEYS.all!,
      { key: OTHERS_KEY, userId: "other" },
      { key: KEYS.data!, permissions: ["task.data"] },
    ],
    env: { ROCKETRIDE_SECRET: SECRET },
    nodes: [entry(), collector()],
    llm: (question) => question.questions[0]?.text ?? "",
    embedding: "words",
    fetch: () => Promise.reject(new TypeError("There is no network")),
    ...options,
  });
  const other = openSocket(engine);
  await other.ok("auth", { auth: OTHERS_KEY });
  const pipeline = { ...TEXT, name: OTHERS_TASK };
  let { token } = await other.ok("execute", { pipeline });
  // Of the same user as the cases, so that it sees what they start.
  const own = openSocket(engine);
  await own.ok("auth", { auth: KEYS.all });
  const before = await stateOf(own, other);

  return {
    engine,
    get token(): string {
      return String(token);
    },
    async assertAsBefore(): Promise<void> {
      const { tasks } = await own.ok("rrext_get_tasks");
      for (const task of tasks as Record<string, unknown>[]) {
        if (task.name !== OTHERS_TASK) {
          await own.ask("terminate", { token: task.token });
        }
      }
      // Users of one team may end each other's tasks, and restart them.
      const { overview } = await other.ok("rrext_dashboard");
      const { activeTasks } = overview as Record<string, unknown>;
      if (activeTasks === 0) {
        ({ token } = await other.ok("execute", { pipeline }));
      }
      assertEquals(await stateOf(own, other), before);
    },
    assertClean(outputs, mayKnow): void {
      const secrets = mayKnow
        ? [OTHERS_KEY]
        : [OTHERS_KEY, SECRET, String(token)];
      for (const output of outputs) assertTextClean(output, secrets);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      own.close();
      other.close();
      await engine.close();
    },
  };
}

function assertTextClean(
  output: string | Uint8Array,
  secrets: readonly string[],
): void {
  const text = typeof output === "string"
    ? output
    : new TextDecoder().decode(output);
  for (const secret of secrets) assert(!text.includes(secret), text);
  for (const [, message = ""] of text.matchAll(MESSAGE)) {
    assert(!isAccident(message), message);
  }
}

const MESSAGE = /"(?:message|error|detail|msg)":"((?:[^"\\]|\\.)*)"/g;

/** What an engine holds, as its clients see it. */
async function stateOf(...clients: readonly FrameClient[]): Promise<unknown> {
  return await Promise.all(clients.map(async (client) => {
    const { overview } = await client.ok("rrext_dashboard");
    const { totalConnections, activeTasks } = overview as Record<
      string,
      unknown
    >;
    return { totalConnections, activeTasks };
  }));
}

/** After so many cases the engine is another one: what is stored stays. */
const ENGINE_CASES = 200;

/** Run cases against one engine after the other. */
export async function engineRig(
  run: (tried: TriedEngine, entry: Parameters<FuzzRig["run"]>[0]) => Promise<
    void
  >,
  make: () => Promise<TriedEngine> = triedEngine,
): Promise<FuzzRig> {
  let tried = await make();
  let count = 0;
  return {
    async run(entry): Promise<void> {
      if (count++ % ENGINE_CASES === ENGINE_CASES - 1) {
        await tried[Symbol.asyncDispose]();
        tried = await make();
      }
      await run(tried, entry);
    },
    [Symbol.asyncDispose]: async () => await tried[Symbol.asyncDispose](),
  };
}
