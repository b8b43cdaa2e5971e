/// <reference lib="dom" />
/**
 * A page that takes files by drag and drop, streams them into a pipeline, and
 * shows how far they are and what the engine says meanwhile.
 *
 *     deno run --allow-all examples/browser/serve.ts
 *
 * The engine is the one of the server that the page comes from, or, with
 * `?engine=page`, one that runs in the page itself.
 *
 * Runs in browsers.
 *
 * @module
 */
import {
  connect,
  type ConnectOptions,
  events,
  type Session,
  type Task,
  uploadFiles,
  use,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import pipeline from "../pipelines/fingerprint.pipe.json" with { type: "json" };
import { describeEvent } from "../demo/describe_event.ts";
import { fileRow } from "./file_row.ts";
import { onFiles } from "./on_files.ts";

const state = document.querySelector("#state")!;
const list = document.querySelector("#files")!;
const log = document.querySelector("#events")!;

function connectOptions(): ConnectOptions {
  const { origin, search } = location;
  return new URLSearchParams(search).get("engine") === "page"
    ? { transport: createEngine().transport(), env: {} }
    : { uri: origin, auth: "a page", env: {} };
}

/** Send files, a row of the list for each. */
async function upload(
  session: Session,
  task: Task,
  files: readonly File[],
): Promise<void> {
  const rows = files.map((file) => fileRow(file));
  list.prepend(...rows.map(({ element }) => element));
  for await (const event of uploadFiles(session, task, files)) {
    rows[event.index]!.show(event);
  }
}

/** Show what happens on the engine, as long as the session lasts. */
async function watch(session: Session, task: Task): Promise<void> {
  const happenings = await events(session, task, {
    types: ["task", "summary"],
    overflow: "drop-oldest",
  });
  // Not every browser can loop over a stream.
  const reader = happenings.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const { value } = next;
    show(value.type === "gap" ? `${value.lost} missing` : describeEvent(value));
  }
}

function show(text: string): void {
  const item = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString("en-GB");
  item.append(time, text);
  log.prepend(item);
}

try {
  const session = await connect({
    ...connectOptions(),
    persist: true,
    onConnected: ({ uri }) => void (state.textContent = `Connected to ${uri}`),
    onDisconnected: (reason) => void (state.textContent = `Lost: ${reason}`),
  });
  const starting = use(session, { pipeline, useExisting: true });
  const report = (error: unknown): void => show(String(error));
  // Files may be dropped while the pipeline is still starting.
  onFiles(document.querySelector("#drop")!, (files) => {
    starting.then((task) => upload(session, task, files)).catch(report);
  });
  watch(session, await starting).catch(report);
} catch (error) {
  state.textContent = String(error);
}
