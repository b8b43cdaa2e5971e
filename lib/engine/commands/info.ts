import { RocketRideException } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import {
  existing,
  requireForTask,
  requireUnbound,
} from "../access/permissions.ts";
import { isName } from "../pipeline/component.ts";
import type { Call, Reply } from "./call.ts";

/** `rrext_ping`: whether the engine answers. */
export function ping(): Reply {
  return { pong: true };
}

/** `rrext_public_probe`: what the engine is. */
export function probe(): Reply {
  return {
    version: VERSION,
    capabilities: ["oss"],
    platform: "embedded",
    apps: [],
  };
}

/** `rrext_services`: all nodes, or one of them in detail. */
export async function services(
  { core, args }: Pick<Call, "core" | "args">,
): Promise<NonNullable<Reply>> {
  const { settings } = core;
  const [{ registryOf }, { serviceDocument, serviceList }] = await Promise.all([
    import("../nodes/builtin_nodes.ts"),
    import("../services/services.ts"),
  ]);
  const registry = registryOf(settings);
  const { service } = args;
  if (typeof service !== "string" || service === "") {
    const { listUnsupported } = settings;
    const list = serviceList(registry.values(), { listUnsupported });
    // Copies: in process, a caller may change what it receives.
    return { services: structuredClone(list), version: 1 };
  }
  const definition = registry.get(service);
  if (definition) return structuredClone(serviceDocument(definition));
  throw new RocketRideException(
    `Service '${service}' not found. ` +
      "Please check the service name and try again.",
    { code: "service-not-found" },
  );
}

/** `rrext_dashboard`: the connections and the tasks. */
export function dashboard({ core, identity }: Call): Reply {
  return { ...core.dashboard.read(core.tasks.all(), identity) };
}

/**
 * `rrext_cprofile_start`, `_stop` and `_report`: refused. A server profiles the
 * Python code of its own or of a task's process.
 */
export function noProfile(call: Call): never {
  checkTarget(call);
  throw new RocketRideException(
    "Profiling is not available in the embedded engine, which runs no Python",
    { code: "not-supported" },
  );
}

/** `rrext_cprofile_status`: nothing was ever profiled. */
export function profileStatus(call: Call): Reply {
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
function checkTarget({ core, identity, args }: Call): void {
  const token = [identity.task, args.target].find(isName);
  if (token === undefined) return requireUnbound(identity, "task.debug");
  const { spec } = existing(core.tasks, token);
  requireForTask(identity, "task.debug", spec.token);
}
