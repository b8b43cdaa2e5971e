/** The name of this package. */
export const PACKAGE = "@rocketride/streams";

/** The runtimes of new projects. */
export const RUNTIMES = ["deno", "bun", "node", "worker"] as const;

/** The pipelines of new projects. */
export const TEMPLATES = ["text", "document", "chat"] as const;

/** A runtime of a new project. */
export type Runtime = (typeof RUNTIMES)[number];

/** A pipeline of a new project. */
export type Template = (typeof TEMPLATES)[number];

/** The properties of a new project. */
export interface Project {
  readonly name: string;
  readonly runtime: Runtime;
  readonly template: Template;
  /** The version of this package. */
  readonly version: string;
  /** The file that this package was installed from; none for a registry. */
  readonly file?: string | undefined;
}

/** Commands that run a new project. */
export function startOf(runtime: Runtime): readonly string[] {
  switch (runtime) {
    case "deno":
      return ["deno task start"];
    case "bun":
      return ["bun install", "bun start"];
    case "node":
      return ["npm install", "npm start"];
    case "worker":
      return ["npm install", "npx rocketride engine &", "npm start"];
  }
}

/** The files of a new project: texts by path. */
export function projectFiles(project: Project): Record<string, string> {
  const { runtime, template } = project;
  const pipeline = json({
    project_id: crypto.randomUUID(),
    name: project.name,
    source: template === "chat" ? "chat_1" : "webhook_1",
    components: COMPONENTS[template],
  });
  const common = {
    "pipeline.json": pipeline,
    ".gitignore": ".env\n.dev.vars\nnode_modules/\n",
  };
  switch (runtime) {
    case "deno": {
      const tasks = { start: "deno run -A --env-file main.ts" };
      const imports = { [PACKAGE]: `jsr:${PACKAGE}@^${project.version}` };
      return {
        ...common,
        ".env": ENV,
        ...(project.file === undefined
          ? { "deno.json": json({ imports, tasks }) }
          // The surrounding project has it in its `node_modules`.
          : {
            "deno.json": json({ tasks }),
            "package.json": packageJson(project),
          }),
        "main.ts": program(template),
      };
    }
    case "bun":
    case "node":
      return {
        ...common,
        ".env": ENV,
        "package.json": packageJson(project, {
          start: runtime === "bun"
            ? "bun main.ts"
            : "node --env-file=.env main.mjs",
        }),
        [runtime === "bun" ? "main.ts" : "main.mjs"]: program(template),
      };
    case "worker":
      return {
        ...common,
        ".dev.vars":
          "ROCKETRIDE_URI=http://localhost:5565\nROCKETRIDE_APIKEY=local\n",
        "package.json": packageJson(project, { start: "npx wrangler dev" }),
        "wrangler.jsonc": json({
          name: project.name,
          main: "worker.ts",
          compatibility_date: "2026-01-01",
        }),
        "worker.ts": workerProgram(template),
      };
  }
}

function packageJson(
  { name, version, file }: Project,
  scripts?: Readonly<Record<string, string>>,
): string {
  return json({
    name,
    private: true,
    type: "module",
    scripts,
    dependencies: { [PACKAGE]: file ? `file:${file}` : `^${version}` },
  });
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

const ENV = `# The engine. Without an address, the program brings its own.
# ROCKETRIDE_URI=https://api.rocketride.ai
# ROCKETRIDE_APIKEY=
`;

const from = (lane: string, id: string): object[] => [{ lane, from: id }];

const WEBHOOK = {
  id: "webhook_1",
  provider: "webhook",
  config: { mode: "Source", type: "webhook", parameters: {} },
};

const COMPONENTS: Readonly<Record<Template, readonly object[]>> = {
  text: [
    WEBHOOK,
    {
      id: "response_text_1",
      provider: "response_text",
      config: {},
      input: from("text", "webhook_1"),
    },
  ],
  document: [
    WEBHOOK,
    {
      id: "parse_1",
      provider: "parse",
      config: {},
      input: from("tags", "webhook_1"),
    },
    {
      id: "response_text_1",
      provider: "response_text",
      config: {},
      input: from("text", "parse_1"),
    },
  ],
  chat: [
    {
      id: "chat_1",
      provider: "chat",
      config: { mode: "Source", type: "chat", parameters: {} },
    },
    {
      // A stand-in of the embedded engine; replace it with a model.
      id: "llm_1",
      provider: "llm_mock",
      config: { replies: [{ reply: "Hello from a scripted model." }] },
      input: from("questions", "chat_1"),
    },
    {
      id: "response_answers_1",
      provider: "response_answers",
      config: {},
      input: from("answers", "llm_1"),
    },
  ],
};

function program(template: Template): string {
  const isChat = template === "chat";
  const call = isChat ? "ask" : "send";
  const names = ["close", "connect", call, "terminate", "use"].sort();
  const act = isChat
    ? `console.log(await ask(session, task, "Who are you?"));`
    : template === "document"
    ? `const page = "<h1>Hello</h1><p>from a page</p>";
const result = await send(session, task, page, {
  objinfo: { name: "page.html" },
  mimeType: "application/octet-stream",
});
console.log(result.text);`
    : `const result = await send(session, task, "Hello, pipeline!");
console.log(result.text);`;
  return `import process from "node:process";
import { ${names.join(", ")} } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

// The engine of .env, or one in this process.
const engine = process.env.ROCKETRIDE_URI ? undefined : createEngine();
const session = await connect(engine ? { transport: engine.transport() } : {});
const task = await use(session, { filepath: "pipeline.json" });

${act}

await terminate(session, task);
await close(session);
await engine?.close();
`;
}

function workerProgram(template: Template): string {
  const isChat = template === "chat";
  const call = isChat ? "ask" : "send";
  const names = ["close", "connect", call, "terminate", "use"].sort();
  const act = isChat
    ? `const text = await request.text();
        return new Response(await ask(session, task, text || "Who are you?"));`
    : `const result = await send(session, task, await request.text());
        return Response.json(result);`;
  return `import { ${names.join(", ")} } from "@rocketride/streams";
import pipeline from "./pipeline.json";

interface Env {
  readonly ROCKETRIDE_URI: string;
  readonly ROCKETRIDE_APIKEY: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const session = await connect({ env: { ...env } });
    try {
      const task = await use(session, { pipeline });
      try {
        ${act}
      } finally {
        await terminate(session, task);
      }
    } finally {
      await close(session);
    }
  },
};
`;
}
