import { assert } from "@std/assert";
import { createEngine } from "../../../lib/engine/engine.ts";
import { checkDepth } from "../../../lib/engine/serve/socket.ts";
import { isRecord } from "../../../schema/json.ts";
import { fakeClock } from "../../support/fake_clock.ts";
import { attempt, isAccident } from "../../support/foreseen.ts";
import { rawInProcess } from "../../support/raw_client.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { bytesOf, type Json, mutateJson, mutateJsonText } from "../mutate.ts";

interface Case {
  readonly pipeline: Json;
  readonly objects: readonly {
    readonly mimeType: Json;
    readonly name: Json;
    readonly data: Json;
  }[];
  /** What models answer, one after the other: bodies, as texts. */
  readonly replies: readonly string[];
}

/**
 * Pipelines that are validated, started and given objects, with models and
 * services that answer anything. Each step is answered, in words for its reader;
 * and when the engine has closed, no timer is left.
 */
export const pipelines: FuzzTarget = {
  name: "pipelines",
  share: 700,
  weight: 15,
  mutate(random, entry): Json {
    const { pipeline, objects, replies } = entry as unknown as Case;
    const part = random.whole(0, 3);
    return {
      pipeline: part < 2 ? mutateJson(random, pipeline) : pipeline,
      objects: part !== 1
        ? objects.map((object) => mutateJson(random, object as Json))
        : objects,
      replies: part > 1
        ? replies.map((text) => mutateJsonText(random, text))
        : replies,
    } as unknown as Json;
  },
  open: () => plainRig((entry) => run(entry as unknown as Case)),
};

/** How long the engine's clock passes for one step; models wait for minutes. */
const STEP_MS = 60_000;

async function run(given: Case): Promise<void> {
  // What is nested more deeply is refused before it is a pipeline.
  if (!attempt(() => checkDepth(given, 200) ?? true)) return;
  const { pipeline, objects, replies } = given;
  const clock = fakeClock();
  let next = 0;
  const engine = createEngine({
    clock,
    env: { ROCKETRIDE_KEY: "sk-x" },
    fetch: () => {
      const text = replies[next++ % Math.max(replies.length, 1)] ?? "";
      const status = /^\d{3} /.test(text) ? Number(text.slice(0, 3)) : 200;
      const isStatus = status >= 200 && status < 600 &&
        ![204, 205, 304].includes(status);
      const init = { status: isStatus ? status : 500 };
      return Promise.resolve(new Response(text.replace(/^\d{3} /, ""), init));
    },
  });
  const client = rawInProcess(engine);
  const ask = async (
    command: string,
    args: object,
    payload?: Uint8Array,
  ): Promise<Record<string, unknown> | undefined> => {
    const state = { over: false };
    const asking = client.request(command, args, payload ? { payload } : {});
    asking.then(() => state.over = true);
    // What a pipeline needs may have to be loaded, in real time.
    for (let step = 0; !state.over; step++) {
      await clock.advance(step === 0 ? 0 : STEP_MS);
    }
    const { success, message = "", body } = await asking;
    const told = JSON.stringify([message, failuresIn(body)]);
    assert(!isAccident(told), told);
    return success ? { ...body } : undefined;
  };
  await ask("auth", { auth: "key" });
  await ask("rrext_validate", { pipeline });
  const started = await ask("execute", { pipeline, ttl: 0 });
  const sent = started ? objects.filter(isRecord) : [];
  for (const { mimeType, name, data } of sent) {
    const token = started!.token;
    const object = { name };
    const open = { subcommand: "open", object, mimeType, token };
    const opened = await ask("rrext_process", open);
    if (!opened) continue;
    const { pipe_id } = opened;
    const bytes = typeof data === "string" ? bytesOf(data) : undefined;
    const write = { subcommand: "write", pipe_id, token };
    await ask("rrext_process", bytes ? write : { ...write, data }, bytes);
    await ask("rrext_process", { subcommand: "close", pipe_id, token });
  }
  await client.close();
  const closing = engine.close();
  await clock.advance(STEP_MS);
  await closing;
  assert(clock.refTimers === 0, `${clock.refTimers} timers are left`);
}

/** What a body tells of failures, wherever it is. */
function failuresIn(body: unknown): readonly unknown[] {
  const found: unknown[] = [];
  JSON.stringify(body, (name, value) => {
    const isFailure = ["error", "errors", "warnings", "message"].includes(name);
    if (isFailure) found.push(value);
    return value;
  });
  return found;
}
