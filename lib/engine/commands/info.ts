import { isRecord } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import {
  existing,
  requireForTask,
  requireUnbound,
} from "../access/permissions.ts";
import { isName } from "../pipeline/component.ts";
import type { Call, Reply } from "./call.ts";
import { textOf } from "../text_of.ts";

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
    endpoints: { api: "origin", ui: "origin" },
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
    return { services: structuredClone(list), icons: {}, version: 1 };
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
 * `rrext_cprofile_start`, `_stop` and all reports: refused. A server profiles the
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

const PREFIX = "ROCKETRIDE_";

/** The credential; it is not a variable of pipelines and is never sent. */
const CREDENTIAL = "ROCKETRIDE_APIKEY";

/** `rrext_account_me`: the part of it that exists without a cloud. */
export function accountMe(call: Call): Reply {
  const { core, identity, args } = call;
  const { subcommand } = args;
  const isKnown = ["env_keys", "get_env", "set_env"].includes(
    textOf(subcommand),
  );
  if (!isKnown) return onlyInCloud();
  // Who may start pipelines could read the variables anyway.
  requireUnbound(identity, "task.control");
  if (subcommand === "set_env") {
    core.env.values = readEnv(args.env);
    return {};
  }
  const env = Object.fromEntries(
    Object.entries(core.env.values).filter(([name]) => isVariable(name)),
  );
  return subcommand === "get_env" ? { env } : { keys: Object.keys(env) };
}

/** `rrext_deploy_app`: apps are built and published in the cloud. */
export function appsOnlyInCloud(): never {
  throw new RocketRideException("Publishing apps requires SaaS mode", {
    code: "not-supported",
  });
}

/** The commands that manage accounts, apps and payments. */
export function onlyInCloud(): never {
  throw new RocketRideException("Account management requires SaaS mode", {
    code: "not-supported",
  });
}

function isVariable(name: string): boolean {
  return name.startsWith(PREFIX) && name !== CREDENTIAL;
}

function readEnv(env: unknown): Readonly<Record<string, string>> {
  if (!isRecord(env)) throw new ValidationException("'env' must be an object");
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      if (!isVariable(name)) {
        throw new ValidationException(
          `Environment variable '${name}' cannot be set: ` +
            `its name must begin with ${PREFIX} and not be ${CREDENTIAL}`,
        );
      }
      if (typeof value === "string") return [name, value];
      throw new ValidationException(
        `Environment variable '${name}' must be text`,
      );
    }),
  );
}
