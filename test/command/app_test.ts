import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { unzipSync } from "fflate";
import { runCommand } from "../support/command.ts";
import { onTerminal } from "../support/command_ways.ts";
import { hasTerminals } from "../support/pseudo_terminal.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MANIFEST = {
  id: "acme.notes",
  name: "Notes",
  icon: "icon.svg",
  include: ["shared/lib"],
};

const FILES: Readonly<Record<string, string>> = {
  ".gitignore": "*.log\nsecret/\n",
  "apps/notes/package.json": JSON.stringify({ appManifest: MANIFEST }),
  "apps/notes/icon.svg": "<svg/>",
  "apps/notes/notes.rrapp": "{}",
  "apps/notes/.gitignore": "build\n!kept.log\n*.rrapp\n",
  "apps/notes/src/App.tsx": "export {};",
  "apps/notes/src/debug.log": "left out by the workspace",
  "apps/notes/src/kept.log": "brought back by the app",
  "apps/notes/build/out.js": "left out by the app",
  "apps/notes/node_modules/a/index.js": "never",
  "apps/notes/dist/index.js": "never",
  "apps/notes/secret/key": "left out by the workspace",
  "shared/lib/a.ts": "export {};",
  "shared/other.ts": "not included",
};

const PACKED = [
  "apps/notes/.gitignore",
  "apps/notes/icon.svg",
  "apps/notes/notes.rrapp",
  "apps/notes/package.json",
  "apps/notes/src/App.tsx",
  "apps/notes/src/kept.log",
  "shared/lib/a.ts",
];

async function writeAll(
  cwd: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const place = `${cwd}/${name}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.writeTextFile(place, text);
  }
}

Deno.test("app verify says what is wrong with an app", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await writeAll(cwd, FILES);
  const good = await runCommand(["app", "verify", "apps/notes", "--json"], {
    cwd,
  });
  const report = JSON.parse(good.stdout);
  assertEquals([good.code, report.ok, report.fileCount], [0, true, 7]);
  assertEquals(report.checks.map(({ id }: { id: string }) => id), [
    ...["package-json", "manifest", "id", "name", "icon", "readme"],
    ...["include", "pack"],
  ]);
  await writeAll(cwd, {
    "bad/package.json": JSON.stringify({
      appManifest: { id: "Notes", icon: "none.svg", include: ["../x"] },
    }),
  });
  const { code, stdout } = await runCommand(["app", "verify", "bad"], { cwd });
  assertEquals(code, 1);
  assertEquals(
    Array.from(stdout.matchAll(/^FAIL {2}([\w-]+)/gm), ([, id]) => id),
    ["id", "name", "icon", "include"],
  );
  // The text of such an object cannot be made.
  await writeAll(cwd, {
    "odd/package.json": '{"appManifest":{"include":[{"toString":1}]}}',
  });
  const odd = await runCommand(["app", "verify", "odd"], { cwd });
  assertStringIncludes(odd.stdout, 'Cannot include {"toString":1}');
  const outside = await runCommand(["app", "verify", "/"], { cwd });
  assertEquals(outside.code, 1);
});

Deno.test("app deploy packs the sources alone, the same bytes each time", async () => {
  await using folder = await tempFolder();
  await using elsewhere = await tempFolder();
  const cwd = folder.path;
  await writeAll(cwd, FILES);
  await Deno.writeTextFile(`${elsewhere.path}/stolen`, "not for others");
  await Deno.symlink(elsewhere.path, `${cwd}/apps/notes/src/out`);
  await Deno.symlink(`${cwd}/apps`, `${cwd}/apps/notes/src/up`);
  await Deno.symlink(`${cwd}/apps/notes`, `${cwd}/apps/notes/self`);
  const archives: Uint8Array[] = [];
  await using server = scriptedServer({
    "rrext_deploy add": ({ arguments: args, ...request }) => {
      archives.push(
        (request as { data?: Uint8Array }).data ?? args?.data as Uint8Array,
      );
      assertEquals(args?.kind, "app");
      assertEquals(args?.metadata, { appRoot: "apps/notes" });
      return { artifact: { appId: "acme.notes", registryVersion: 7 } };
    },
  });
  const env = {
    ROCKETRIDE_DEPLOY_URI: server.uri(),
    ROCKETRIDE_DEPLOY_APIKEY: "key",
  };
  const args = ["app", "deploy", "apps/notes", "--verbose"];
  const text = await runCommand(args, { cwd, env });
  assertEquals(text.code, 0, text.stderr);
  assertStringIncludes(text.stdout, "Deployed app version v7\n");
  assertStringIncludes(text.stdout, "+ apps/notes/src/App.tsx (10 B)");
  const again = await runCommand([...args, "--json"], {
    cwd,
    env: { ...env, TZ: "Asia/Tokyo" },
  });
  assertEquals(JSON.parse(again.stdout), {
    projectId: "acme.notes",
    version: 7,
  });
  await onTerminal(args, { cwd, env }, {
    shows: "Deployed app version v7",
  });
  assertEquals(archives.length, hasTerminals ? 3 : 2);
  assertEquals(archives.at(-1), archives[0]);
  const names = Object.keys(unzipSync(archives[0]!));
  const links = names.filter((it) => /\/(up|self)\//.test(it));
  assertEquals(names.filter((it) => !links.includes(it)), PACKED);
  assert(!names.some((it) => it.includes("stolen")), names.join());
  assertEquals(archives[0], archives[1]);

  const absent = await runCommand(args, { cwd, env: { ROCKETRIDE_URI: "x" } });
  assertEquals(absent.code, 1);
  assertStringIncludes(absent.stderr, "ROCKETRIDE_DEPLOY_URI");
});
