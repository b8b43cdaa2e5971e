import { linesOfComponents, malformedAt } from "../../lib/cli/pipeline_file.ts";
import { nearest } from "../../lib/cli/failures.ts";
import { oneLine, plain } from "../../lib/cli/output.ts";
import { parseVariables, withVariables } from "../../lib/cli/variables.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

/** Readers of the command that get text of engines and files. */
export const COMMAND_READERS: readonly TextReader[] = [
  {
    covers: ["lib/cli/output.ts#plain", "lib/cli/output.ts#oneLine"],
    read: (text) => [plain(text), oneLine(text)],
    pieces: ["\x1b]", "\x1b[1;", "\x1b[", "\x9b", "\u2028"],
  },
  {
    covers: ["lib/cli/failures.ts#nearest"],
    read: (text) => nearest(text, ["webhook", text]),
  },
  {
    covers: ["lib/cli/pipeline_file.ts#malformedAt"],
    read: malformedAt,
    pieces: ['{"a":', "[[", "{ ", '"\\n'],
  },
  {
    covers: ["lib/cli/pipeline_file.ts#linesOfComponents"],
    read: linesOfComponents,
    common: false,
    texts: {
      components: (size) =>
        `{"components":${jsonList(size, (at) => ({ id: `c${at}` }))}}`,
    },
  },
  {
    covers: [
      "lib/cli/variables.ts#parseVariables",
      "lib/cli/variables.ts#withVariables",
    ],
    read: (text) => [parseVariables(text), withVariables(text, { a: "1" })],
    pieces: ["export ", "A=", "A='\n", " \t"],
  },
];
