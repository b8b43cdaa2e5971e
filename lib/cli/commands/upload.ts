import { Command } from "commander";
import { examples } from "../connection.ts";
import { expandInputs } from "../inputs.ts";
import { oneLine, sizeText } from "../output.ts";
import {
  type TaskFlags,
  taskOf,
  withStart,
  withTask,
} from "../pipeline_flags.ts";
import { type ConnectionFlags, withAction, withConnection } from "../run.ts";
import {
  printFailures,
  type SendFlags,
  sendInputs,
  withSend,
} from "../send_inputs.ts";

/** `upload`: send files, and say what became of each. */
export function uploadCommand(): Command {
  const command = withSend(withTask(
    new Command("upload")
      .description(
        "Upload files to a task, or to a pipeline that runs for the upload.",
      )
      .argument("<files...>", "files, folders, patterns, URLs, or - for input"),
  ))
    .addHelpText(
      "after",
      examples([
        ["rocketride upload docs --token tk_1234", "all files of a folder"],
        [
          "rocketride upload 'docs/*.pdf' --pipeline p.json",
          "start a pipeline for it",
        ],
      ]),
    );
  type Flags = TaskFlags & SendFlags & ConnectionFlags;
  return withAction<Flags>(
    withConnection(withStart(command), { local: true }),
    async (run, words) => {
      const { flags, out } = run;
      const findTask = taskOf(run);
      const { inputs, skipped } = await expandInputs(words);
      for (const text of skipped) await out.line(`skipped  ${oneLine(text)}`);
      const session = await run.connect(
        flags.retries ? { persist: true } : {},
      );
      const task = await findTask(session);
      const started = performance.now();
      const files: Record<string, unknown>[] = [];
      let totalBytes = 0;
      await out.line(`Uploading ${inputs.length} file(s)...`);
      const { count, failed } = await sendInputs(
        run,
        session,
        task,
        inputs,
        async ({ name, outcome }) => {
          const { action, filepath, file_size: size, error } = outcome;
          files.push({ filepath, action, size, ...(error && { error }) });
          if (action === "error") return;
          totalBytes += size;
          if (out.hasErrorTerminal) return; // there are bars
          await out.line(`uploaded ${oneLine(name)} (${sizeText(size)})`);
        },
      );
      const elapsedSeconds = (performance.now() - started) / 1_000;
      const uploaded = count - failed.length;
      await out.line(
        `Uploaded ${uploaded} of ${count} file(s), ${sizeText(totalBytes)} in ${
          elapsedSeconds.toFixed(1)
        }s.`,
      );
      await printFailures(out, failed);
      await out.result({
        uploaded,
        failed: failed.length,
        totalBytes,
        elapsedSeconds,
        files,
        ...(skipped.length > 0 && { skipped }),
      });
      if (failed.length === 0) return 0;
      await out.line(`Failed: ${failed.length} file(s).`);
      return 1;
    },
  );
}
