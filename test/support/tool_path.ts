import { installTools } from "./npm_tools.ts";

/** With which versions of other programs the library is tried. */
const VERSIONS = {
  bun: "1.4.5",
  esbuild: "0.28.2",
  node: "22.23.3",
  workerd: "1.20261117.1",
} as const;

/** The date of that workerd: its newest behaviour. */
export const WORKERD_DATE = "2026-11-17";

/** The path of a program from npm, which is installed when it is missing. */
export async function toolPath(tool: keyof typeof VERSIONS): Promise<string> {
  const folder = await installTools({ [tool]: VERSIONS[tool] });
  return `${folder}/node_modules/.bin/${tool}`;
}
