/** Something that is done to a store. */
export type Step =
  | { readonly kind: "write"; readonly path: string; readonly text: string }
  | { readonly kind: "read" | "list" | "stat"; readonly path: string }
  | { readonly kind: "mkdir"; readonly path: string }
  | {
    readonly kind: "remove";
    readonly path: string;
    readonly recursive: boolean;
  }
  | { readonly kind: "rename"; readonly path: string; readonly to: string };

const DIRECTORY = Symbol("directory");

/** A store as simply as can be: a map of paths to text, or to a directory. */
export class StoreModel {
  #things: Map<string, string | typeof DIRECTORY> = new Map();

  /** What comes of a step: a value, or the code of a refusal. */
  act(step: Step): unknown {
    const { path } = step;
    const found = this.#things.get(path);
    switch (step.kind) {
      case "write":
        if (found === DIRECTORY || this.#isBlocked(path)) {
          return "file-not-readable";
        }
        this.#makeAbove(path);
        this.#things.set(path, step.text);
        return undefined;
      case "read":
        if (found === undefined) return "file-not-found";
        return found === DIRECTORY ? "file-not-readable" : found;
      case "list":
        if (typeof found === "string") return "file-not-readable";
        return this.#below(path).map((it) => it.slice(path.length + 1))
          .filter((it) => !it.includes("/")).sort();
      case "stat":
        if (typeof found !== "string") return found && "dir";
        return new TextEncoder().encode(found).length;
      case "mkdir":
        if (typeof found === "string") return "file-exists";
        if (this.#isBlocked(path)) return "file-not-readable";
        this.#makeAbove(path);
        this.#things.set(path, DIRECTORY);
        return undefined;
      case "remove": {
        if (found === undefined) return "file-not-found";
        const below = this.#below(path);
        if (below.length > 0 && !step.recursive) return "folder-not-empty";
        for (const it of [path, ...below]) this.#things.delete(it);
        return undefined;
      }
      case "rename":
        return this.#rename(path, step.to);
    }
  }

  #rename(from: string, to: string): string | undefined {
    if (!this.#things.has(from)) return "file-not-found";
    if (this.#things.has(to)) return "file-exists";
    if (to.startsWith(`${from}/`)) return "invalid-path";
    if (this.#isBlocked(to)) return "file-not-readable";
    this.#makeAbove(to);
    for (const it of [from, ...this.#below(from)]) {
      this.#things.set(to + it.slice(from.length), this.#things.get(it)!);
      this.#things.delete(it);
    }
    return undefined;
  }

  #below(path: string): string[] {
    return [...this.#things.keys()].filter((it) => it.startsWith(`${path}/`));
  }

  /** Whether something above a path is a file. */
  #isBlocked(path: string): boolean {
    return above(path).some((it) => typeof this.#things.get(it) === "string");
  }

  #makeAbove(path: string): void {
    for (const it of above(path)) this.#things.set(it, DIRECTORY);
  }
}

function above(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}
