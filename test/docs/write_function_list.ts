/** Write the page that lists every function: `deno task functions`. */
import { FUNCTION_LIST, functionList } from "./function_list.ts";

await Deno.writeTextFile(FUNCTION_LIST, await functionList());
