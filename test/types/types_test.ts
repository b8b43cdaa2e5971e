import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "../package/build_package.ts";
import {
  NEWEST_TYPESCRIPT,
  OLDEST_TYPESCRIPT,
  packagingTools,
} from "../package/tools.ts";

/** Which compiler has to do with whose globals, and how its package is called. */
const RUNS: readonly (readonly [string, string, readonly string[]])[] = [
  [OLDEST_TYPESCRIPT, "typescript-oldest", ["dom", "workers"]],
  [NEWEST_TYPESCRIPT, "typescript", ["dom", "workers", "node", "bun"]],
];

/** Whose globals there are; the files of `runtimes/` are called the same. */
const RUNTIMES: Readonly<Record<string, object>> = {
  // Nobody else's declarations are there, so ours can be held to everything.
  dom: {
    lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
    skipLibCheck: false,
  },
  workers: { lib: ["esnext"], types: ["@cloudflare/workers-types"] },
  node: { lib: ["es2023", "esnext.disposable"], types: ["node"] },
  bun: { lib: ["esnext"], types: ["bun"] },
};

function configOf(runtime: string): object {
  return {
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      ...RUNTIMES[runtime],
    },
    include: ["cases", `runtimes/${runtime}.ts`],
  };
}

Deno.test("the types are what users rely on", async (t) => {
  await using folder = await tempFolder();
  const { path } = folder;
  const built = await buildPackage(`${path}/built`);
  const { modules, node } = await packagingTools();
  await Deno.mkdir(`${path}/node_modules/@rocketride`, { recursive: true });
  const links: readonly (readonly [string, string])[] = [
    [built.folder, "node_modules/@rocketride/streams"],
    [`${modules}/@cloudflare`, "node_modules/@cloudflare"],
    [`${modules}/@types`, "node_modules/@types"],
    [new URL("test/types/cases", ROOT).pathname, "cases"],
    [new URL("test/types/runtimes", ROOT).pathname, "runtimes"],
  ];
  for (const [target, name] of links) {
    await Deno.symlink(target, `${path}/${name}`);
  }
  await Deno.writeTextFile(`${path}/package.json`, '{ "type": "module" }');
  for (const [version, name, runtimes] of RUNS) {
    const compiler = `${modules}/${name}/bin/tsc`;
    for (const runtime of runtimes) {
      await t.step(`${runtime}, by TypeScript ${version}`, async () => {
        const config = `${path}/tsconfig.json`;
        await Deno.writeTextFile(config, JSON.stringify(configOf(runtime)));
        await mustRun(node, [compiler], path);
      });
    }
  }
});
