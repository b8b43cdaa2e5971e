/** Methods by which text is looked through; those of arrays count, too. */
const SCANNING: ReadonlySet<string> = new Set([
  "charAt",
  "charCodeAt",
  "codePointAt",
  "decode",
  "exec",
  "indexOf",
  "lastIndexOf",
  "match",
  "matchAll",
  "normalize",
  "replace",
  "replaceAll",
  "search",
  "split",
  "test",
]);

/**
 * The exported functions and classes of all modules that scan text: by a
 * regular expression, by a method of strings, or by a parser of the platform.
 *
 * @param files The texts of the modules by path.
 * @returns Their names, as `path#name`.
 */
export function textReadersIn(
  files: ReadonlyMap<string, string>,
): readonly string[] {
  return [...files].flatMap(([path, text]) => {
    let scans = false;
    const names: string[] = [];
    Deno.lint.runPlugin(
      {
        name: "text-readers",
        rules: {
          find: {
            create: () => ({
              Literal(node): void {
                if ("regex" in node && node.regex) scans = true;
              },
              CallExpression({ callee }): void {
                if (callee.type !== "MemberExpression") return;
                const { object, property } = callee;
                if (property.type !== "Identifier") return;
                scans ||= SCANNING.has(property.name) ||
                  property.name === "parse" && object.type === "Identifier" &&
                    object.name === "JSON";
              },
              NewExpression({ callee }): void {
                if (callee.type !== "Identifier") return;
                scans ||= ["RegExp", "TextDecoder"].includes(callee.name);
              },
              ExportNamedDeclaration({ declaration }): void {
                if (
                  declaration?.type === "FunctionDeclaration" ||
                  declaration?.type === "ClassDeclaration"
                ) names.push(declaration.id?.name ?? "");
              },
            }),
          },
        },
      },
      path,
      text,
    );
    return scans ? names.map((name) => `${path}#${name}`) : [];
  });
}
