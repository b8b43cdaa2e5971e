import { installTools } from "../support/npm_tools.ts";
import { RUNTIME_VERSIONS } from "../support/runtime_versions.ts";

/** The oldest TypeScript that can read the package's declarations. */
export const OLDEST_TYPESCRIPT = "5.7.3";

/** The newest, which also builds the package. */
export const NEWEST_TYPESCRIPT = "7.0.2";

/** A Node that is too old for the package. */
export const OLD_NODE = "20.19.5";

/** Everything that builds the package, judges it and runs it, by exact version. */
const TOOLS = {
  ...RUNTIME_VERSIONS,
  "@arethetypeswrong/cli": "0.18.5",
  "@cloudflare/workers-types": "5.20261117.1",
  "@types/bun": "1.4.5",
  "@types/node": "22.20.5",
  publint: "0.3.25",
  rolldown: "1.3.3",
  typescript: NEWEST_TYPESCRIPT,
  "typescript-oldest": `npm:typescript@${OLDEST_TYPESCRIPT}`,
};

/** Programs from npm, by what they are used as. */
export interface Tools {
  /** The folder of the packages. */
  readonly modules: string;
  readonly attw: string;
  readonly bun: string;
  readonly esbuild: string;
  readonly node: string;
  readonly publint: string;
  readonly workerd: string;
}

/** Install what packaging needs, once for a machine. */
export async function packagingTools(): Promise<Tools> {
  const modules = `${await installTools(TOOLS)}/node_modules`;
  const program = (name: string): string => `${modules}/.bin/${name}`;
  return {
    modules,
    attw: program("attw"),
    bun: program("bun"),
    esbuild: program("esbuild"),
    node: program("node"),
    publint: program("publint"),
    workerd: program("workerd"),
  };
}
