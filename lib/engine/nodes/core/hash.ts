import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { NodeTask, PipeContext, TagsPayload } from "../../node.ts";

const DIGESTS = { md5, sha1, sha256 } as const;

type Hasher = ReturnType<(typeof DIGESTS)[keyof typeof DIGESTS]["create"]>;

/**
 * The node `hash`: puts `md5`, `sha1` and `sha256` of an object on its metadata,
 * in lower-case hexadecimal, at the end of the stream. The bytes pass unchanged.
 */
export function hash(): NodeTask {
  return { instance: (pipe) => ({ on: { tags: stamp(pipe) } }) };
}

function stamp(pipe: PipeContext): (payload: TagsPayload) => void {
  let running = begin();
  return (payload) => {
    pipe.signal.throwIfAborted();
    if (payload.kind === "begin") running = begin();
    for (const [name, hasher] of running) {
      if (payload.kind === "data") hasher.update(payload.bytes);
      if (payload.kind === "end") {
        pipe.object.metadata[name] = bytesToHex(hasher.digest());
      }
    }
    if (payload.kind === "end") running = begin();
  };
}

function begin(): readonly (readonly [string, Hasher])[] {
  return Object.entries(DIGESTS).map(([name, make]) => [name, make.create()]);
}
