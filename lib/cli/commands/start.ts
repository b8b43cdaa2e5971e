import { Command } from "commander";
import { use } from "../../../mod.ts";
import { examples } from "../help.ts";
import { type StartFlags, startOptions, withStart } from "../pipeline_flags.ts";
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
        ["rocketride start pipeline.json --ttl 3600", "until an idle hour"],
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
