/**
 * What tests import as `fast-check`, see `imports` in `deno.json`: the original
 * with a seed that is the same for all properties of a run. As there, the
 * default export is the namespace.
 *
 * @module
 */
import * as fc from "./seeded.ts";

export * from "./seeded.ts";
export default fc;
