import { assert } from "@std/assert";
import { checkDepth, salvageSeq } from "../../../lib/engine/serve/socket.ts";
import { decodeFrame } from "../../../lib/protocol/frame.ts";
import type { FuzzTarget } from "../fuzz_target.ts";
import {
  bytesOf,
  type Json,
  mutateBytes,
  mutateJsonText,
  pick,
} from "../mutate.ts";
import { openSocket } from "../served_socket.ts";
import { engineRig, KEYS, type TriedEngine } from "../tried_engine.ts";

/** What an engine reads of nested JSON. */
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
  mutate(random, entry): Json {
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
  open: () => engineRig(run),
};

/** A frame is sent again at the end, or a part of the frames is left out. */
function mutateList(at: number, frames: readonly Frame[]): readonly Frame[] {
  return at % 2 === 0 ? frames.toSpliced(at, 1) : [...frames, frames[at]!];
}

async function run(
  { engine, assertAsBefore, assertClean }: TriedEngine,
  entry: Json,
): Promise<void> {
  const { login, frames } = entry as unknown as Case;
  const client = openSocket(engine);
  const key = KEYS[login];
  if (key !== undefined) await client.ok("auth", { auth: key });
  let due = key === undefined ? 0 : 1;
  for (const [kind, template] of frames) {
    if (kind === "wait" || template.includes("$")) await client.answered(due);
    if (kind === "wait") continue;
    const content = filledIn(template, client.outputs);
    const frame = kind === "bytes" ? bytesOf(content) : content;
    if (isAnswered(frame)) due++;
    client.post(frame);
  }
  await client.answered(due);
  const { isOpen } = client;
  client.close();
  assert(!isOpen || client.responses === due, "A request is answered twice");
  assertClean(client.outputs, login === "all");
  await assertAsBefore();
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

/** Whether a frame has an answer: a request, or what might have been one. */
function isAnswered(frame: string | Uint8Array): boolean {
  try {
    const message = decodeFrame(frame);
    checkDepth(message, MAX_DEPTH);
    const { type, seq } = message as { type: unknown; seq?: unknown };
    const isNumber = typeof seq === "number" || (seq ?? null) === null ||
      typeof seq === "string" && seq.length <= 256;
    return (type !== "response" && type !== "event") || !isNumber;
  } catch {
    return salvageSeq(frame) !== undefined;
  }
}
