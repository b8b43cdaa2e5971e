// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * An app that stays connected: it waits for an engine that is not up yet,
 * reconnects, starts its pipeline again if the engine has lost it, and prints
 * what happens meanwhile.
 *
 *     deno task example long_lived_app
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, setEvents, use } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
  persist: true,
  maxRetryTime: 300_000,
  onConnected: (info) => console.log("Connected:", info),
  onDisconnected: (reason, hasError) => {
    console.log("Disconnected:", reason, hasError);
  },
  onConnectError: (message) => console.log("Connect error:", message),
  onEvent: ({ event, body }) => console.log(event, body),
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
  keepRunning: true,
});
await setEvents(session, task, ["apaevt_task", "apaevt_status_update"]);
console.log("Watching", task.token.slice(0, 3));
