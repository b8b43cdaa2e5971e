import { pipelines } from "./targets/pipelines.ts";
import { storeOperations } from "./targets/store_operations.ts";
import { testTarget } from "./test_target.ts";

for (const target of [storeOperations, pipelines]) testTarget(target);
