/**
 * Runs JSR's own checks on the package: `deno task publish:check [tag]`. With
 * the tag of a release, that is compared with what the sources say, too.
 *
 * @module
 */
import { print } from "../runner/report.ts";
import { runProgram } from "../support/run_program.ts";
import { ROOT } from "../support/read_tree.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { releaseFaults } from "./release_faults.ts";

/** How publishing would go. */
export interface Rehearsal {
  /** 0 when JSR would take the package. */
  readonly code: number;
  /** What Deno said: complaints, then the files with their sizes. */
  readonly output: string;
}

/**
 * Do all that publishing to JSR does but the sending: types that are slow to
 * infer, modules that would be missing, and documentation are complained about.
 *
 * It works on a copy. The stand-ins for packages of JSR are inside
 * the tree, and what is published may not import what is inside and yet not
 * published. In the copy they are outside, as the originals are.
 */
export async function rehearsePublishing(): Promise<Rehearsal> {
  await using folder = await tempFolder();
  const { path } = folder;
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const { links = [], publish, ...rest } = config;
  for (const name of [...publish.include, "deno.lock"]) {
    await copy(new URL(name, ROOT), `${path}/package/${name}`);
  }
  for (const name of links) {
    await copy(new URL(name, ROOT), `${path}/${name}`);
  }
  const outside = (links as string[]).map((link) => `../${link}`);
  await Deno.writeTextFile(
    `${path}/package/deno.json`,
    JSON.stringify({ ...rest, publish, links: outside }),
  );
  const { code, stdout, stderr } = await runProgram(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty"],
    `${path}/package`,
  );
  return { code, output: stdout + stderr };
}

/** Copy a file or a folder, with the folders it is to be in. */
async function copy(from: URL, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) {
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) {
    await copy(new URL(`${from.href}/${name}`), `${to}/${name}`);
  }
}

if (import.meta.main) {
  const [tag] = Deno.args;
  if (tag !== undefined) {
    const read = (name: string): Promise<string> =>
      Deno.readTextFile(new URL(name, ROOT));
    const { version } = JSON.parse(await read("deno.json"));
    const faults = releaseFaults(tag, version, await read("CHANGELOG.md"));
    for (const fault of faults) print(fault);
    if (faults.length > 0) Deno.exit(1);
  }
  const { code, output } = await rehearsePublishing();
  print(output.trimEnd());
  Deno.exit(code);
}
