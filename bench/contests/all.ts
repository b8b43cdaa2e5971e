import type { Contest } from "../contest.ts";
import { CALLS } from "./calls.ts";
import { EVENTS } from "./events.ts";
import { LARGES } from "./large.ts";
import { PIPES } from "./pipes.ts";
import { SENDS } from "./sends.ts";
import { STORE } from "./store.ts";

/** Every contest, in the order of the report. */
export const CONTESTS: readonly Contest[] = [
  ...CALLS,
  ...SENDS,
  ...PIPES,
  ...EVENTS,
  ...STORE,
  ...LARGES,
];
