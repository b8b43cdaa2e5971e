import { bundleProgram } from "../../support/bundle_program.ts";
import { type ChildProgram, startChild } from "../../support/child_program.ts";
import { WORKERD_DATE } from "../../support/runtime_versions.ts";
import { toolPath } from "../../support/tool_path.ts";

/** A Worker that is served. */
export interface WorkerServer extends AsyncDisposable {
  /** Its address, without a path. */
  readonly origin: string;
  /** Stop it; answers all that it wrote to its standard error. */
  stop(): Promise<string>;
}

/** What a Worker finds in its environment. */
export interface Bindings {
  /** Names of classes of Durable Objects, by the names of their bindings. */
  readonly objects?: Readonly<Record<string, string>>;
  /** Texts. */
  readonly texts?: Readonly<Record<string, string>>;
}

function configOf(
  module: string,
  { objects = {}, texts = {} }: Bindings,
): string {
  const name = module.split("/").at(-1);
  const namespaces = Object.values(objects)
    .map((object) => `(className = "${object}", uniqueKey = "${object}")`);
  const bindings = [
    ...Object.entries(objects).map(([binding, object]) =>
      `(name = "${binding}", durableObjectNamespace = "${object}")`
    ),
    ...Object.entries(texts).map(([binding, text]) =>
      `(name = "${binding}", text = ${JSON.stringify(text)})`
    ),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "worker"),
  ],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}")],
  compatibilityDate = "${WORKERD_DATE}",
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (inMemory = void),
  bindings = [${bindings.join(", ")}],
);
`;
}

/**
 * Serve a Worker with workerd, at a port of its own choice.
 *
 * @param program Its file, relative to the repository's root.
 * @param bindings What it finds in its environment.
 * @throws {Error} It did not start: what is wrong with the module is told.
 */
export function serveWorker(
  program: string,
  bindings?: Bindings,
): Promise<WorkerServer> {
  return serveBundle(
    (folder) => bundleProgram(program, folder, "browser"),
    bindings,
  );
}

/**
 * Serve a Worker that is bundled in another way.
 *
 * @param bundle Makes one module in a folder, and returns its path.
 */
export async function serveBundle(
  bundle: (folder: string) => Promise<string>,
  bindings: Bindings = {},
): Promise<WorkerServer> {
  const folder = await Deno.makeTempDir();
  const remove = (): Promise<void> => Deno.remove(folder, { recursive: true });
  try {
    const module = await bundle(folder);
    await Deno.writeTextFile(
      `${folder}/config.capnp`,
      configOf(module, bindings),
    );
    const child = startChild(await toolPath("workerd"), [
      "serve",
      "--control-fd=1",
      `${folder}/config.capnp`,
    ], { lifeMs: Infinity });
    const port = await portOf(child).catch(async (error) => {
      await child[Symbol.asyncDispose]();
      throw error;
    });
    return {
      origin: `http://127.0.0.1:${port}`,
      async stop(): Promise<string> {
        await child[Symbol.asyncDispose]();
        return (await child.ended()).stderr;
      },
      async [Symbol.asyncDispose](): Promise<void> {
        await child[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function portOf(child: ChildProgram): Promise<number> {
  for await (const line of child.lines()) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return port;
  }
  const { stderr } = await child.ended();
  throw new Error(`The Worker does not start:\n${stderr}`);
}
