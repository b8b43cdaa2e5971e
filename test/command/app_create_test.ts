import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AppTemplate,
  createApp,
  verifyApp,
} from "@rocketride/streams/cli";
import { isDAPException } from "@rocketride/streams";
import config from "../../deno.json" with { type: "json" };
import { COMMAND, runCommand } from "../support/command.ts";
import {
  hasTerminals,
  NO_TERMINAL,
  openTerminal,
} from "../support/pseudo_terminal.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

const FILES = [
  "package.json",
  "notes.rrapp",
  "rsbuild.config.mts",
  "tsconfig.json",
  ".gitignore",
  "icon.svg",
  "README.md",
  "src/index.ts",
  "src/global.d.ts",
  "src/AppDescriptor.ts",
  "src/App.tsx",
];

/** Serves what a server gives apps to build against, and nothing else. */
function packageServer(
  answer: (path: string) => Response,
): { uri: string; asked: string[]; close(): Promise<void> } {
  const asked: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      return answer(pathname);
    },
  );
  const uri = `http://127.0.0.1:${server.addr.port}`;
  return { uri, asked, close: () => server.shutdown() };
}

const PACKAGE = Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3);

/** A `pnpm` that notes how it was called, and exits with a code. */
async function fakePnpm(folder: string, code: number): Promise<string> {
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  await Deno.writeTextFile(
    `${bin}/pnpm`,
    `#!/bin/sh\necho "$@" in "$PWD" >> "${folder}/pnpm.txt"\nexit ${code}\n`,
    { mode: 0o755 },
  );
  return `${bin}:${Deno.env.get("PATH")}`;
}

Deno.test("app create makes an app, its workspace, and fetches the server's packages", async () => {
  await using folder = await tempFolder();
  await using tools = await tempFolder();
  const cwd = folder.path;
  const server = packageServer(() => new Response(PACKAGE));
  const env = {
    ROCKETRIDE_URI: server.uri,
    PATH: await fakePnpm(tools.path, 0),
  };
  await Deno.writeTextFile(`${cwd}/.gitignore`, "mine\r\n.env\r\n*.tmp");
  const { code, stdout, stderr } = await runCommand(
    ["app", "create", "notes", "--developer", "acme", "--name", "My notes"],
    { cwd, env },
  );
  assertEquals([code, stderr], [0, ""]);
  for (const path of FILES) {
    assertStringIncludes(stdout, `  + apps/notes/${path}\n`);
  }
  assertStringIncludes(stdout, "Created acme.notes at apps/notes\n");
  assertEquals(server.asked, ["/client/shell", "/client/typescript"]);
  for (const path of ["shell/shell.tgz", "client/rocketride.tgz"]) {
    assertEquals(await Deno.readFile(`${cwd}/.rocketride/${path}`), PACKAGE);
  }
  assertEquals(
    await Deno.readTextFile(`${tools.path}/pnpm.txt`),
    `install --prefer-offline in ${cwd}\n`,
  );
  assertEquals(
    await Deno.readTextFile(`${cwd}/.gitignore`),
    "mine\r\n.env\r\n*.tmp\n.rocketride/\n**/node_modules/\n**/dist/\n",
  );
  assertEquals(
    await Deno.readTextFile(`${cwd}/pnpm-workspace.yaml`),
    "packages:\n  - 'apps/*'\n",
  );
  const { name, appManifest } = JSON.parse(
    await Deno.readTextFile(`${cwd}/apps/notes/package.json`),
  );
  assertEquals(
    [name, appManifest.id, appManifest.publisher, appManifest.name],
    ["acme-notes", "acme.notes", "acme", "My notes"],
  );

  const verified = await runCommand(["app", "verify", "apps/notes", "--json"], {
    cwd,
  });
  assertEquals([verified.code, JSON.parse(verified.stdout).ok], [0, true]);

  // What is there already is neither replaced nor fetched into something else.
  const again = await runCommand(["app", "create", "notes", "--json"], {
    cwd,
    env,
  });
  assertEquals(again.code, 1);
  assertStringIncludes(
    JSON.parse(again.stdout).error.message,
    "apps/notes already exists",
  );
  const second = await runCommand(["app", "create", "other", "--json"], {
    cwd,
    env,
  });
  assertEquals(JSON.parse(second.stdout), {
    appId: "local.other",
    folder: "apps/other",
  });
  await server.close();
});

