import { Command } from "commander";
import { examples } from "../help.ts";
import { expandInputs, type InputFlags } from "../inputs.ts";
import { oneLine, plain } from "../output.ts";
import { tokenOf } from "../pipeline_flags.ts";
import { type ConnectionFlags, withAction, withConnection } from "../run.ts";
import {
  printFailures,
  resultText,
  type SendFlags,
  sendInputs,
  type Sent,
  sentJson,
} from "../send_inputs.ts";

/** `send`: send inputs to a task that runs. */
export function sendCommand(): Command {
  const command = new Command("send")
    .description("Send inputs to a running task and print the results.")
    .argument("[inputs...]", "files, folders, patterns, URLs, or - for input")
    .option("--token <token>", "the task (default: ROCKETRIDE_TOKEN)")
    .option("--name <name>", "the name of standard input, or of the only file")
    .option("--type <type>", "the media type of the inputs")
    .option("--max-concurrent <count>", "inputs at once", "5")
    .option("--retries <count>", "how often to resend after a lost connection")
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
    for (const { name, outcome: { action, result } } of all) {
      if (!out.hasLines || action === "error" || !result) continue;
      if (inputs.length > 1) {
        await out.line(out.colors.bold(`==> ${oneLine(name)} <==`));
      }
      const text = resultText(result);
      await out.line(out.isTerminal ? plain(text) : text);
    }
    await printFailures(out, failed);
    return failed.length > 0 ? 1 : 0;
  });
}
