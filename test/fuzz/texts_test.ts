import { jsonTexts } from "./targets/json_texts.ts";
import { readers } from "./targets/readers.ts";
import { spellings } from "./targets/spellings.ts";
import { testTarget } from "./test_target.ts";

for (const target of [readers, jsonTexts, spellings]) testTarget(target);
