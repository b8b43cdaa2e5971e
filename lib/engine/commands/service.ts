import { RocketRideException } from "../../errors.ts";
import { serviceDocument } from "../services/service_document.ts";
import { serviceList } from "../services/service_list.ts";
import { VERSION } from "../../version.ts";
import type { Call, OpenCall, Reply } from "./call.ts";

/** `rrext_ping`: is anybody there. */
export function ping(): Reply {
  return { pong: true };
}

/** `rrext_public_probe`: what this is, for anybody. */
export function probe(_call: OpenCall): Reply {
  return {
    version: VERSION,
    capabilities: ["oss"],
    platform: "embedded",
    apps: [],
  };
}

/** `rrext_services`: all nodes, or one of them in detail. */
export function services(
  { core, args }: Pick<Call, "core" | "args">,
): NonNullable<Reply> {
  const { registry, settings } = core;
  const { service } = args;
  if (typeof service !== "string" || service === "") {
    const { listUnsupported } = settings;
    const list = serviceList(registry.values(), { listUnsupported });
    // Copies: in process, what is answered is not the caller's to change.
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
