import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { strToU8, zipSync } from "fflate";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import {
  COMMAND,
  type CommandOutcome,
  runCommand,
} from "../support/command.ts";
import { everyWay } from "../support/command_ways.ts";
import {
  hasTerminals,
  NO_TERMINAL,
  openTerminal,
} from "../support/pseudo_terminal.ts";
import { tempFolder } from "../support/temp_folder.ts";

const PACKAGE = Uint8Array.of(0x1f, 0x8b, 8, 0);
const STUB = "Intro\n<!-- ROCKETRIDE:BEGIN -->\nRead the docs.\n" +
  "<!-- ROCKETRIDE:END -->\nOutro\n";

/** The documents of a server, with what no archive should have. */
function docs(hash: string, name: string): Uint8Array {
  return zipSync({
    "manifest.json": strToU8(JSON.stringify({ hash, files: [name] })),
    [name]: strToU8(`# ${hash}`),
    "stubs/CLAUDE.md": strToU8(STUB),
    "../outside.md": strToU8("outside"),
    "a/../../outside.md": strToU8("outside"),
    "/outside.md": strToU8("outside"),
  });
}

/** An engine that gives files, and a folder to prepare. */
async function withWorkspace(
  test: (work: {
    readonly cwd: string;
    readonly files: Map<string, Uint8Array>;
    readonly env: Readonly<Record<string, string>>;
    init(args?: readonly string[]): Promise<CommandOutcome>;
    read(path: string): Promise<string>;
  }) => Promise<void>,
): Promise<void> {
  await using outer = await tempFolder();
  const cwd = `${outer.path}/in/here`;
  await Deno.mkdir(cwd, { recursive: true });
  const files = new Map<string, Uint8Array>([
    ["/client/shell", PACKAGE],
    ["/client/typescript", PACKAGE],
    ["/client/docs", docs("one", "ROCKETRIDE_README.md")],
  ]);
  await using engine = createEngine({ auth: ["secret"] });
  await using server = await serveEngine(engine, {
    page(request): Response | undefined {
      const file = files.get(new URL(request.url).pathname);
      return file && new Response(new Uint8Array(file));
    },
  });
  const env = {
    ROCKETRIDE_URI: server.uri.replace(/^ws/, "http"),
    ROCKETRIDE_APIKEY: "secret",
  };
  await test({
    cwd,
    files,
    env,
    init: (args = []) => runCommand(["init", ...args], { cwd, env }),
    read: (path) => Deno.readTextFile(`${cwd}/${path}`),
  });
  const around = await Array.fromAsync(Deno.readDir(outer.path));
  assertEquals(around.map(({ name }) => name), ["in"]);
}

/** The names of what is in a folder. */
async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

