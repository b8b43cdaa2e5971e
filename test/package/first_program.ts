import { ROOT } from "../support/read_tree.ts";

/** The first program of the README, which newcomers try first. */
export async function firstProgram(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const program = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1];
  if (program === undefined) throw new Error("README.md has no program");
  return program;
}
