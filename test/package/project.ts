import { mustRun } from "../support/run_program.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/**
 * Make a project that has files of its own, and no package yet.
 *
 * @param files Texts by name.
 */
export async function emptyProject(
  files: Readonly<Record<string, string>>,
): Promise<TempFolder> {
  const project = await tempFolder();
  const manifest = JSON.stringify({ type: "module", private: true });
  const all = { "package.json": manifest, ...files };
  for (const [name, text] of Object.entries(all)) {
    await Deno.writeTextFile(`${project.path}/${name}`, text);
  }
  return project;
}

/**
 * Install a package into a project, as its users do.
 *
 * @param path The folder of the project.
 * @param tarball The package.
 * @returns What npm said.
 */
export async function installByNpm(
  path: string,
  tarball: string,
): Promise<string> {
  const args = ["install", "--no-audit", "--no-fund", tarball];
  return await mustRun("npm", args, path);
}

/** A program in TypeScript that uses the client and the engine. */
export const PROGRAM =
  `import { connect, pipe, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

await using engine = createEngine();
await using session = await connect({
  transport: engine.transport(),
  auth: "my-key",
});

const pipeline = {
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
  ],
};
const { token } = await use(session, { pipeline });
const { body } = await fetch("data:text/csv,id,name%0A1,Ada");
const target = await pipe(session, token, {
  objinfo: { name: "large.csv" },
  mimeType: "text/csv",
});
await body!.pipeTo(target);
console.log(await target.result);
`;

/** Part of what that program prints. */
export const OUTPUT = "id,name\\n1,Ada";
