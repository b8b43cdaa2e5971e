import { CALLS } from "./calls.ts";
import { day } from "./day.ts";
import { EVENTS } from "./events.ts";
import { PIPES } from "./pipes.ts";
import { SESSIONS } from "./sessions.ts";
import type { LoadItem } from "./stage.ts";
import { UPLOAD } from "./upload.ts";

/** Every kind of load. */
export const ITEMS: readonly LoadItem[] = [
  SESSIONS,
  CALLS,
  PIPES,
  EVENTS,
  UPLOAD,
  { name: "day", run: day },
];
