import type { ConformanceCase } from "../case.ts";
import { ABORT } from "./abort.ts";
import { CALLS } from "./calls.ts";
import { CONNECT } from "./connect.ts";
import { ENV } from "./env.ts";
import { EVENTS } from "./events.ts";
import { FRAMING } from "./framing.ts";
import { PIPE_TO } from "./pipe_to.ts";
import { SOURCES } from "./sources.ts";
import { TASKS } from "./tasks.ts";

/** All cases, in the order in which they are run. */
export const CASES: readonly ConformanceCase[] = [
  ...CONNECT,
  ...ENV,
  ...CALLS,
  ...TASKS,
  ...FRAMING,
  ...PIPE_TO,
  ...SOURCES,
  ...ABORT,
  ...EVENTS,
];
