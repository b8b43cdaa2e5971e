import { mustRun } from "../support/run_program.ts";
import { scanModule } from "../support/scan_module.ts";
import type { DenoConfig } from "./package_json.ts";
import { packagingTools } from "./tools.ts";

/**
 * Write the declarations of the entries and of what they mention, each to the
 * path that its source has.
 *
 * Types are not checked, which is what `deno check` is for: declarations can be
 * written without, since the sources are held to `isolatedDeclarations`.
 *
 * @param folder The sources, with their packages.
 * @param target Where the declarations go.
 */
export async function declareTypes(
  { exports }: DenoConfig,
  folder: string,
  target: string,
): Promise<void> {
  const { modules, node } = await packagingTools();
  const all = `${folder}/declarations`;
  await Deno.writeTextFile(
    `${folder}/tsconfig.json`,
    JSON.stringify({
      compilerOptions: {
        target: "es2022",
        lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
        types: [],
        module: "esnext",
        moduleResolution: "bundler",
        allowImportingTsExtensions: true,
        declaration: true,
        emitDeclarationOnly: true,
        isolatedDeclarations: true,
        verbatimModuleSyntax: true,
        noCheck: true,
        rootDir: folder,
        outDir: all,
      },
      files: Object.values(exports),
    }),
  );
  await mustRun(node, [`${modules}/typescript/bin/tsc`], folder);

  const found = new Set(
    Object.values(exports).map((path) => path.replace("./", "")),
  );
  // A set hands out what is added while it is being walked.
  for (const path of found) {
    const declaration = path.replace(/\.ts$/, ".d.ts");
    const text = await Deno.readTextFile(`${all}/${declaration}`);
    for (const { specifier } of scanModule(text).references) {
      const { pathname } = new URL(specifier!, `file:///${path}`);
      found.add(pathname.slice(1));
    }
    const place = `${target}/${declaration}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.writeTextFile(place, completed(text));
  }
}

/** Make a declaration complete in itself: what it names is where it says. */
function completed(text: string): string {
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
