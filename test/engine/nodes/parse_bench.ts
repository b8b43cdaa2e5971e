import type { ObjectInfo } from "../../../lib/engine/node.ts";
import type { ParserTable } from "../../../lib/engine/nodes/core/parse.ts";
import {
  type BenchPipe,
  builtin,
  type OpenOptions,
  startNode,
  utf8,
} from "./harness.ts";

/** Begin an object at a `parse` node. */
export async function open(
  object: Partial<ObjectInfo>,
  { parsers = {}, ...options }: OpenOptions & { parsers?: ParserTable } = {},
): Promise<BenchPipe> {
  const bench = await startNode(builtin("parse", { parsers }));
  return bench.open({ ...options, object });
}

/** Let `parse` have a whole object, in one chunk. */
export async function parse(
  object: Partial<ObjectInfo>,
  content: string | Uint8Array,
  options?: OpenOptions,
): Promise<BenchPipe> {
  const pipe = await open(object, options);
  await pipe.sendBytes(typeof content === "string" ? utf8(content) : content);
  await pipe.finish();
  return pipe;
}
