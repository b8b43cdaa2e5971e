/** The runtimes that a program may name, as readers know them. */
export const RUNTIMES = ["Deno", "Bun", "Node", "Workers", "browsers"] as const;

/** A runtime that a program may name. */
export type Runtime = (typeof RUNTIMES)[number];

/** The runtimes of a program, as the program itself says. */
export interface Mark {
  /** Where its file runs as it is. */
  readonly asIs: readonly Runtime[];
  /** Where it runs once a bundler has made one script of it. */
  readonly bundled: readonly Runtime[];
}

const MARK =
  /\bruns? (?:on|in) ([A-Za-z, ]+)(?:; bundled for ([A-Za-z, ]+))?\./gi;

/**
 * Read the mark of a program: `Runs on Deno, Bun; bundled for Node, Workers.`
 * in a comment of it.
 *
 * @param text The program, or the text around it; its last mark counts.
 * @param where What to name when the mark is wrong.
 * @returns The mark; none if there is none.
 * @throws {Error} A runtime is unknown.
 */
export function readMark(text: string, where: string): Mark | undefined {
  const [, asIs, bundled = ""] = [...text.matchAll(MARK)].at(-1) ?? [];
  if (asIs === undefined) return undefined;
  return { asIs: named(asIs, where), bundled: named(bundled, where) };
}

function named(list: string, where: string): Runtime[] {
  return list.split(", ").filter((name) => name !== "").map((name) => {
    const runtime = RUNTIMES.find((it) => it === name);
    if (runtime) return runtime;
    throw new Error(`${where}: "${name}" is not one of ${RUNTIMES.join(", ")}`);
  });
}
