import type { Core } from "../core.ts";
import type { InspectOptions } from "../validate/inspect.ts";

/** How an engine looks at pipelines. */
export function inspectOptions({ registry, settings }: Core): InspectOptions {
  const { forwarding, llm, embedding } = settings;
  const keyless = [
    ...(llm ? ["llm"] : []),
    ...(embedding ? ["embedding"] : []),
  ];
  return { registry, forwarding, keyless };
}
