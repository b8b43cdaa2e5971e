// First, so that it sees the library being loaded.
import "./_library.ts";
import type { ConformanceCase } from "../case.ts";
import { ABORT } from "./abort.ts";
import { ADMIN } from "./admin.ts";
import { CALLS } from "./calls.ts";
import { CHAT } from "./chat.ts";
import { CLOSE } from "./close.ts";
import { CONNECT } from "./connect.ts";
import { CROWD } from "./crowd.ts";
import { ENV } from "./env.ts";
import { EVENTS } from "./events.ts";
import { FAULTS } from "./faults.ts";
import { FILES } from "./files.ts";
import { FRAMING } from "./framing.ts";
import { HEARTBEAT } from "./heartbeat.ts";
import { HTTP } from "./http.ts";
import { LIMITS } from "./limits.ts";
import { PIPE_TO } from "./pipe_to.ts";
import { QUIET } from "./quiet.ts";
import { RECONNECT } from "./reconnect.ts";
import { SOURCES } from "./sources.ts";
import { STORE } from "./store.ts";
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
  ...CHAT,
  ...FILES,
  ...RECONNECT,
  ...HEARTBEAT,
  ...HTTP,
  ...CLOSE,
  ...FAULTS,
  ...LIMITS,
  ...CROWD,
  ...ADMIN,
  ...STORE,
  ...QUIET,
];
