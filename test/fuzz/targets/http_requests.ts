import { assert } from "@std/assert";
import type { SeededRandom } from "../../support/faithful_peer/seeded_random.ts";
import type { FuzzTarget } from "../fuzz_target.ts";
import {
  bytesOf,
  type Json,
  mutateBytes,
  mutateJsonText,
  mutateText,
  pick,
} from "../mutate.ts";
import { engineRig, type TriedEngine } from "../tried_engine.ts";

interface Case {
  readonly method: string;
  /** The path and the query; `$TOKEN` stands for a task of somebody else. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body's chunks, as bytes; none where there is no body. */
  readonly body: readonly string[];
}

const METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
const HEADERS: readonly (readonly [string, string])[] = [
  ["authorization", "key"],
  ["authorization", "Bearer data-key"],
  ["authorization", "tk_x"],
  ["origin", "https://evil.test"],
  ["access-control-request-method", "POST"],
  ["content-type", "application/json; charset=utf-16"],
  ["content-length", "99999999999"],
  ["content-disposition", "attachment; filename*=UTF-8''%ff%zz"],
  ["host", "[::1]:99"],
];

/**
 * What the handler of an engine receives over HTTP. Each request is answered,
 * with a status and words that were meant for its client, and then the engine is
 * as it was.
 */
export const httpRequests: FuzzTarget = {
  name: "http_requests",
  share: 1_500,
  weight: 25,
  mutate(random, entry): Json {
    const { method, target, headers, body } = entry as unknown as Case;
    const changed = headers.flatMap((header) => changeHeader(random, header));
    return {
      method: random.chance(0.1) ? pick(random, METHODS) : method,
      target: random.chance(0.4) ? mutateText(random, target) : target,
      headers: random.chance(0.15)
        ? [...changed, pick(random, HEADERS)]
        : changed,
      body: body.flatMap((chunk) => changeChunk(random, chunk)),
    } as unknown as Json;
  },
  open: () => engineRig(run),
};

function changeHeader(
  random: SeededRandom,
  header: Case["headers"][number],
): Case["headers"] {
  const [name, value] = header;
  if (random.chance(0.7)) return [header];
  if (random.chance(0.2)) return [];
  if (random.chance(0.2)) return [header, header];
  if (random.chance(0.1)) return [[mutateText(random, name), value]];
  return [[name, mutateText(random, value)]];
}

function changeChunk(random: SeededRandom, chunk: string): readonly string[] {
  if (random.chance(0.4)) return [chunk];
  if (random.chance(0.3)) {
    const at = random.whole(0, chunk.length);
    return [chunk.slice(0, at), chunk.slice(at)];
  }
  const changed = random.chance(0.5)
    ? mutateBytes(random, chunk, ["\r\n--b", "--", "\r\n\r\n"])
    : mutateJsonText(random, chunk).replace(/[^\0-\xff]/g, "?");
  return [changed];
}

async function run(
  { engine, token, assertAsBefore, assertClean }: TriedEngine,
  entry: Json,
): Promise<void> {
  const request = requestOf(entry as unknown as Case, token);
  // Not every request can be made.
  if (!request) return;
  const response = await engine.fetch(request);
  const { status, headers } = response;
  const isMeant = status < 500 || status === 501 || status === 503;
  const text = await response.text();
  assert(isMeant, `${status} ${text}`);
  if (headers.get("content-type")?.startsWith("application/json") && text) {
    JSON.parse(text);
  }
  const said = [...headers].map(([, value]) => value);
  // With the key of a user, variables may be read, also through a pipeline.
  const mayKnow = JSON.stringify(entry).includes("key");
  assertClean([text, ...said], mayKnow || text.includes(token));
  await assertAsBefore();
}

function requestOf(
  { method, target, headers, body }: Case,
  token: string,
): Request | undefined {
  const chunks = body.map(bytesOf);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller): void {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
  try {
    const url = `http://localhost${target.replace("$TOKEN", token)}`;
    const init = { method, headers: headers as [string, string][] };
    return new Request(
      url,
      body.length > 0
        ? { ...init, body: stream, duplex: "half" } as RequestInit
        : init,
    );
  } catch {
    return undefined;
  }
}
