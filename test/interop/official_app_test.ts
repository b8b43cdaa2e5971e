import { assertEquals } from "@std/assert";
import { createApp, verifyApp } from "@rocketride/streams/cli";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { tempFolder } from "../support/temp_folder.ts";

const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

Deno.test({
  name: `apps are made and judged as by the official client 1.5.0${missing}`,
  ignore: !python,
  async fn(): Promise<void> {
    const packages = await installPython("rocketride==1.5.0");
    await using theirs = await tempFolder();
    await using ours = await tempFolder();
    const workspaceRoot = ours.path;
    const created = await createApp("notes", {
      workspaceRoot,
      template: "Dashboard",
      displayName: "My notes",
      developerId: "acme",
      sidebar: true,
      docTabs: true,
      install: false,
    });
    const program = new URL("official_app.py", import.meta.url).pathname;
    const run = async (...args: string[]): Promise<Official> =>
      JSON.parse(await runPython(packages, [program, ...args]));
    const official = await run(theirs.path, "notes");
    assertEquals(created, official.created as unknown);
    for (
      const path of [
        "apps/notes/notes.rrapp",
        "apps/notes/tsconfig.json",
        "apps/notes/.gitignore",
        ".gitignore",
        "pnpm-workspace.yaml",
      ]
    ) {
      const [one, other] = await Promise.all(
        [ours, theirs].map((it) => Deno.readTextFile(`${it.path}/${path}`)),
      );
      assertEquals(one, other, path);
    }
    const [own, other] = await Promise.all([ours, theirs].map(async (it) => {
      const text = await Deno.readTextFile(
        `${it.path}/apps/notes/package.json`,
      );
      const port = /port: (\d+)/.exec(
        await Deno.readTextFile(`${it.path}/apps/notes/rsbuild.config.mts`),
      )?.[1];
      return { port, ...JSON.parse(text) };
    }));
    // Under which licence an app is, its developer decides.
    const { license: _, ...rest } = other;
    assertEquals(own, rest);

    // Each judges what the other one has made; a slug that is new is made first.
    const { reports: [, report] } = await run(ours.path, "second", "notes");
    const seen = await verifyApp("apps/notes", { workspaceRoot });
    assertEquals(
      [seen.ok, seen.fileCount, seen.uncompressedBytes],
      [report!.ok, report!.file_count, report!.uncompressed_bytes],
    );
    const idsOf = (checks: readonly { readonly id: string }[]): string[] =>
      checks.map(({ id }) => id);
    assertEquals(idsOf(seen.checks), idsOf(report!.checks));
    for (const [at, text] of BROKEN.entries()) {
      const folder = `${workspaceRoot}/apps/b${at}`;
      await Deno.mkdir(folder);
      if (text !== undefined) {
        await Deno.writeTextFile(`${folder}/package.json`, text);
      }
    }
    const broken = BROKEN.map((_, at) => `b${at}`);
    const { reports } = await run(ours.path, "third", ...broken);
    for (const [at, report] of reports.slice(1).entries()) {
      const own = await verifyApp(`apps/b${at}`, { workspaceRoot });
      const outcome = ({ checks }: Official["reports"][number]): unknown =>
        checks.map(({ id, ok }) => [id, ok]);
      assertEquals(
        own.checks.map(({ id, ok }) => [id, ok]),
        outcome(report),
        `${BROKEN[at]}\n${JSON.stringify([own, report], null, 1)}`,
      );
    }
    const judged = await verifyApp("apps/second", { workspaceRoot });
    assertEquals([judged.ok, judged.fileCount], [true, 11]);
  },
});

/** What `package.json` of an app that is not as it should be may have. */
const BROKEN: readonly (string | undefined)[] = [
  undefined,
  "{",
  "[]",
  "null",
  "{}",
  ...[
    [],
    "text",
    {},
    { id: 5, name: 5 },
    { id: "Acme.notes", name: " " },
    { id: "acme.Notes", name: "n" },
    { id: "acme.notes\n", name: "n" },
    { id: "local.notes", name: "n", icon: "none.svg", readme: "../x" },
    { id: "a.b", name: "n", icon: "./package.json", readme: "package.json" },
    { id: "a.b", name: "n", include: "apps" },
    { id: "a.b", name: "n", include: [1] },
    { id: "a.b", name: "n", include: [""] },
    { id: "a.b", name: "n", include: ["../x"] },
    { id: "a.b", name: "n", include: ["/etc"] },
    { id: "a.b", name: "n", include: ["nowhere"] },
    { id: "a.b", name: "n", include: ["apps/notes", "apps/notes/"] },
    { id: "a.b", name: "n", include: null },
  ].map((appManifest) => JSON.stringify({ appManifest })),
];

interface Official {
  readonly created: Record<string, unknown>;
  readonly reports: readonly {
    readonly ok: boolean;
    readonly checks: readonly { readonly id: string; readonly ok: boolean }[];
    readonly file_count: number;
    readonly uncompressed_bytes: number;
  }[];
}
