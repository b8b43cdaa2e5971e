import type { Contest } from "../contest.ts";
import { CALLS } from "./calls.ts";
import { EVENTS } from "./events.ts";
import { FRAMES } from "./frames.ts";
import { LARGES } from "./large.ts";
import { PIPES } from "./pipes.ts";
import { SENDS } from "./sends.ts";
import { STORE } from "./store.ts";

/** The contests beside a yardstick, in the order of the report. */
export const CONTESTS: readonly Contest[] = [
  ...CALLS,
  ...SENDS,
  ...PIPES,
  ...EVENTS,
  ...STORE,
  ...LARGES,
];

/** Those, and the ones that choose the size of frames. */
export const ALL_CONTESTS: readonly Contest[] = [...CONTESTS, ...FRAMES];
