import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { packagingTools } from "./tools.ts";

/**
 * Turn sources into modules and declarations, file by file.
 *
 * Types are not checked, which is what `deno check` is for: declarations can be
 * written without, since the sources are held to `isolatedDeclarations`.
 *
 * @param entries Paths of the entries, relative to the root; what they import
 * comes along.
 * @param folder Where the files go, each to the path it has in the tree.
 */
export async function emitModules(
  entries: readonly string[],
  folder: string,
): Promise<void> {
  const { modules, node } = await packagingTools();
  await Deno.mkdir(folder, { recursive: true });
  const project = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(
      project,
      JSON.stringify({
        compilerOptions: {
          target: "es2022",
          lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
          types: [],
          module: "esnext",
          moduleResolution: "bundler",
          rewriteRelativeImportExtensions: true,
          declaration: true,
          isolatedDeclarations: true,
          verbatimModuleSyntax: true,
          noCheck: true,
          rootDir: ROOT.pathname,
          outDir: await Deno.realPath(folder),
        },
        files: entries.map((path) => new URL(path, ROOT).pathname),
      }),
    );
    await mustRun(node, [
      `${modules}/typescript/bin/tsc`,
      "--project",
      project,
    ], ROOT);
    await finishDeclarations(folder);
  } finally {
    await Deno.remove(project);
  }
}

/** Make a declaration complete in itself: what it names is where it says. */
function finishDeclaration(text: string): string {
  const lines = text.split("\n").map((line) =>
    /^\s*\*/.test(line)
      ? line
      : line.replace(/((?:from |import\()"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"')
  );
  // Not all who read it have chosen the library that knows these names.
  const disposable = /\b(asyncDispose|AsyncDisposable)\b/.test(text);
  return (disposable ? DISPOSABLE : "") + lines.join("\n");
}

const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

async function finishDeclarations(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await finishDeclarations(path);
    if (!name.endsWith(".d.ts")) continue;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, finishDeclaration(text));
  }
}
