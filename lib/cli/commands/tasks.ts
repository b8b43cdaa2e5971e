import { Command } from "commander";
import { listTasks, terminate, use } from "../../../mod.ts";
import { examples } from "../connection.ts";
import {
  type StartFlags,
  startOptions,
  tokenOf,
  withStart,
} from "../pipeline_flags.ts";
import {
  type ConnectionFlags,
  UsageError,
  withAction,
  withConnection,
} from "../run.ts";

/** `start`: start a pipeline, and leave its task running. */
export function startCommand(): Command {
  const command = new Command("start")
    .description("Start a pipeline and print the token of its task.")
    .argument("[file]", "the pipeline: a file or a URL")
    .option("--pipeline <file>", "the same (default: ROCKETRIDE_PIPELINE)")
    .option("--token <token>", "a token for the task")
    .option("--name <name>", "a name for the task")
    .addHelpText(
      "after",
      examples([
        ["rocketride start pipeline.json", "start it with 4 threads"],
        [
          "rocketride start pipeline.json --ttl 3600",
          "end it after an idle hour",
        ],
        ["TOKEN=$(rocketride start p.json --json | jq -r .token)", "its token"],
      ]),
    );
  type Flags = StartFlags & ConnectionFlags & {
    readonly pipeline?: string;
    readonly token?: string;
    readonly name?: string;
  };
  return withAction<Flags>(
    withConnection(withStart(command)),
    async (run, [argument]) => {
      const { flags, out, env } = run;
      const file = argument ?? flags.pipeline ?? env.ROCKETRIDE_PIPELINE;
      if (!file) {
        throw new UsageError(
          "A pipeline is missing",
          "give its file, use --pipeline or set ROCKETRIDE_PIPELINE",
        );
      }
      const options = {
        ...startOptions(run, file),
        name: flags.name,
        token: flags.token ?? env.ROCKETRIDE_TOKEN,
      };
      const session = await run.connect();
      await out.line(`Starting pipeline from ${file}...`);
      const { token } = await use(session, options);
      await out.line("Pipeline started.");
      await out.line(`Token: ${token}`);
      await out.line(`Watch it with: rocketride status --token ${token}`);
      await out.line(`Stop it with: rocketride stop --token ${token}`);
      await out.result({ token });
    },
  );
}

/** `stop`: terminate a task. */
export function stopCommand(): Command {
  const command = new Command("stop")
    .description("Stop a task.")
    .argument("[token]", "the task")
    .option("--token <token>", "the same (default: ROCKETRIDE_TOKEN)")
    .addHelpText(
      "after",
      examples([["rocketride stop --token tk_1234", "stop a task"]]),
    );
  return withAction<ConnectionFlags & { readonly token?: string }>(
    withConnection(command),
    async (run, [argument]) => {
      const token = tokenOf(run, argument);
      const session = await run.connect();
      await terminate(session, token, { signal: run.signal });
      await run.out.line(`Task ${token} terminated.`);
      await run.out.result({ token, terminated: true });
    },
  );
}

/** `list`: the running tasks. */
export function listCommand(): Command {
  const command = new Command("list")
    .description("List all running tasks and their tokens.")
    .addHelpText(
      "after",
      examples([
        ["rocketride list", "a table"],
        ["rocketride list --json | jq -r '.tasks[].token'", "only the tokens"],
      ]),
    );
  return withAction<ConnectionFlags>(withConnection(command), async (run) => {
    const { out, signal } = run;
    const session = await run.connect();
    const found = await listTasks(session, { signal });
    // The token is not enumerable.
    const tasks = found.map((task) => ({ ...task, token: task.token }));
    await out.result({ tasks });
    if (tasks.length === 0) return await out.line("No active tasks found");
    await out.table(
      ["NAME", "TOKEN", "SOURCE", "STATUS"],
      tasks.map(({ name, token, source, status }) =>
        [name, token, source, status].map((it) => it || "-")
      ),
    );
  });
}
