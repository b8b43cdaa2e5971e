/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  type PipelineResult,
  type Session,
  uploadFiles,
} from "@rocketride/streams";
import { Dropzone } from "./dropzone.tsx";
import { beat, changed, measured, tokenOf } from "./engine_model.ts";
import { bytes, counted, duration, reasonOf } from "./format.ts";
import { ResultView } from "./result_view.tsx";
import type { TaskModel } from "./task_model.ts";

/** Files that are listed for a task. */
const MOST_FILES = 200;
/** Newest files whose results are kept: results may be large. */
const MOST_RESULTS = 20;

/** A file that was sent. */
interface Sent {
  readonly name: string;
  readonly size: number;
  state: "waiting" | "sending" | "done" | "failed";
  /** Bytes that were sent. */
  sent: number;
  /** Milliseconds. */
  took?: number;
  error?: string | undefined;
  result?: PipelineResult | "not kept" | undefined;
  /** Aborts all files that were sent together. */
  readonly stop: AbortController;
}

/** The files of each task, newest first. */
const sentTo = new WeakMap<TaskModel, Sent[]>();

/** A form that sends files or a text to a task, with their results. */
export function Send(
  { session, task }: { session: Session; task: TaskModel },
): JSX.Element {
  const [text, setText] = useState("");
  beat.value;
  const all = sentTo.get(task) ?? [];
  const under = all.filter(({ state }) =>
    state === "waiting" || state === "sending"
  );
  const failed = all.filter(({ state }) => state === "failed").length;
  if (task.lanes?.size === 1 && task.lanes.has("questions")) {
    return <p class="quiet">This pipeline takes questions only: use Ask.</p>;
  }
  return (
    <div class="send">
      <Dropzone
        label="Drop files here"
        onFiles={(files) => void upload(session, task, files)}
        disabled={task.completed}
      />
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          const file = new File([text], "text.txt", { type: "text/plain" });
          void upload(session, task, [file]);
          setText("");
        }}
      >
        <label for="text" class="hidden">Text to send</label>
        <textarea
          id="text"
          rows={1}
          placeholder="or type a text"
          value={text}
          disabled={task.completed}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" disabled={task.completed || text === ""}>
          Send
        </button>
      </form>
      {all.length > 0 && (
        <div class="line">
          <p class="quiet" role="status">
            {counted(all.length, "file")}
            {under.length > 0 && `, ${under.length} under way`}
            {failed > 0 && `, ${failed} failed`}
          </p>
          {under.length > 0 && (
            <button
              type="button"
              onClick={() => under.forEach(({ stop }) => stop.abort())}
            >
              Stop sending
            </button>
          )}
        </div>
      )}
      {all.length > 0 && (
        <ul class="files" aria-label="Sent files">
          {all.map((file) => <SentFile key={file} file={file} />)}
        </ul>
      )}
    </div>
  );
}

function SentFile({ file }: { file: Sent }): JSX.Element {
  const { name, size, state, sent, took, error, result } = file;
  const isOver = state === "done" || state === "failed";
  return (
    <li class={state}>
      <div class="head">
        <strong title={name}>{name}</strong>
        <span>
          {state === "sending"
            ? `${bytes(sent)} of ${bytes(size)}`
            : bytes(size)}
          {took !== undefined && ` · ${duration(took)}`}
        </span>
        <span class="state">{state}</span>
      </div>
      {!isOver && (
        <progress
          aria-label={`Progress of ${name}`}
          max={size || 1}
          {...(state === "sending" && { value: sent })}
        />
      )}
      {error !== undefined && <p class="error">{error}</p>}
      {result === "not kept" && <p class="quiet">Its result was discarded.</p>}
      {typeof result === "object" && (
        <details open={!error}>
          <summary>Result</summary>
          <ResultView result={result} />
        </details>
      )}
    </li>
  );
}

/** Send files. Failures are shown; this never rejects. */
async function upload(
  session: Session,
  task: TaskModel,
  files: readonly File[],
): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const all = files.map(({ name, size }): Sent => ({
    name,
    size,
    state: "waiting",
    sent: 0,
    stop,
  }));
  const listed = [...all, ...sentTo.get(task) ?? []].slice(0, MOST_FILES);
  sentTo.set(task, listed);
  changed();
  try {
    const token = await tokenOf(session, task);
    const reader = uploadFiles(session, token, files, { signal }).getReader();
    for (let next = await reader.read(); !next.done;) {
      const file = all[next.value.index]!;
      const event = next.value;
      if (event.action === "complete" || event.action === "error") {
        file.state = event.action === "complete" ? "done" : "failed";
        file.took = event.upload_time * 1_000;
        file.error = event.error;
        file.result = event.result ?? undefined;
        forgetResults(sentTo.get(task) ?? []);
        measured(task, file.took);
      } else {
        file.state = "sending";
        file.sent = event.bytes_sent;
      }
      changed();
      next = await reader.read();
    }
  } catch (error) {
    for (const file of all) {
      if (file.state === "done") continue;
      file.state = "failed";
      file.error ??= signal.aborted ? "Stopped" : reasonOf(error);
    }
    changed();
  }
}

function forgetResults(files: readonly Sent[]): void {
  const kept = files.filter(({ result }) => typeof result === "object");
  for (const file of kept.slice(MOST_RESULTS)) file.result = "not kept";
}
