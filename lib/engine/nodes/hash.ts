import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  defineNode,
  type NodeDefinition,
  type PipeContext,
  type TagsPayload,
} from "../node.ts";

const DIGESTS = { md5, sha1, sha256 } as const;

/**
 * The node `hash`: stamps the digests of an object on its
 * metadata while the bytes pass on unchanged.
 *
 * The metadata has `md5`, `sha1` and `sha256` in lower-case hexadecimal once
 * the stream has ended.
 *
 * @returns The definition.
 */
export function hashNode(): NodeDefinition {
  return defineNode({
    provider: "hash",
    title: "Hash",
    description:
      "Stamps MD5, SHA-1 and SHA-256 of an object on its metadata, as md5, " +
      "sha1 and sha256; the bytes pass unchanged.",
    classType: ["data"],
    lanes: { tags: ["tags"] },
    start: () => ({ instance: (pipe) => ({ on: { tags: stamp(pipe) } }) }),
  });
}

function stamp(pipe: PipeContext): (payload: TagsPayload) => void {
  let running = begin();
  return (payload) => {
    pipe.signal.throwIfAborted();
    if (payload.kind === "begin") running = begin();
    for (const [name, hash] of running) {
      if (payload.kind === "data") hash.update(payload.bytes);
      if (payload.kind === "end") {
        pipe.object.metadata[name] = bytesToHex(hash.digest());
      }
    }
    if (payload.kind === "end") running = begin();
  };
}

function begin(): readonly (readonly [string, Hasher])[] {
  return Object.entries(DIGESTS).map(([name, make]) => [name, make.create()]);
}

type Hasher = ReturnType<(typeof DIGESTS)[keyof typeof DIGESTS]["create"]>;
