import { Command } from "commander";
import { close, connect, use } from "../../../mod.ts";
import { examples } from "../connection.ts";
import { placeOf } from "../pipeline_flags.ts";
import {
  type ConnectionFlags,
  Failure,
  UsageError,
  wholeNumber,
  withAction,
  withJson,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly host: string;
  readonly port: string;
  readonly key?: readonly string[];
  readonly data?: string;
  readonly origin?: readonly string[];
}

/** `engine`: serve an embedded engine until it is interrupted. */
export function engineCommand(): Command {
  const command = new Command("engine")
    .description(
      "Serve a development engine and its page on this machine.",
    )
    .argument("[pipelines...]", "pipeline files to start")
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <port>", "the port; 0 for a free one", "5565")
    .option("--key <key...>", "API keys; clients must send one of them")
    .option("--data <folder>", "keep stored files in a folder")
    .option("--origin <origin...>", "other origins whose pages may connect")
    .addHelpText(
      "after",
      examples([
        ["rocketride engine", "serve http://localhost:5565"],
        ["rocketride engine --port 0 chat.json", "also start a pipeline"],
        ["rocketride engine --host 0.0.0.0 --key secret", "for other machines"],
      ]),
    );
  return withAction<Flags>(withJson(command), async (run, files) => {
    const { flags, out, env, signal } = run;
    const { host: hostname, key: auth, data, origin } = flags;
    const port = wholeNumber("--port", flags.port)!;
    if (port > 65_535) {
      throw new UsageError(`Cannot use --port ${port}: expected 0 to 65535`);
    }
    if (!auth && !["127.0.0.1", "localhost", "::1"].includes(hostname)) {
      throw new UsageError(
        `Cannot listen on ${hostname} without a key`,
        "others can reach it: give --key",
      );
    }
    const { createEngine, directoryStore, serveEngine } = await import(
      "../../engine/mod.ts"
    );
    const { enginePage } = await import("../../page/mod.ts");
    const engine = createEngine({
      env: ownVariables(env),
      ...(auth && { auth }),
      ...(data !== undefined && { store: directoryStore(data) }),
      ...(origin && { corsOrigins: origin }),
    });
    run.defer(() => engine.close());
    const page = enginePage();
    const server = await serveEngine(engine, { port, hostname, page })
      .catch((error) => {
        if (error?.code !== "EADDRINUSE") throw error;
        throw new Failure(
          `Port ${port} is in use`,
          "is an engine running there? --port takes another, --port 0 any",
        );
      });
    run.defer(() => server.close());
    const session = await connect({
      transport: engine.transport(),
      env: ownVariables(env),
      signal,
    });
    run.defer(() => close(session));
    const tasks: { file: string; token: string }[] = [];
    for (const file of files) {
      const { token } = await use(session, {
        ...placeOf(file),
        // The page counts objects; without a subscriber no event is sent.
        pipelineTraceLevel: "summary",
        signal,
      });
      tasks.push({ file, token });
    }
    await out.result({ uri: server.uri, tasks });
    await out.line(`Engine is listening on ${out.colors.bold(server.uri)}`);
    for (const { file, token } of tasks) {
      await out.line(`Started ${file}: ${token}`);
    }
    await out.note(
      "Open it in a browser to see what runs. Press Ctrl+C to stop.",
    );
    if (!signal.aborted) {
      await new Promise((resolve) =>
        signal.addEventListener("abort", resolve, { once: true })
      );
    }
  }, { endsBySignal: true });
}

/** The variables that pipelines may use. */
function ownVariables(
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith("ROCKETRIDE_")),
  );
}
