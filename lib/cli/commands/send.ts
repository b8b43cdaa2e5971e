import { Command } from "commander";
import { examples } from "../connection.ts";
import { expandInputs, type InputFlags, withInputs } from "../inputs.ts";
import { oneLine } from "../output.ts";
import { tokenOf } from "../pipeline_flags.ts";
import { type ConnectionFlags, withAction, withConnection } from "../run.ts";
import {
  printFailures,
  printResult,
  type SendFlags,
  sendInputs,
  type Sent,
  sentJson,
  withSend,
} from "../send_inputs.ts";

/** `send`: send inputs to a task that runs. */
export function sendCommand(): Command {
  const command = withSend(withInputs(
    new Command("send")
      .description("Send inputs to a running task and print the results."),
  ))
    .option("--token <token>", "the task (default: ROCKETRIDE_TOKEN)")
    .addHelpText(
      "after",
      examples([
        ["rocketride send notes.txt --token tk_1234", "a file"],
        ["head -c 1G /dev/zero | rocketride send --token tk_1234", "a stream"],
        ["date | rocketride send --token tk_1234 --type text/plain", "text"],
      ]),
    );
  type Flags =
    & SendFlags
    & ConnectionFlags
    & InputFlags
    & { readonly token?: string };
  return withAction<Flags>(withConnection(command), async (run, words) => {
    const { flags, out } = run;
    const token = tokenOf(run);
    const { inputs, skipped } = await expandInputs(words, flags);
    for (const text of skipped) await out.warn(`skipped  ${oneLine(text)}`);
    const session = await run.connect(flags.retries ? { persist: true } : {});
    const all: Sent[] = [];
    const { failed } = await sendInputs(run, session, token, inputs, (sent) => {
      all.push(sent);
    });
    await out.result({ results: all.map(sentJson) });
    for (const sent of all) await printResult(out, sent, inputs.length > 1);
    await printFailures(out, failed);
    return failed.length > 0 ? 1 : 0;
  });
}
