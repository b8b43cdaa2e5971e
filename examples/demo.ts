/**
 * The whole way of a document: connect, start a pipeline, stream the document
 * into it with `body.pipeTo(pipe)`, watch, print the result, clean up.
 *
 *     npx deno task demo [path or URL]
 *
 * Without a document it takes this repository's README. It runs against an
 * embedded engine on a loopback port, or against the engine that
 * ROCKETRIDE_URI and ROCKETRIDE_APIKEY name.
 *
 * Runs on Deno.
 *
 * @module
 */
import {
  close,
  connect,
  type ConnectOptions,
  getServerInfo,
  pipe,
  type Session,
  setEvents,
  type Task,
  terminate,
  use,
} from "@rocketride/streams";
import { openDocument } from "./demo/document.ts";
import { describeEvent } from "./demo/describe_event.ts";
import { localEngine } from "./demo/local_engine.ts";
import { createScreen, type Screen } from "./demo/screen.ts";
import { summarize } from "./demo/summarize.ts";

/** From this size on, the pipeline is one whose result stays small. */
const LARGE_BYTES = 8 * 1024 * 1024;

async function main(place: string | undefined): Promise<void> {
  const screen = createScreen();
  const local = Deno.env.get("ROCKETRIDE_URI")
    ? undefined
    : await localEngine();
  try {
    await run(screen, local?.options ?? {}, place);
  } finally {
    screen.close();
    await local?.close();
  }
}

async function run(
  screen: Screen,
  options: ConnectOptions,
  place: string | undefined,
): Promise<void> {
  const session = await connect({
    ...options,
    onEvent: (event) => screen.line(describeEvent(event)),
  });
  try {
    const { version } = await getServerInfo(options);
    screen.line(`Connected to ${session.uri} (${JSON.stringify(version)})`);
    await stream(screen, session, place);
  } finally {
    await close(session);
  }
}

async function stream(
  screen: Screen,
  session: Session,
  place: string | undefined,
): Promise<void> {
  const document = await openDocument(place);
  const name = (document.size ?? 0) > LARGE_BYTES ? "fingerprint" : "document";
  const filepath = new URL(`pipelines/${name}.pipe.json`, import.meta.url);
  screen.line(`Starting examples/pipelines/${name}.pipe.json`);
  const task: Task = await use(session, { filepath, ttl: 300 });
  try {
    await setEvents(session, task, ["summary", "task", "sse"]);
    const target = await pipe(session, task, {
      objinfo: { name: document.name, size: document.size },
      mimeType: document.mimeType,
    });
    const started = performance.now();
    await document.body
      .pipeThrough(screen.progress(document.name, document.size))
      .pipeTo(target);
    const seconds = (performance.now() - started) / 1000;
    screen.finish();
    screen.line(`Done in ${seconds.toFixed(2)} s`);
    screen.line(summarize(await target.result));
  } finally {
    await terminate(session, task);
  }
}

await main(Deno.args[0]);
