/** A regular expression and where it stands. */
export interface FoundExpression {
  readonly source: string;
  readonly flags: string;
  /** The module, relative to the root. */
  readonly path: string;
}

/** What modules have of regular expressions. */
export interface ExpressionScan {
  /** Those that are written as such. */
  readonly literals: readonly FoundExpression[];
  /** For each module, how often it makes one by `RegExp`. */
  readonly made: ReadonlyMap<string, number>;
}

/**
 * Find the regular expressions of modules.
 *
 * @param files The texts of the modules by path.
 */
export function expressionsIn(
  files: ReadonlyMap<string, string>,
): ExpressionScan {
  const literals: FoundExpression[] = [];
  const made = new Map<string, number>();
  for (const [path, text] of files) {
    const make = (callee: Deno.lint.Expression): void => {
      if (callee.type !== "Identifier" || callee.name !== "RegExp") return;
      made.set(path, (made.get(path) ?? 0) + 1);
    };
    Deno.lint.runPlugin(
      {
        name: "expressions",
        rules: {
          find: {
            create: () => ({
              Literal(node): void {
                if (!("regex" in node) || !node.regex) return;
                const { pattern, flags } = node.regex;
                literals.push({ source: pattern, flags, path });
              },
              NewExpression: ({ callee }) => make(callee),
              CallExpression: ({ callee }) => make(callee),
            }),
          },
        },
      },
      path,
      text,
    );
  }
  return { literals, made };
}
