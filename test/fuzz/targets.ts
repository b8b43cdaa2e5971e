import type { FuzzTarget } from "./fuzz_target.ts";
import { clientFrames } from "./targets/client_frames.ts";
import { engineFrames } from "./targets/engine_frames.ts";
import { jsonTexts } from "./targets/json_texts.ts";
import { readers } from "./targets/readers.ts";
import { spellings } from "./targets/spellings.ts";

/** Everything that is tried with hostile input. */
export const TARGETS: readonly FuzzTarget[] = [
  readers,
  jsonTexts,
  spellings,
  clientFrames,
  engineFrames,
];
