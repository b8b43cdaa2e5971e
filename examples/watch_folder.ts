// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Send every file that is put into a folder through a pipeline, until Ctrl-C.
 * The pipeline is started again whenever the engine has lost it.
 *
 *     deno run -A examples/watch_folder.ts inbox
 *
 * Without ROCKETRIDE_URI it brings an engine of its own.
 *
 * Runs on Deno.
 *
 * @module
 */
import { connect, isDAPException, sendFiles, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

const [folder = "."] = Deno.args;
const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());

await using engine = createEngine();
const isRemote = Boolean(Deno.env.get("ROCKETRIDE_URI"));
await using session = await connect(
  isRemote ? { persist: true } : { transport: engine.transport() },
);
await using task = await use(session, {
  filepath: new URL("pipelines/document.pipe.json", import.meta.url),
  keepRunning: true,
});

/** Send a file, if it is one, and say what became of it. */
async function take(path: string): Promise<void> {
  const { isFile } = await Deno.stat(path).catch(() => ({ isFile: false }));
  if (!isFile) return;
  const { signal } = stop;
  const [upload] = await sendFiles(session, task, [path], {
    retries: 2,
    signal,
  });
  console.log(path, upload?.action, upload?.error ?? "");
}

// An editor writes a file several times; the last time counts.
const QUIET_MS = 200;
const waiting = new Map<string, ReturnType<typeof setTimeout>>();
const watcher = Deno.watchFs(folder);
stop.signal.addEventListener("abort", () => watcher.close());
console.log(`Watching ${folder}`);
for await (const { kind, paths } of watcher) {
  if (kind !== "create" && kind !== "modify") continue;
  for (const path of paths) {
    clearTimeout(waiting.get(path));
    const timer = setTimeout(() => {
      waiting.delete(path);
      take(path).catch((error) => {
        if (!stop.signal.aborted && !isDAPException(error)) throw error;
        console.error(path, error.message);
      });
    }, QUIET_MS);
    waiting.set(path, timer);
  }
}
for (const timer of waiting.values()) clearTimeout(timer);