Deno.test("app create succeeds without a server and without pnpm, and says what is missing", async () => {
  await using folder = await tempFolder();
  await using tools = await tempFolder();
  const cwd = folder.path;
  const server = packageServer((path) =>
    path === "/client/shell"
      ? new Response("<html>", { status: 200 })
      : new Response(null, { status: 404 })
  );
  const args = ["app", "create"];
  const failing = { PATH: await fakePnpm(tools.path, 3) };
  const page = await runCommand([...args, "a", "--uri", server.uri], {
    cwd,
    env: failing,
  });
  assertEquals([page.code, page.stderr], [0, ""]);
  assertStringIncludes(page.stdout, "/client/shell: it is no package\n");
  assertStringIncludes(page.stdout, "/client/typescript: HTTP status 404\n");
  assertStringIncludes(page.stdout, "nothing is installed: it exited with 3;");
  await server.close();

  const absent = await runCommand(
    [...args, "b", "--no-install", "--uri", server.uri],
    { cwd },
  );
  assertEquals([absent.code, absent.stderr], [0, ""]);
  assertStringIncludes(absent.stdout, "shell.tgz is missing: ");
  assert(!absent.stdout.includes("pnpm install"), absent.stdout);

  for (
    const [words, message] of [
      [["Notes"], 'Cannot use slug "Notes"'],
      [["../notes"], 'Cannot use slug "../notes"'],
      [["x", "--developer", "Acme"], 'Cannot use developerId "Acme"'],
      [["x", "--template", "Chart"], '"Blank" or "Dashboard"'],
      [["x", "--name", " \n"], "Cannot use displayName"],
      [["x", "--uri", "ftp://x"], 'unknown scheme "ftp"'],
    ] as const
  ) {
    const { code, stdout, stderr } = await runCommand([...args, ...words], {
      cwd,
    });
    assertEquals([code, stdout], [1, ""], words.join());
    assertStringIncludes(stderr, message);
  }
  assertEquals((await runCommand(args, { cwd })).code, 2);
  const names = await Array.fromAsync(Deno.readDir(`${cwd}/apps`));
  assertEquals(names.map(({ name }) => name).sort(), ["a", "b"]);
});

Deno.test({
  name:
    `app create and verify tell people the same on a terminal${NO_TERMINAL}`,
  ignore: !hasTerminals,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const cwd = folder.path;
    await using made = openTerminal([
      ...COMMAND,
      ...["app", "create", "notes", "--no-install", "--uri", "127.0.0.1:9"],
    ], { cwd });
    await made.shows("Created local.notes at apps/notes");
    assertEquals(await made.ended(), 0);
    await using checked = openTerminal([
      ...COMMAND,
      ...["app", "verify", "apps/notes"],
    ], { cwd });
    await checked.shows("Ready to deploy: 11 files");
    assertStringIncludes(checked.sent(), "\x1b[32mOK  ");
    assertEquals(await checked.ended(), 0);
  },
});

