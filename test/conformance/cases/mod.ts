import type { ConformanceCase } from "../case.ts";
import { CALLS } from "./calls.ts";
import { CONNECT } from "./connect.ts";

/** All cases, in the order in which they are run. */
export const CASES: readonly ConformanceCase[] = [
  ...CONNECT,
  ...CALLS,
];
