import { isRecord } from "../../../schema/json.ts";
import type { ValidationIssue } from "../../../schema/pipeline.ts";
import { isName, nameFault } from "../pipeline/component.ts";
import { CCODE, issue } from "./issue.ts";

/**
 * What is wrong with the shape of a pipeline: every fault, and
 * not just the first.
 *
 * @param pipeline The flat pipeline.
 * @param source The chosen source; its `config` may be absent.
 */
export function structureFaults(
  pipeline: unknown,
  source?: string,
): readonly ValidationIssue[] {
  if (!isRecord(pipeline)) return [fault("Pipeline config must be an object")];
  const faults = versionFaults(pipeline.version);
  if (!Array.isArray(pipeline.components)) {
    return [...faults, fault("'pipeline.components' must be an array")];
  }
  const seen = new Set<string>();
  for (const item of pipeline.components) {
    faults.push(...componentFaults(item, source));
    if (!isRecord(item) || !isName(item.id)) continue;
    if (seen.has(item.id)) {
      faults.push(fault(`Duplicate component ${item.id}`, item.id));
    }
    seen.add(item.id);
  }
  return [...faults, ...sourceFaults(pipeline.source, seen)];
}

function versionFaults(version: unknown): ValidationIssue[] {
  if (version === undefined || version === 1) return [];
  return typeof version === "number"
    ? [fault("'pipeline.version' is unsupported")]
    : [fault("'pipeline.version' must be a number")];
}

function componentFaults(
  item: unknown,
  source: string | undefined,
): readonly ValidationIssue[] {
  if (!isRecord(item)) return [fault("Component must be an object")];
  const { id, provider, config } = item;
  if (!isName(id)) return [fault(`Component 'id' ${nameFault(id)}`)];
  const faults: ValidationIssue[] = [];
  if (!isName(provider)) {
    faults.push(
      fault(`Component ${id} 'provider' ${nameFault(provider)}`, id),
    );
  }
  if (isRecord(config)) return [...faults, ...configFaults(id, config)];
  if (config === undefined && id === source) return faults;
  return [...faults, fault(`Component ${id} missing 'config' object`, id)];
}

function configFaults(
  id: string,
  config: Readonly<Record<string, unknown>>,
): readonly ValidationIssue[] {
  const { profile, parameters } = config;
  const faults: ValidationIssue[] = [];
  if (profile !== undefined && !isName(profile)) {
    faults.push(
      fault(`Component ${id} config 'profile' ${nameFault(profile)}`, id),
    );
  }
  if (isName(profile) && !isRecord(config[profile] ?? {})) {
    faults.push(
      fault(`Component ${id} config missing profile object '${profile}'`, id),
    );
  }
  if (parameters !== undefined && !isRecord(parameters)) {
    faults.push(
      fault(`Component ${id} config 'parameters' must be an object`, id),
    );
  }
  return faults;
}

function sourceFaults(
  source: unknown,
  ids: ReadonlySet<string>,
): readonly ValidationIssue[] {
  if (source === undefined || source === null) return [];
  if (!isName(source)) {
    return [fault(`'pipeline.source' ${nameFault(source)}`)];
  }
  if (ids.has(source)) return [];
  return [
    fault(`'pipeline.source' references unknown component id: ${source}`),
  ];
}

function fault(message: string, id?: string): ValidationIssue {
  return issue(CCODE.INVALID_SCHEMA, message, id);
}
