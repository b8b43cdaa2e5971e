import { commandArguments } from "./targets/command_arguments.ts";
import { eventLogs } from "./targets/event_logs.ts";
import { jsonTexts } from "./targets/json_texts.ts";
import { readers } from "./targets/readers.ts";
import { spellings } from "./targets/spellings.ts";
import { testTarget } from "./test_target.ts";

const TARGETS = [readers, jsonTexts, spellings, eventLogs, commandArguments];

for (const target of TARGETS) testTarget(target);
