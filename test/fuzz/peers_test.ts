import { clientFrames } from "./targets/client_frames.ts";
import { engineFrames } from "./targets/engine_frames.ts";
import { httpAnswers } from "./targets/http_answers.ts";
import { httpRequests } from "./targets/http_requests.ts";
import { testTarget } from "./test_target.ts";

const TARGETS = [clientFrames, engineFrames, httpRequests, httpAnswers];

for (const target of TARGETS) testTarget(target);