Deno.test("what createApp writes has sound types, in every form and with any name", async () => {
  await using folder = await tempFolder();
  const { path: workspaceRoot } = folder;
  const name = `It's "N" {x} </h1> \${y} \`z\` \\`;
  const flags = [false, true];
  for (const template of ["Blank", "Dashboard"] as const) {
    for (const sidebar of flags) {
      for (const statusFooter of flags) {
        for (const docTabs of flags) {
          const frame = [sidebar, statusFooter, docTabs].map(Number).join("");
          await createApp(`${template.toLowerCase()}-${frame}`, {
            workspaceRoot,
            displayName: name,
            template,
            sidebar,
            statusFooter,
            docTabs,
            install: false,
          });
        }
      }
    }
  }
  await Deno.writeTextFile(`${workspaceRoot}/shell.d.ts`, SHELL);
  await Deno.writeTextFile(
    `${workspaceRoot}/deno.json`,
    JSON.stringify({
      imports: {
        react: `${config.imports.preact}/compat`,
        "react/jsx-runtime": `${config.imports.preact}/jsx-runtime`,
        "react/jsx-dev-runtime": `${config.imports.preact}/jsx-runtime`,
        shell: "./shell.d.ts",
      },
      compilerOptions: { jsx: "react-jsx", jsxImportSource: "react" },
      unstable: ["sloppy-imports"],
      lock: false,
    }),
  );
  const modules = await Array.fromAsync(
    Deno.readDir(`${workspaceRoot}/apps`),
    ({ name }) => `apps/${name}/src/AppDescriptor.ts`,
  );
  assertEquals(modules.length, 16);
  const args = ["check", "--quiet", ...modules];
  await mustRun(Deno.execPath(), args, workspaceRoot);
  const manifest = await Deno.readTextFile(
    `${workspaceRoot}/apps/blank-000/package.json`,
  );
  assertEquals(JSON.parse(manifest).appManifest.name, name);
});

/** What the generated modules use of the shell. */
const SHELL = `import type React from "react";
export interface ShellAppProps {
  readonly isConnected: boolean;
  readonly identity?: { readonly displayName?: string };
}
export interface AppDescriptor {
  readonly id: string;
  readonly name: string;
  readonly branding: { readonly appName: string };
  readonly app: React.FC<ShellAppProps>;
}
export declare const AppLayout: React.FC<{
  sidebar?: React.ReactNode;
  showStatus?: boolean;
  children?: React.ReactNode;
}>;
export declare class Documents {
  openStaticDocument(id: string, title: string): void;
}
export declare const DocSplitLayout: React.FC<{
  docs: Documents;
  renderPane: (groupId: string) => React.ReactNode;
}>;
export declare const DocTabs: React.FC<{
  docs: Documents;
  groupId: string;
  isActive?: boolean;
}>;
`;

Deno.test("createApp checks everything before it writes, and can be stopped", async () => {
  await using folder = await tempFolder();
  const { path: workspaceRoot } = folder;
  const reason = new Error("changed my mind");
  for (
    const [slug, options, kind] of [
      ["Notes", {}, RangeError],
      ["notes", { developerId: "a.b" }, RangeError],
      ["notes", { template: "Chart" as AppTemplate }, RangeError],
      ["notes", { displayName: "" }, RangeError],
      ["notes", { serverBaseUrl: "ftp://x" }, Error],
      ["notes", { signal: AbortSignal.abort(reason) }, Error],
    ] as const
  ) {
    const error = await createApp(slug, { workspaceRoot, ...options })
      .catch((error: unknown) => error);
    assert(error instanceof kind, String(error));
  }
  assertEquals(await Array.fromAsync(Deno.readDir(workspaceRoot)), []);

  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => {
      asked.resolve();
      return held.promise;
    },
  );
  const stop = new AbortController();
  const making = createApp("notes", {
    workspaceRoot,
    serverBaseUrl: `127.0.0.1:${server.addr.port}`,
    install: false,
    signal: stop.signal,
  }).catch((error: unknown) => error);
  await asked.promise;
  stop.abort(reason);
  assertEquals(await making, reason);
  held.resolve(new Response());
  await server.shutdown();

  const there = await createApp("notes", { workspaceRoot })
    .catch((error: unknown) => error);
  assert(isDAPException(there, "file-exists"), String(there));
  for (
    const [appRoot, code] of [
      ["nowhere", "file-not-found"],
      ["..", "invalid-path"],
    ] as const
  ) {
    const error = await verifyApp(appRoot, { workspaceRoot })
      .catch((error: unknown) => error);
    assert(isDAPException(error, code), String(error));
  }
});
