import { Command } from "commander";
import { listTasks } from "../../../mod.ts";
import { examples } from "../help.ts";
import { type ConnectionFlags, withAction, withConnection } from "../run.ts";

/** `list`: the running tasks. */
export function listCommand(): Command {
  const command = new Command("list")
    .description("List all running tasks, with their tokens.")
    .addHelpText(
      "after",
      examples([
        ["rocketride list", "a table"],
        ["rocketride list --json | jq -r '.tasks[].token'", "the tokens alone"],
      ]),
    );
  return withAction<ConnectionFlags>(withConnection(command), async (run) => {
    const { out, signal } = run;
    const session = await run.connect();
    const found = await listTasks(session, { signal });
    // A token is no enumerable member; here it was asked for.
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
