/**
 * Runs the cases in a web page, and tells what becomes of them by posting it
 * to where the page came from, which has the job, too.
 */
import { CASES } from "../cases/mod.ts";
import type { Job, Message } from "../job.ts";
import { runCases } from "../run_cases.ts";
import { selected } from "../selected.ts";
import { textOf } from "../text_of.ts";

async function tell(message: Message): Promise<void> {
  const body = JSON.stringify(message);
  await fetch("/message", { method: "POST", body });
}

function tellUnhandled(error: unknown): void {
  tell({ type: "unhandled", text: textOf(error) });
}

addEventListener("unhandledrejection", (event) => tellUnhandled(event.reason));
addEventListener("error", (event) => tellUnhandled(event.error));

const { places, filter }: Job = await (await fetch("/job")).json();
await runCases(
  selected(CASES, filter),
  places,
  (report) => tell({ type: "report", report }),
);
await tell({ type: "done" });
