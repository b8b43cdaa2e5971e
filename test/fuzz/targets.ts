import type { FuzzTarget } from "./fuzz_target.ts";
import { clientFrames } from "./targets/client_frames.ts";
import { commandArguments } from "./targets/command_arguments.ts";
import { engineFrames } from "./targets/engine_frames.ts";
import { eventLogs } from "./targets/event_logs.ts";
import { httpAnswers } from "./targets/http_answers.ts";
import { httpBytes } from "./targets/http_bytes.ts";
import { httpRequests } from "./targets/http_requests.ts";
import { jsonTexts } from "./targets/json_texts.ts";
import { pipelines } from "./targets/pipelines.ts";
import { readers } from "./targets/readers.ts";
import { spellings } from "./targets/spellings.ts";
import { storeOperations } from "./targets/store_operations.ts";

/** Everything that is tried with hostile input. */
export const TARGETS: readonly FuzzTarget[] = [
  readers,
  jsonTexts,
  spellings,
  eventLogs,
  commandArguments,
  clientFrames,
  engineFrames,
  httpRequests,
  httpBytes,
  httpAnswers,
  storeOperations,
  pipelines,
];
