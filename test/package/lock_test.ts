import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/read_tree.ts";
import { type Outcome, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

const deno = Deno.execPath();

Deno.test("an import that the lock file does not hold runs nowhere, and changes nothing", async (t) => {
  await using temp = await tempFolder();
  const { path } = temp;
  const program = 'import ws from "ws";\nconsole.log(typeof ws);\n';
  await Deno.writeTextFile(`${path}/program.ts`, program);
  await Deno.writeTextFile(
    `${path}/a_test.ts`,
    `${program}Deno.test("a", () => {});`,
  );
  const lock = await Deno.readTextFile(new URL("deno.lock", ROOT));
  await Deno.writeTextFile(`${path}/deno.lock`, lock);
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const write = async (imports: Record<string, string>): Promise<void> => {
    const links = config.links.map((link: string) =>
      new URL(link, ROOT).pathname
    );
    const text = JSON.stringify({ ...config, imports, links });
    await Deno.writeTextFile(`${path}/deno.json`, text);
  };
  const run = (...args: string[]): Promise<Outcome> =>
    runProgram(deno, args, path);

  await t.step("what it holds runs", async () => {
    await write(config.imports);
    const { code, stdout, stderr } = await run("run", "-A", "program.ts");
    assertEquals([code, stdout], [0, "function\n"], stderr);
  });

  const changed = "npm:ws@8";
  assert(config.imports.ws !== changed);
  await write({ ...config.imports, ws: changed });
  for (
    const args of [
      ["run", "--allow-all", "program.ts"],
      ["test", "--allow-all", "--no-check", "a_test.ts"],
      ["check", "program.ts"],
      ["install"],
    ]
  ) {
    await t.step(`deno ${args.join(" ")} refuses a changed one`, async () => {
      const { code, stdout, stderr } = await run(...args);
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, "The lockfile is out of date");
      assertStringIncludes(stderr, changed);
      assertEquals(await Deno.readTextFile(`${path}/deno.lock`), lock);
    });
  }
});
