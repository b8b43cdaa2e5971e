/** The first page of a new app. */
export type AppTemplate = "Blank" | "Dashboard";

/** All of them. */
export const APP_TEMPLATES: readonly AppTemplate[] = ["Blank", "Dashboard"];

/** What the files of a new app are made of. */
export interface AppPlan {
  /** The developer's id and the slug, with a dot between. */
  readonly appId: string;
  /** What people read; any text in one line. */
  readonly name: string;
  /** The developer's id. */
  readonly publisher: string;
  readonly slug: string;
  /** The port of the development server. */
  readonly port: number;
  readonly template: AppTemplate;
  readonly sidebar: boolean;
  readonly statusFooter: boolean;
  readonly docTabs: boolean;
}

/**
 * The files of a new app: texts by path, in the order of writing.
 *
 * An app is a remote of Module Federation. RocketRide's shell loads its module
 * `./AppDescriptor` and brings React, the module `shell` and the client
 * `rocketride`; so versions have to be those of the shell, and the last two
 * are installed from what the server gives for them.
 */
export function appTemplate(plan: AppPlan): Record<string, string> {
  return {
    "package.json": packageJson(plan),
    [`${plan.slug}.rrapp`]: json({ id: plan.appId }),
    "rsbuild.config.mts": buildConfig(plan.port),
    "tsconfig.json": json({
      compilerOptions: {
        target: "ES2022",
        lib: ["DOM", "DOM.Iterable", "ES2022"],
        module: "ESNext",
        moduleResolution: "bundler",
        jsx: "react-jsx",
        strict: true,
        skipLibCheck: true,
        noEmit: true,
      },
      include: ["src", "rsbuild.config.mts"],
    }),
    ".gitignore": "node_modules/\ndist/\n",
    "icon.svg": ICON,
    "README.md": readme(plan),
    "src/index.ts":
      `// Module Federation needs a module that loads the first one later.
import("./AppDescriptor");
`,
    "src/global.d.ts": `/** Pipelines, which the build reads as JSON. */
declare module "*.pipe" {
  const pipeline: Record<string, unknown>;
  export default pipeline;
}
`,
    "src/AppDescriptor.ts": descriptor(plan),
    "src/App.tsx": appModule(plan),
  };
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function packageJson({ appId, name, publisher }: AppPlan): string {
  const description = `${name} — a RocketRide app`;
  return json({
    // npm takes no capital letters.
    name: appId.replace(".", "-").toLowerCase(),
    version: "0.1.0",
    private: true,
    description,
    appManifest: {
      id: appId,
      publisher,
      name,
      description,
      icon: "./icon.svg",
      readme: "./README.md",
      categories: ["custom"],
      mode: "free",
      authenticated: false,
    },
    scripts: {
      dev: "rsbuild dev",
      build: "tsc --noEmit && rsbuild build",
      typecheck: "tsc --noEmit",
    },
    dependencies: {
      react: "^18.2.0",
      "react-dom": "^18.2.0",
      rocketride: "file:../../.rocketride/client/rocketride.tgz",
      shell: "file:../../.rocketride/shell/shell.tgz",
    },
    devDependencies: {
      // Exactly that of the shell: others cannot share modules with it.
      "@module-federation/rsbuild-plugin": "2.5.1",
      "@rsbuild/core": "~2.0.11",
      "@rsbuild/plugin-react": "~2.0.1",
      "@types/node": "^20.19.41",
      "@types/react": "^18.2.0",
      "@types/react-dom": "^18.2.0",
      "react-refresh": "^0.14.2",
      typescript: "^5.3.0",
    },
  });
}

function buildConfig(port: number): string {
  return `import fs from "node:fs";
import path from "node:path";
import { pluginModuleFederation } from "@module-federation/rsbuild-plugin";
import { defineConfig } from "@rsbuild/core";
import { pluginReact } from "@rsbuild/plugin-react";

const manifest = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, "package.json"), "utf8"),
).appManifest;

export default defineConfig(() => ({
  plugins: [
    pluginReact(),
    pluginModuleFederation({
      name: manifest.id.replace(/[^a-zA-Z0-9_$]/g, "_"),
      filename: "remoteEntry.js",
      exposes: { "./AppDescriptor": "./src/AppDescriptor.ts" },
      dts: false,
      // The shell brings the runtime of Module Federation.
      runtime: false,
      shareStrategy: "loaded-first",
      shared: {
        react: { singleton: true, eager: true, requiredVersion: "^18.2.0" },
        "react-dom": { singleton: true, eager: true, requiredVersion: "^18.2.0" },
        // These two are the shell's alone; what is installed has their types.
        shell: { singleton: true, requiredVersion: false, import: false },
        rocketride: { singleton: true, requiredVersion: false, import: false },
      },
    }),
  ],
  tools: {
    rspack: {
      // After a build with errors the page keeps the last good one.
      optimization: { emitOnErrors: false },
      module: { rules: [{ test: /\\.pipe$/, type: "json" } as const] },
    },
  },
  server: { port: ${port}, cors: { origin: "*" } },
  // The page is the shell's, so it has to be told where this server is.
  dev: {
    hmr: true,
    lazyCompilation: false,
    client: { protocol: "ws", host: "localhost", port: "<port>" } as const,
  },
  source: { entry: { index: "./src/index.ts" } },
  output: { assetPrefix: "auto" },
}));
`;
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <rect width="64" height="64" rx="12" fill="#334155"/>
  <path d="M20 44V20h16a8 8 0 0 1 0 16H20m14 0 10 8" fill="none" stroke="#f8fafc" stroke-width="5"/>
</svg>
`;

function readme({ name }: AppPlan): string {
  return `# ${name}

${name} is a RocketRide app. This page is shown where people choose apps: say
what it does.

## Work on it

\`pnpm dev\` serves it, and RocketRide's shell shows it. \`rocketride app verify\`
tells whether it can be deployed, \`rocketride app deploy\` deploys it.
`;
}

function descriptor({ appId, name }: AppPlan): string {
  const shown = JSON.stringify(name);
  return `// Without this module, a page whose first component has no JSX for a moment
// is not updated any more.
import "react/jsx-dev-runtime";
import type { AppDescriptor } from "shell";
import App from "./App";

const descriptor: AppDescriptor = {
  id: ${JSON.stringify(appId)},
  name: ${shown},
  branding: { appName: ${shown} },
  app: App,
};

export default descriptor;
`;
}

/** The page, in the frame that was asked for. */
function appModule(plan: AppPlan): string {
  const { docTabs, sidebar, statusFooter, template } = plan;
  const frame = ["AppLayout", ...docTabs ? ["DocSplitLayout", "DocTabs"] : []];
  const imports = [...frame, ...docTabs ? ["Documents"] : []].sort();
  const documents = `
// The app keeps its documents by itself.
const docs = new Documents();
docs.openStaticDocument("welcome", "Welcome");
`;
  const navigation = `
const Navigation: React.FC = () => (
  <nav style={{ padding: 12 }}>
    {["Overview", "Activity", "Settings"].map((name) => <p key={name}>{name}</p>)}
  </nav>
);
`;
  const layout = `<AppLayout${sidebar ? " sidebar={<Navigation />}" : ""}${
    statusFooter ? " showStatus" : ""
  }>`;
  const content = docTabs
    ? `<DocSplitLayout
      docs={docs}
      renderPane={(groupId) => (
        <>
          <DocTabs docs={docs} groupId={groupId} isActive />
          <Content {...props} />
        </>
      )}
    />`
    : "<Content {...props} />";
  return `import React from "react";
import type { ShellAppProps } from "shell";
import { ${imports.join(", ")} } from "shell";
${docTabs ? documents : ""}${sidebar ? navigation : ""}
${CONTENTS[template](JSON.stringify(plan.name))}
const App: React.FC<ShellAppProps> = (props) => (
  ${layout}
    ${content}
  </AppLayout>
);

export default App;
`;
}

/** What a template shows, by the name of the app as a literal. */
const CONTENTS: Readonly<Record<AppTemplate, (name: string) => string>> = {
  Blank: (name) =>
    `const Content: React.FC<ShellAppProps> = ({ isConnected, identity }) => (
  <main style={{ padding: 40, color: "var(--rr-text-primary)" }}>
    <h1>{${name}}</h1>
    <p>Edit src/App.tsx: this page follows.</p>
    <p>
      {isConnected ? "Connected" : "Not connected"},{" "}
      {identity?.displayName ?? "nobody is signed in"}
    </p>
  </main>
);
`,
  Dashboard: (name) =>
    `// Put what your pipelines tell in their place.
const FIGURES = { Items: "1,024", Failed: "3", Waiting: "12" };
const SERIES = [30, 44, 41, 58, 62, 55, 70, 66, 81, 77, 90, 86];

const box = { border: "1px solid var(--rr-border)", borderRadius: 8, padding: 14 };

const Content: React.FC<ShellAppProps> = () => (
  <main style={{ padding: 20, color: "var(--rr-text-primary)" }}>
    <h1>{${name}}</h1>
    <div style={{ display: "flex", gap: 12, marginBottom: 12 }}>
      {Object.entries(FIGURES).map(([label, value]) => (
        <div key={label} style={{ ...box, flex: 1 }}>
          {label} <strong>{value}</strong>
        </div>
      ))}
    </div>
    <div style={{ ...box, display: "flex", alignItems: "flex-end", gap: 6, height: 120 }}>
      {SERIES.map((value, at) => (
        <div
          key={at}
          style={{ flex: 1, height: \`\${value}%\`, background: "var(--rr-brand)" }}
        />
      ))}
    </div>
  </main>
);
`,
};
