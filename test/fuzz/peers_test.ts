import { clientFrames } from "./targets/client_frames.ts";
import { engineFrames } from "./targets/engine_frames.ts";
import { testTarget } from "./test_target.ts";

for (const target of [clientFrames, engineFrames]) testTarget(target);
