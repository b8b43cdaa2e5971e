/**
 * Print the regular expressions that modules make by `RegExp` while they are
 * loaded, as JSON. The arguments are the paths of the modules.
 *
 * @module
 */

import { print } from "../runner/report.ts";

const made: { source: string; flags: string; path: string }[] = [];
const root = new URL("../../", import.meta.url).href;

globalThis.RegExp = new Proxy(RegExp, {
  construct(target, args, caller): object {
    const expression: RegExp = Reflect.construct(target, args, caller);
    const { source, flags } = expression;
    const [, path] = new Error().stack?.split("\n")
      .map((line) => /\(?(file:\/\/\S+?):\d+:\d+\)?$/.exec(line)?.[1])
      .filter((url) => url !== undefined) ?? [];
    if (path?.startsWith(root)) {
      made.push({ source, flags, path: path.slice(root.length) });
    }
    return expression;
  },
});

for (const path of Deno.args) await import(new URL(path, root).href);
print(JSON.stringify(made));
Deno.exit();
