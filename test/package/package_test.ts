import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { PAGE_HTML } from "../../lib/page/built_page.ts";
import { VERSION } from "../../lib/version.ts";
import { licencesOf } from "../page/build_page.ts";
import { unseenReferences } from "../support/house_figures.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { sameBytes } from "../support/same_bytes.ts";
import { scanModule } from "../support/scan_module.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { listLicences } from "./licences.ts";
import { packageJson } from "./package_json.ts";
import { packagingTools } from "./tools.ts";

/** All files of a folder: their texts by path, in order. */
async function textsIn(
  folder: string,
  prefix = "",
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const entries = await Array.fromAsync(Deno.readDir(folder + prefix));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = `${prefix}/${name}`;
    if (!isDirectory) texts.set(path, await Deno.readTextFile(folder + path));
    else for (const item of await textsIn(folder, path)) texts.set(...item);
  }
  return texts;
}

function withEnding(
  texts: ReadonlyMap<string, string>,
  ending: string,
): (readonly [string, string])[] {
  return [...texts].filter(([path]) => path.endsWith(ending));
}

/** What a package has for one of its names, by condition. */
type Conditions = Readonly<Record<string, string>>;

Deno.test("the package for npm is complete, and clean by publint and attw", async (t) => {
  await using target = await tempFolder();
  const { folder, tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  const texts = await textsIn(folder);
  const manifest = JSON.parse(texts.get("/package.json")!);
  const { "./package.json": _, ...exports } = manifest.exports;

  await t.step("every entry has its module and its declaration", () => {
    assertEquals(Object.keys(exports), Object.keys(config.exports));
    for (const { types, default: code } of Object.values<Conditions>(exports)) {
      assert(texts.has(types!.slice(1)), types);
      assert(texts.has(code!.slice(1)), code);
    }
  });

  await t.step("it has the sources' version and licence", () => {
    assertEquals(manifest.version, config.version);
    assertEquals(VERSION, config.version);
    assertEquals(manifest.license, config.license);
    assertEquals(manifest.sideEffects, false);
    assertEquals(manifest.engines, { node: ">=22" });
    assertEquals(manifest.publishConfig.provenance, true);
  });

  await t.step("it needs no other package", () => {
    const needs = Object.keys(manifest).filter((name) =>
      /dependencies/i.test(name)
    );
    assertEquals(needs, []);
  });

  await t.step("modules import only each other, and Node's for Node", () => {
    const own = Object.values<Conditions>(manifest.imports);
    const reached = own.flatMap((conditions) => Object.values(conditions));
    for (const path of reached) assert(texts.has(path.slice(1)), path);
    for (const [path, text] of withEnding(texts, ".js")) {
      for (const { specifier = "" } of scanModule(text).references) {
        if (
          /^\/(vendor\/(ws|srvx_node|command|required_by_packages)|lib\/cli|bin)\b/
            .test(path)
        ) {
          if (specifier.startsWith("node:")) continue;
        }
        const { pathname } = new URL(specifier, `file://${path}`);
        assert(
          specifier.startsWith(".")
            ? texts.has(pathname)
            : specifier in manifest.imports,
          `${path} imports ${specifier}`,
        );
      }
    }
  });

  await t.step("declarations mention only each other", () => {
    for (const [path, text] of withEnding(texts, ".d.ts")) {
      for (const { specifier = "" } of scanModule(text).references) {
        const { pathname } = new URL(specifier, `file://${path}`);
        const place = pathname.replace(/\.js$/, ".d.ts");
        assert(texts.has(place), `${path} mentions ${specifier}`);
      }
    }
  });

  await t.step("the doc comments are in the declarations", () => {
    assertMatch(
      texts.get("/lib/session/connect.d.ts")!,
      /\/\*\*\n(?: \*.*\n)+ \*\/\nexport declare function connect\(/,
    );
  });

  await t.step("declarations refer to no document that is elsewhere", () => {
    const found = withEnding(texts, ".d.ts")
      .flatMap(([path, text]) => unseenReferences(path, text));
    assertEquals(found, []);
  });

  await t.step("our code has source maps with the sources", () => {
    for (const [path, text] of withEnding(texts, ".js")) {
      const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(text)?.[1];
      const hasCode = /^\/\/ (lib|schema|requires_\w+)\b.*\.ts$/m.test(text);
      assertEquals(map !== undefined, hasCode, path);
      if (!hasCode) continue;
      const { pathname } = new URL(map!, `file://${path}`);
      const { sources, sourcesContent } = JSON.parse(texts.get(pathname)!);
      assertEquals(sources.length, sourcesContent.length);
      for (const [at, source] of sources.entries()) {
        const { pathname } = new URL(source, `file://${path}`);
        assertMatch(
          pathname,
          /^\/((mod|(lib|schema)\/.*|requires_\w+)\.ts|lib\/.*\.json)$/,
        );
        // Data have no lines to step through.
        if (source.endsWith(".json")) continue;
        assert(sourcesContent[at].length > 0, source);
      }
    }
  });

  await t.step("nothing says where it was made", () => {
    const place = /file:\/\/\/|\/node_modules\/|\/tmp\/|\/home\/|\/root\//;
    for (const [path, text] of texts) {
      if (!/\.(js|map|json)$/.test(path)) continue;
      const code = path.endsWith(".js")
        ? text.replace(/^\s*\/\/ node_modules\/\.deno\/.*$/gm, "")
        : text;
      assertEquals(place.exec(code)?.[0], undefined, path);
    }
  });

  await t.step(
    "the licences of all packages in the modules are listed",
    async () => {
      const lock: { npm: Record<string, unknown> } = JSON.parse(
        await Deno.readTextFile(new URL("deno.lock", ROOT)),
      );
      const list = texts.get("/THIRD_PARTY_LICENCES.md")!;
      const listed = Array.from(
        list.matchAll(
          /^## (\S+) (\S+)\n\n(\S+), https:\/\/\S+\n\n```text\n[\w(]/gm,
        ),
        ([, name, version]) => `${name}@${version}`,
      );
      const inside = withEnding(texts, ".js").flatMap(([, text]) =>
        Array.from(
          text.matchAll(
            /node_modules\/\.deno\/[^/]+@([^/_]+)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g,
          ),
          ([, version, name]) => `${name}@${version}`,
        )
      );
      const inPage = Array.from(
        licencesOf(PAGE_HTML).matchAll(/^## (\S+) (\S+)$/gm),
        ([, name, version]) => `${name}@${version}`,
      );
      assert(inPage.length >= 3);
      assertEquals(listed.sort(), [...new Set(inside.concat(inPage))].sort());
      // The lock file adds the peers of a package to its version.
      const locked = Object.keys(lock.npm)
        .map((name) => name.replace(/(?<=.@[^@_]+)_.*/, ""));
      assertEquals(listed.filter((name) => !locked.includes(name)), []);
      assert(listed.length > 5);
    },
  );

  await t.step("texts are there, also those that comments refer to", () => {
    const names = ["README.md", "LICENSE", "CHANGELOG.md"];
    const missing = [...names, "lib/protocol/README.md"]
      .filter((name) => !texts.has(`/${name}`));
    assertEquals(missing, []);
  });

  await t.step("the tarball has all of it", async () => {
    const list = await mustRun("tar", ["-tzf", tarball], folder);
    assertEquals(
      list.trim().split("\n").sort(),
      [...texts.keys()].map((path) => `package${path}`).sort(),
    );
  });

  await t.step(
    "a build in another folder, by another user, is the same byte for byte",
    async () => {
      const elsewhere = `${target.path}/somewhere/else`;
      await mustRun(
        "sh",
        [
          "-c",
          'umask 077 && exec "$0" run --allow-all "$1" "$2"',
          Deno.execPath(),
          "test/package/build_package.ts",
          elsewhere,
        ],
        ROOT,
        { TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
      );
      const other = `${elsewhere}/${tarball.slice(target.path.length + 1)}`;
      const [one, two] = await Promise.all(
        [tarball, other].map((path) => Deno.readFile(path)),
      );
      assertEquals(sameBytes(one!, two!), true);
    },
  );

  await t.step("nothing in the tarball tells when it was packed", async () => {
    const [first, second, ...rest] = await Deno.readFile(tarball);
    assertEquals([first, second], [0x1f, 0x8b]);
    // Method, flags without a name, and four bytes of time.
    assertEquals(rest.slice(0, 6), [8, 0, 0, 0, 0, 0]);
    const list = await mustRun("tar", ["-tvzf", tarball], folder, {
      TZ: "UTC",
    });
    for (const line of list.trim().split("\n")) {
      assertMatch(line, /1985/);
      const mode = line.includes("/bin/") ? "-rwxr-xr-x" : "-rw-r--r--";
      assertEquals(line.slice(0, 10), mode, line);
    }
  });

  await t.step("publint has nothing to say", async () => {
    await mustRun(tools.publint, ["run", tarball, "--strict"], folder);
  });

  await t.step("attw has nothing to say", async () => {
    await mustRun(tools.attw, [tarball, "--profile", "esm-only"], folder);
  });
});

Deno.test("code under a licence that is not allowed, or unknown, is no part of the package", async () => {
  await using temp = await tempFolder();
  const folder = `${temp.path}/node_modules/@a/b`;
  const modules = [`${folder}/main.js`];
  const write = async (license: string | undefined): Promise<void> => {
    const info = {
      ...{ name: "@a/b", version: "1.0.0", license },
      repository: { url: "git+https://example.com/a/b.git" },
    };
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(info));
  };
  await Deno.mkdir(folder, { recursive: true });
  await write("MIT");
  await assertRejects(() => listLicences(modules), Error, "has no text");
  await Deno.writeTextFile(`${folder}/LICENSE`, "Do as you like.\n");
  const list = await listLicences(modules);
  const section = "## @a/b 1.0.0\n\nMIT, https://example.com/a/b\n\n" +
    "```text\nDo as you like.\n```\n";
  assert(list.endsWith(`\n\n${section}`), list);
  // A list that is part of another one is not there twice.
  assertEquals(await listLicences(modules, list), list);
  assertEquals(await listLicences([], list), list);
  for (const licence of ["GPL-3.0-only", "SEE LICENSE IN x", undefined]) {
    await write(licence);
    await assertRejects(
      () => listLicences(modules),
      Error,
      `@a/b is under ${licence ?? "no licence"}`,
    );
  }
});

Deno.test("packageJson() tells where the sources are when it is known", () => {
  const known = packageJson(config, "https://example.com/a/b");
  assertEquals(known.repository, {
    type: "git",
    url: "git+https://example.com/a/b.git",
  });
  assert(!("repository" in packageJson(config, undefined)));
});
