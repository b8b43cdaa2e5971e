import { isRecord, type JsonObject } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { registryOf } from "../nodes/builtin_nodes.ts";
import { isName } from "../pipeline/component.ts";
import { effectiveConfig } from "../pipeline/node_config.ts";
import type { Call, Reply } from "./call.ts";

/** `rrext_resolve_config`: what a component's settings become with presets. */
export function resolveConfig({ core, args }: Call): Reply {
  const { provider, config = {} } = args;
  if (!isName(provider)) {
    throw new ValidationException("provider is required");
  }
  if (!isRecord(config)) {
    throw new ValidationException("config must be an object");
  }
  const definition = registryOf(core.settings).get(provider);
  if (!definition) {
    throw new RocketRideException(`Service '${provider}' not found.`, {
      code: "service-not-found",
    });
  }
  const own = config as JsonObject;
  const { preconfig } = definition;
  const hasProfile = typeof own.profile === "string";
  const profile = hasProfile ? own.profile : preconfig?.default ?? "default";
  const component = { id: provider, config: own };
  const { effective: resolved } = effectiveConfig(definition, component);
  // With a profile, only its own section counts.
  const dropped = hasProfile && preconfig
    ? Object.keys(own).filter((it) =>
      !["profile", "type", profile].includes(it)
    )
    : [];
  return structuredClone({ provider, profile, resolved, dropped });
}
