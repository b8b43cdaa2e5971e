import { type Ending, runDeno } from "./deno_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** What browsers and Workers have in common with everybody else. */
const LIB = ["dom", "dom.iterable", "dom.asynciterable", "esnext"];

/** Names of one runtime each, which must not type-check. */
const FOREIGN = [
  "Deno.env",
  "process.env",
  "Buffer.from('')",
  "setImmediate(() => {})",
  "__dirname",
  "require('fs')",
  "setTimeout(() => {}).unref()",
];

/**
 * Check types with the libraries of the web alone: neither Deno's globals nor
 * Node's are known.
 *
 * The configuration is the repository's own with other libraries, so the two
 * cannot drift apart. Each time, a probe that uses foreign globals is checked
 * first, together with everything else, and must be refused name by name: a
 * dependency's types may bring such globals along.
 *
 * @param paths What to check, relative to the working directory.
 */
export async function domCheck(paths: readonly string[]): Promise<Ending> {
  await using temp = await tempFolder();
  const folder = temp.path;
  const config = `${folder}/deno.json`;
  await Deno.writeTextFile(config, await domConfig());
  const probe = `${folder}/probe.ts`;
  await Deno.writeTextFile(
    probe,
    FOREIGN.map((code) => `export const _: unknown = ${code};\n`).join(""),
  );
  const refused = await check(config, [probe, ...paths]);
  const passed = FOREIGN.filter((_, at) =>
    !refused.output.includes(`probe.ts:${at + 1}:`)
  );
  if (passed.length > 0) {
    const output = `These should have been refused: ${passed.join(", ")}\n`;
    return { code: 1, output: output + refused.output };
  }
  return await check(config, paths);
}

async function domConfig(): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  const { imports, compilerOptions } = config;
  const links: string[] = config.links ?? [];
  return JSON.stringify({
    imports,
    links: await Promise.all(links.map((path) => Deno.realPath(path))),
    lock: await Deno.realPath("deno.lock"),
    compilerOptions: { ...compilerOptions, lib: LIB },
  });
}

function check(config: string, paths: readonly string[]): Promise<Ending> {
  return runDeno([
    "check",
    "--quiet",
    "--frozen",
    "--config",
    config,
    ...paths,
  ]);
}
