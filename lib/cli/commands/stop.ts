import { Command } from "commander";
import { terminate } from "../../../mod.ts";
import { examples } from "../help.ts";
import { tokenOf } from "../pipeline_flags.ts";
import { type ConnectionFlags, withAction, withConnection } from "../run.ts";

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
