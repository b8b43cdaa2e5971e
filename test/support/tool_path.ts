import { installTools } from "./npm_tools.ts";
import { RUNTIME_VERSIONS } from "./runtime_versions.ts";

/** The path of a program from npm, which is installed when it is missing. */
export async function toolPath(
  tool: keyof typeof RUNTIME_VERSIONS,
): Promise<string> {
  const folder = await installTools({ [tool]: RUNTIME_VERSIONS[tool] });
  return `${folder}/node_modules/.bin/${tool}`;
}