Deno.test("init prepares a folder, and keeps what is in it", async () => {
  await withWorkspace(async ({ cwd, files, env, init, read }) => {
    await Deno.writeTextFile(`${cwd}/CLAUDE.md`, "# Mine\n");
    await Deno.writeTextFile(`${cwd}/.gitignore`, "*.tmp");
    const { code, stdout, stderr } = await init();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "+ .rocketride/shell/shell.tgz");
    assertEquals(await namesIn(cwd), [
      ".gitignore",
      ".rocketride",
      "CLAUDE.md",
      "apps",
      "nodes",
      "pipelines",
    ]);
    assertEquals(await read(".gitignore"), "*.tmp\n.rocketride/\n.env\n");
    assertEquals(
      await read("CLAUDE.md"),
      "# Mine\n\n<!-- ROCKETRIDE:BEGIN -->\nRead the docs.\n" +
        "<!-- ROCKETRIDE:END -->\n",
    );
    const folder = `${cwd}/.rocketride`;
    for (const path of ["shell/shell.tgz", "client/rocketride.tgz"]) {
      assertEquals(await Deno.readFile(`${folder}/${path}`), PACKAGE);
    }
    const documents = [".version", "ROCKETRIDE_README.md", "stubs"];
    assertEquals(await namesIn(`${folder}/docs`), documents);
    const catalog = JSON.parse(await read(".rocketride/services-catalog.json"));
    const names: string[] = catalog.map((it: { name: string }) => it.name);
    assert(names.includes("webhook") && names.length > 10);
    assertEquals((await namesIn(`${folder}/schema`)).length, names.length);
    const webhook = JSON.parse(await read(".rocketride/schema/webhook.json"));
    assertEquals([webhook.title, webhook.shape[0].section], [
      "Webhook",
      "Source",
    ]);

    // Again: what the server does not have any more goes, what is mine stays.
    await Deno.writeTextFile(`${folder}/schema/gone.json`, "{}");
    await Deno.writeTextFile(`${folder}/docs/mine.md`, "mine");
    await Deno.writeTextFile(
      `${cwd}/CLAUDE.md`,
      (await read("CLAUDE.md")).replace("Read the docs.", "Old") + "Last\n",
    );
    const again = await init();
    assertStringIncludes(again.stdout, ".rocketride/docs is as it was");
    assertStringIncludes(again.stdout, "shell.tgz is as it was");
    assertEquals((await namesIn(`${folder}/schema`)).length, names.length);
    assertStringIncludes(
      await read("CLAUDE.md"),
      "Read the docs.\n<!-- ROCKETRIDE:END -->\nLast\n",
    );
    files.set("/client/docs", docs("two", "ROCKETRIDE_NEW.md"));
    assertStringIncludes(
      (await init()).stdout,
      "+ .rocketride/docs (2 files)\n",
    );
    const shows = /^Prepared for http/m;
    const value = await everyWay(["init"], { cwd, env }, { shows });
    assertEquals(value, {
      uri: env.ROCKETRIDE_URI,
      workspaceRoot: await Deno.realPath(cwd),
      initialized: true,
    });
    assertEquals(await namesIn(`${folder}/docs`), [
      ".version",
      "ROCKETRIDE_NEW.md",
      "mine.md",
      "stubs",
    ]);
  });
});

Deno.test("init says which files a server does not give, and prepares the rest", async () => {
  await withWorkspace(async ({ cwd, files, init }) => {
    files.delete("/client/shell");
    files.set("/client/typescript", new TextEncoder().encode("<html>"));
    files.set("/client/docs", new TextEncoder().encode("PK but no archive"));
    const { code, stdout } = await init();
    assertEquals(code, 1);
    assertStringIncludes(stdout, "shell.tgz is missing");
    assertStringIncludes(stdout, "rocketride.tgz is missing");
    assertStringIncludes(stdout, "the archive cannot be read");
    assertStringIncludes(stdout, "without the missing files");
    assertEquals((await namesIn(cwd)).includes("CLAUDE.md"), false);
    const { code: exit, stdout: json } = await init(["--json"]);
    assertEquals([exit, JSON.parse(json).initialized], [1, false]);
  });
});

Deno.test("init logs in anew when the credential that it knows is refused", async () => {
  await withWorkspace(async ({ cwd, init }) => {
    const { code, stdout, stderr } = await init(["--apikey", "wrong"]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "The credential was refused\nProbing http");
    assertStringIncludes(stderr, "An API key is required");
    assertEquals(await namesIn(cwd), []);
  });
});

Deno.test({
  name: `init asks for a key, and saves it for both uses${NO_TERMINAL}`,
  ignore: !hasTerminals,
  fn: () =>
    withWorkspace(async ({ cwd, env: { ROCKETRIDE_URI: uri }, read }) => {
      await using terminal = openTerminal([...COMMAND, "init", "--uri", uri!], {
        cwd,
        env: {},
      });
      await terminal.shows("API key");
      await terminal.type("secret\r");
      assertEquals(await terminal.ended(), 0, terminal.sent());
      assertEquals(
        (await read(".env")).trim().split("\n"),
        [
          `ROCKETRIDE_URI=${uri}`,
          "ROCKETRIDE_APIKEY=secret",
          `ROCKETRIDE_DEPLOY_URI=${uri}`,
          "ROCKETRIDE_DEPLOY_APIKEY=secret",
        ],
      );
      assert((await namesIn(cwd)).includes(".rocketride"));
    }),
});
