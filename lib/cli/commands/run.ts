import { Command } from "commander";
import { examples } from "../connection.ts";
import { expandInputs, type InputFlags, withInputs } from "../inputs.ts";
import { oneLine } from "../output.ts";
import {
  type StartFlags,
  startOptions,
  startOwnTask,
  withStart,
} from "../pipeline_flags.ts";
import {
  type ConnectionFlags,
  UsageError,
  withAction,
  withConnection,
} from "../run.ts";
import {
  printFailures,
  printResult,
  type SendFlags,
  sendInputs,
  type Sent,
  sentJson,
  withSend,
} from "../send_inputs.ts";
import { process } from "../platform.ts";

/** `run`: start a pipeline, send something to it, and stop it. */
export function runPipelineCommand(): Command {
  const command = withSend(withInputs(
    new Command("run")
      .description("Run a pipeline on inputs, print the results, and stop it.")
      .argument("<file>", "the pipeline: a file or a URL"),
  ))
    .addHelpText(
      "after",
      examples([
        ["rocketride run --local p.json report.pdf", "without an engine"],
        ["rocketride run p.json docs --json", "one line of JSON for each file"],
        ["cat a.csv | rocketride run p.json --type text/csv", "a pipe"],
      ]),
    );
  type Flags =
    & StartFlags
    & SendFlags
    & ConnectionFlags
    & InputFlags;
  return withAction<Flags>(
    withConnection(withStart(command), { local: true }),
    async (run, [file, ...words]) => {
      const { flags, out } = run;
      if (words.length === 0 && process.stdin.isTTY) {
        throw new UsageError(
          "An input is missing",
          "give a file, or - for standard input",
        );
      }
      const options = startOptions(run, file!);
      const { inputs, skipped } = await expandInputs(words, flags);
      for (const text of skipped) await out.warn(`skipped  ${oneLine(text)}`);
      const session = await run.connect(
        flags.retries ? { persist: true } : {},
      );
      const task = await startOwnTask(run, session, options);
      const results: Sent[] = [];
      const { failed } = await sendInputs(
        run,
        session,
        task,
        inputs,
        async (sent) => {
          await out.item(sentJson(sent));
          results.push(sent);
          if (!out.hasErrorTerminal) await flush();
        },
      );
      await flush();
      await printFailures(out, failed);
      return failed.length > 0 ? 1 : 0;

      /** Print the results so far; not between bars, which are drawn in place. */
      async function flush(): Promise<void> {
        for (const sent of results.splice(0)) {
          await printResult(out, sent, inputs.length > 1);
        }
      }
    },
  );
}
