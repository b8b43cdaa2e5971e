import { RocketRideException } from "../../errors.ts";
import { requireForTask, requireUnbound } from "../access/permissions.ts";
import { isName } from "../pipeline/component.ts";
import { type Call, type Reply, taskOf } from "./call.ts";

/**
 * `rrext_cprofile_start`, `_stop` and `_report`: refused, with the reason. A
 * server profiles the Python code of its own or of a task's process; there is
 * neither here.
 */
export function noProfile(call: Call): never {
  checkTarget(call);
  throw new RocketRideException(
    "Profiling is not available in the embedded engine, which runs no Python",
    { code: "not-supported" },
  );
}

/** `rrext_cprofile_status`: nothing is profiled, and nothing ever was. */
export function cprofileStatus(call: Call): Reply {
  checkTarget(call);
  return {
    active: false,
    owner: null,
    session: null,
    runtime: null,
    has_report: false,
  };
}

/** The target is a task's process, else the server's own. */
function checkTarget(call: Call): void {
  const { identity, args } = call;
  const token = [identity.task, args.target].find(isName);
  if (token === undefined) return requireUnbound(identity, "task.debug");
  requireForTask(identity, "task.debug", taskOf({ ...call, token }).spec.token);
}
