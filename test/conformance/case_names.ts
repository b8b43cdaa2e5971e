import { CASES } from "./cases/mod.ts";
import { RUNTIMES } from "./runtimes/mod.ts";

/** What may have a gap: all that a runtime reports on, by runtime. */
export function caseNames(): Map<string, Set<string>> {
  return new Map(RUNTIMES.map(({ name, checks }) => {
    const names = [...CASES, ...checks].map(({ name }) => name);
    return [name, new Set(names)];
  }));
}
