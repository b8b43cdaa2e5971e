import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../../../lib/engine/engine.ts";
import { decodeFrame } from "../../../lib/protocol/frame.ts";
import { checkDepth } from "../../../lib/engine/serve/socket.ts";
import { TEXT } from "../../support/pipelines.ts";
import { collector, entry } from "../../support/test_nodes.ts";
import type { FuzzRig, FuzzTarget } from "../fuzz_target.ts";
import { isAccident } from "../../support/foreseen.ts";
import {
  bytesOf,
  type Json,
  mutateBytes,
  mutateJson,
  mutateJsonText,
  pick,
} from "../mutate.ts";
import {
  type FrameClient,
  openSocket,
  withoutNetwork,
} from "../served_socket.ts";

/** Credentials that no case knows. */
const OTHERS_KEY = "othersKey4c8f2aR7";
const SECRET = "engineSecret9d3e6bM1";
/** What a case may log in with: everything, data alone, or nothing at all. */
const KEYS: Readonly<Record<string, string>> = {
  all: "key",
  data: "data-key",
};
const MAX_DEPTH = 256;

type Frame = readonly [kind: string, content: string];
interface Case {
  readonly login: string;
  readonly frames: readonly Frame[];
}

/**
 * What an engine receives over a socket. Each request is answered, once and in
 * words for its reader; another session on the engine never notices; nothing is
 * shown that only others know; and when the socket has closed and its tasks have
 * ended, the engine is as before.
 */
export const clientFrames: FuzzTarget = {
  name: "client_frames",
  share: 1_500,
  weight: 25,
  mutate(random, entry) {
    const { login, frames } = entry as unknown as Case;
    const parts = frames.map(([, content]) => content);
    const changed = frames.map(([kind, content]): Frame => {
      if (random.chance(0.5)) return [kind, content];
      if (random.chance(0.05)) return [kind, mutateBytes(random, content)];
      const [head = "", ...rest] = content.split("\n");
      const header = mutateJsonText(random, head, parts);
      const payload = rest.length > 0 && random.chance(0.3)
        ? [mutateBytes(random, rest.join("\n"))]
        : rest;
      return [
        random.chance(0.05) ? pick(random, ["text", "bytes"]) : kind,
        [header, ...payload].join("\n"),
      ];
    });
    const list = random.chance(0.3)
      ? mutateList(random.whole(0, changed.length - 1), changed)
      : changed;
    return {
      login: random.chance(0.1) ? pick(random, ["", "all", "data"]) : login,
      frames: list as unknown as Json,
    };
  },
  open,
};

/** A frame is sent again at the end, or a part of the frames is left out. */
function mutateList(at: number, frames: readonly Frame[]): readonly Frame[] {
  return at % 2 === 0 ? frames.toSpliced(at, 1) : [...frames, frames[at]!];
}

/** After so many cases the engine is another one: what is stored stays. */
const ENGINE_CASES = 200;

/** One engine after the other. */
async function open(): Promise<FuzzRig> {
  let rig = await openEngine();
  let count = 0;
  return {
    async run(entry): Promise<void> {
      if (count++ % ENGINE_CASES === ENGINE_CASES - 1) {
        await rig[Symbol.asyncDispose]();
        rig = await openEngine();
      }
      await rig.run(entry);
    },
    [Symbol.asyncDispose]: async () => await rig[Symbol.asyncDispose](),
  };
}

async function openEngine(): Promise<FuzzRig> {
  const engine = createEngine({
    upgrade: withoutNetwork,
    auth: [
      "key",
      { key: OTHERS_KEY, userId: "other" },
      { key: "data-key", permissions: ["task.data"] },
    ],
    env: { ROCKETRIDE_SECRET: SECRET },
    nodes: [entry(), collector()],
    llm: (question) => question.questions[0]?.text ?? "",
    embedding: "words",
    fetch: () => Promise.reject(new TypeError("No network")),
  });
  const witness = openSocket(engine);
  await witness.ok("auth", { auth: OTHERS_KEY });
  const { token } = await witness.ok("execute", { pipeline: TEXT });
  const known = await state(witness);

  async function run(entry: Json): Promise<void> {
    const { login, frames } = entry as unknown as Case;
    const client = openSocket(engine);
    const key = KEYS[login];
    if (key !== undefined) await client.ok("auth", { auth: key });
    const asked: number[] = [];
    for (const [kind, template] of frames) {
      if (template.includes("$")) await client.answered(asked);
      const content = filledIn(template, client.outputs);
      const frame = kind === "bytes" ? bytesOf(content) : content;
      const seq = seqOf(frame);
      if (seq !== undefined) asked.push(seq);
      client.post(frame);
    }
    await client.answered(asked);
    await witness.ok("rrext_ping");
    const { responses, isOpen } = client;
    const least = asked.length + (key === undefined ? 0 : 1);
    const most = frames.length + (key === undefined ? 0 : 1);
    assert(!isOpen || responses >= least, `${responses} of ${least}`);
    assert(responses <= most, `${responses} responses to ${most} frames`);
    client.close();
    assertClean(client.outputs, [
      OTHERS_KEY,
      ...(login === "all" ? [] : [SECRET, String(token)]),
    ]);
    for (const task of tasksOf(await witness.ok("rrext_get_tasks"))) {
      if (task.token !== token) {
        await witness.ask("terminate", { token: task.token });
      }
    }
    assertEquals(await state(witness), known);
  }

  return {
    run,
    async [Symbol.asyncDispose](): Promise<void> {
      witness.close();
      await engine.close();
    },
  };
}

/** What stands for what the engine made up: the last of it that came. */
function filledIn(
  template: string,
  outputs: readonly (string | Uint8Array)[],
): string {
  return template.replace(/\$(TOKEN|HANDLE)/g, (all, name: string) => {
    const pattern = new RegExp(`"${name.toLowerCase()}":"([^"]*)"`);
    return outputs.map((it) => typeof it === "string" && pattern.exec(it)?.[1])
      .findLast((it) => typeof it === "string") || all;
  });
}

/** The number of a request that must be answered. */
function seqOf(frame: string | Uint8Array): number | undefined {
  try {
    const { type, seq } = decodeFrame(frame);
    checkDepth(decodeFrame(frame), MAX_DEPTH);
    return type === "request" && Number.isFinite(seq) ? seq : undefined;
  } catch {
    return undefined;
  }
}

function tasksOf(body: Record<string, unknown>): Record<string, unknown>[] {
  return body.tasks as Record<string, unknown>[];
}

/** What an engine holds, as a client sees it. */
async function state(witness: FrameClient): Promise<unknown> {
  const { overview, connections } = await witness.ok("rrext_dashboard") as {
    overview: Record<string, unknown>;
    connections: unknown[];
  };
  return [overview.totalConnections, overview.activeTasks, connections.length];
}

function assertClean(
  outputs: readonly (string | Uint8Array)[],
  secrets: readonly string[],
): void {
  for (const output of outputs) {
    const text = typeof output === "string"
      ? output
      : new TextDecoder().decode(output);
    for (const secret of secrets) assert(!text.includes(secret), text);
    const [, message = ""] = /"message":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    assert(!isAccident(message), message);
  }
}
