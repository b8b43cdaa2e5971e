import { isRecord } from "./json.ts";

/**
 * What a service is or needs, as bits of `capabilities`.
 *
 * The names are the engine's own; the ones that concern a client are
 * described.
 */
export const CAPABILITY: {
  readonly SECURITY: 1;
  readonly FILESYSTEM: 2;
  readonly SUBSTREAM: 4;
  readonly NETWORK: 8;
  readonly DATANET: 16;
  readonly SYNC: 32;
  /** Left out of the list that `rrext_services` gives. */
  readonly INTERNAL: 64;
  readonly CATALOG: 128;
  readonly NOMONITOR: 256;
  readonly NOINCLUDE: 512;
  /** Can be invoked over a control connection. */
  readonly INVOKE: 1024;
  /** May run on another machine. */
  readonly REMOTING: 2048;
  /** Uses graphics hardware. */
  readonly GPU: 4096;
  /** Not offered in the cloud. */
  readonly NOSAAS: 8192;
  readonly FOCUS: 16384;
  /** To be replaced. */
  readonly DEPRECATED: 32768;
  /** May change. */
  readonly EXPERIMENTAL: 65536;
} = /* @__PURE__ */ Object.freeze({
  SECURITY: 1,
  FILESYSTEM: 2,
  SUBSTREAM: 4,
  NETWORK: 8,
  DATANET: 16,
  SYNC: 32,
  INTERNAL: 64,
  CATALOG: 128,
  NOMONITOR: 256,
  NOINCLUDE: 512,
  INVOKE: 1024,
  REMOTING: 2048,
  GPU: 4096,
  NOSAAS: 8192,
  FOCUS: 16384,
  DEPRECATED: 32768,
  EXPERIMENTAL: 65536,
});

/** The name of a capability: a key of {@linkcode CAPABILITY}. */
export type Capability = keyof typeof CAPABILITY;

/** A richer description of one input lane. */
export interface ServiceInput {
  /** The lane. */
  readonly lane: string;
  /** What the node does with it. */
  readonly description?: string;
  /** What it writes in return. */
  readonly output?: readonly {
    /** The lane that is written. */
    readonly lane: string;
    /** What is written. */
    readonly description?: string;
  }[];
}

/** A helper that a service invokes over a control connection. */
export interface ServiceInvoke {
  /** What the helper is used for. */
  readonly description?: string;
  /** How many are needed at least. */
  readonly min?: number;
  /** How many may be connected at most; absent for no limit. */
  readonly max?: number;
}

/**
 * The description of one service, that is, of a kind of node.
 *
 * The list and the single answer differ: there `capabilities` is a mask,
 * here an array of names. Sections such as `Pipe` hold `{schema, ui}`.
 */
export interface ServiceDefinition {
  /** The display name. */
  readonly title?: string;
  /** `<provider>://`. */
  readonly protocol?: string;
  /** The start of its objects' paths. */
  readonly prefix?: string;
  /** What it does. */
  readonly description?: string;
  /**
   * Its picture: a file name or an address; from 1.4 on, in the list, the name
   * of one of the catalogue's `icons`.
   */
  readonly icon?: string;
  /** The address of its manual. */
  readonly documentation?: string;
  /** What it can be used as, for example `llm` or `source`. */
  readonly classType?: readonly string[];
  /** Bits of {@linkcode CAPABILITY}, or their names in lower case. */
  readonly capabilities?: number | readonly string[];
  /** A mask: delete 1, export 2, download 4. */
  readonly actions?: number;
  /** Plans that include it; `null` = all. */
  readonly plans?: readonly string[] | null;
  /** Input lane to output lanes; `_source` is the input of a source. */
  readonly lanes?: Readonly<Record<string, readonly string[]>> | null;
  /** The lanes again, with descriptions; only some services have it. */
  readonly input?: readonly ServiceInput[];
  /** Helpers by class type. */
  readonly invoke?: Readonly<Record<string, ServiceInvoke>>;
  /** What an editor shows on the node. */
  readonly tile?: unknown;
  /** Sections, and members this version does not know. */
  readonly [key: string]: unknown;
}

/** All services of an engine: the body of `rrext_services`. */
export interface ServiceCatalog {
  /** Provider name to definition. */
  readonly services: Readonly<Record<string, ServiceDefinition>>;
  /**
   * Pictures as SVG, by the `icon` of services of the same catalogue; from 1.4
   * on. They are of unknown origin: sanitise them before a page shows them.
   */
  readonly icons?: Readonly<Record<string, string>>;
  /** The version of the catalogue. */
  readonly version?: number | string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a component's settings become; from 1.4 on. */
export interface ResolvedConfig {
  /** The provider. */
  readonly provider: string;
  /** The profile that the settings name; otherwise `default`. */
  readonly profile?: string;
  /** The settings with the profile's defaults. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** Settings that the profile ignores. */
  readonly dropped: readonly string[];
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of a service definition.
 *
 * @param value Anything.
 * @returns `true` for a record with a title, a protocol or a prefix.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isServiceDefinition } from "@rocketride/streams/schema";
 *
 * assert(isServiceDefinition({ title: "Webhook" }));
 * assert(!isServiceDefinition({}));
 * ```
 */
export function isServiceDefinition(
  value: unknown,
): value is ServiceDefinition {
  return isRecord(value) &&
    [value.title, value.protocol, value.prefix]
      .some((member) => typeof member === "string");
}

/**
 * Check whether a value has the shape of a service catalogue.
 *
 * @param value Anything.
 * @returns `true` for a record whose `services` is a record.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isServiceCatalog } from "@rocketride/streams/schema";
 *
 * assert(isServiceCatalog({ services: {} }));
 * assert(!isServiceCatalog({ services: [] }));
 * ```
 */
export function isServiceCatalog(value: unknown): value is ServiceCatalog {
  return isRecord(value) && isRecord(value.services);
}

/**
 * Check whether a service has a capability, in either form of definition.
 *
 * @param service The definition.
 * @param capability The capability's name.
 * @returns `true` when its bit is set or its name is listed.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { hasCapability } from "@rocketride/streams/schema";
 *
 * assert(hasCapability({ title: "Question", capabilities: 6144 }, "GPU"));
 * assert(hasCapability({ title: "Question", capabilities: ["gpu"] }, "GPU"));
 * ```
 */
export function hasCapability(
  service: ServiceDefinition,
  capability: Capability,
): boolean {
  const capabilities: unknown = service.capabilities;
  if (typeof capabilities === "number") {
    return (capabilities & CAPABILITY[capability]) !== 0;
  }
  return Array.isArray(capabilities) &&
    capabilities.some((name) =>
      typeof name === "string" && name.toUpperCase() === capability
    );
}
