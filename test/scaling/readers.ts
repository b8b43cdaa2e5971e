import { CLIENT_READERS } from "./client_readers.ts";
import { COMMAND_READERS } from "./command_readers.ts";
import { ENGINE_READERS } from "./engine_readers.ts";
import { NODE_READERS } from "./node_readers.ts";
import { PARSE_READERS } from "./parse_readers.ts";
import { SCHEMA_READERS } from "./schema_readers.ts";
import type { TextReader } from "./text_reader.ts";

/** Every function of the package that reads text from others. */
export const READERS: readonly TextReader[] = [
  ...SCHEMA_READERS,
  ...CLIENT_READERS,
  ...COMMAND_READERS,
  ...ENGINE_READERS,
  ...NODE_READERS,
  ...PARSE_READERS,
];
