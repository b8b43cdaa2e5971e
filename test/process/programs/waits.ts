// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Has one promise of the library to wait for, and nothing else that would keep
 * it alive. It is told the engine and what to wait for.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import {
  call,
  close,
  connect,
  events,
  ping,
  send,
  use,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { through } from "../../support/pipelines.ts";

const [uri = "", what = ""] = process.argv.slice(2);
const options = { uri, auth: "key", env: {} };

async function answer(): Promise<unknown> {
  const transport = what === "http" ? { transport: httpTransport() } : {};
  const session = await connect({ ...options, ...transport });
  const { token } = await use(session, { pipeline: through("valve") });
  const { text } = await send(session, token, "waited");
  await close(session);
  return text;
}

async function event(): Promise<unknown> {
  const session = await connect(options);
  const { token } = await use(session, { pipeline: through("valve") });
  const stream = await events(session, token, { types: ["task"] });
  send(session, token, "waited").catch(() => {});
  const reader = stream.getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done || JSON.stringify(value).includes('"action":"end"')) break;
  }
  await close(session);
  return "end";
}

/** Persists until an engine comes back; the call waits meanwhile. */
async function comeback(): Promise<unknown> {
  let lost = false;
  const session = await connect({
    ...options,
    persist: true,
    onDisconnected(): void {
      lost = true;
      console.log("lost");
    },
  });
  await call(session, "rrext_ping");
  console.log("connected");
  // One call after the other until the engine goes. The last one is given up,
  // or waits for the next engine if the one before was answered as it went.
  while (!lost) await call(session, "rrext_ping").catch(() => {});
  const trip = await ping(session);
  await close(session);
  return trip >= 0;
}

/** Persists until there is an engine at all. */
async function first(): Promise<unknown> {
  let attempts = 0;
  const session = await connect({
    ...options,
    persist: true,
    onConnectError(): void {
      if (++attempts === 1) console.log("failed");
    },
  });
  await close(session);
  return attempts > 0;
}

const WAITS: Readonly<Record<string, () => Promise<unknown>>> = {
  answer,
  http: answer,
  event,
  comeback,
  first,
};
console.log(JSON.stringify(await WAITS[what]!()));
