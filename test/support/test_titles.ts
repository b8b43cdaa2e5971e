/** Calls that register a test by the title that they are given first. */
const REGISTER = /^(Deno\.test|for(Each|Every)[A-Z]\w*)$/;

/**
 * Tell whether a test file has a test of that title.
 *
 * Titles may be templates: what stands for `${…}` must then be written
 * somewhere in the file or in a table that it imports, unless it is one of the
 * ways to reach an engine.
 *
 * @param text The file.
 * @param title The whole title.
 * @param tables The modules with tables that the file imports.
 */
export function hasTest(text: string, title: string, tables = ""): boolean {
  return titlesOf(text).some((written) => {
    const parts = pattern(written).exec(title)?.slice(1);
    return parts?.every((part) =>
      WAYS.has(part) || (text + tables).includes(part)
    );
  });
}

const WAYS: ReadonlySet<string> = new Set(["memory", "socket"]);

function titlesOf(text: string): string[] {
  const own = new Set(
    [...text.matchAll(/^function (\w+)\(/gm)].map(([, name]) => name!),
  );
  const calls = text.matchAll(
    /(?<![\w.])([\w.]+)\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g,
  );
  return [...calls].flatMap(([, name, plain, template]) =>
    REGISTER.test(name!) || own.has(name!)
      ? [plain?.replace(/\\(.)/g, "$1") ?? template!]
      : []
  );
}

/** A title as an expression; each `${…}` in it is a group. */
function pattern(written: string): RegExp {
  const source = written.split(/\$\{[^}]*\}/).map((part) =>
    part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
  ).join("(.+)");
  return new RegExp(`^${source}$`);
}
