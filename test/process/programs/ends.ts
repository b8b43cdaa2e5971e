// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Leaves much in place when it closes its session, and must then end by
 * itself. It is told the engine and what to leave.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import {
  chatStream,
  close,
  connect,
  type ConnectOptions,
  events,
  lifecycle,
  pipe,
  type Session,
  setEvents,
  use,
  watchTask,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { createEngine } from "@rocketride/streams/engine";
import { QUESTIONS, TEXT } from "../../support/pipelines.ts";

const [uri = "", what = ""] = process.argv.slice(2);

/** What is left, by name: how to connect, and what to do then. */
const SCENES: Readonly<
  Record<string, readonly [ConnectOptions, (s: Session) => Promise<unknown>]>
> = {
  nothing: [{}, () => Promise.resolve()],
  heartbeat: [{ heartbeat: { interval: 5 } }, () => {
    return new Promise((resolve) => setTimeout(resolve, 50));
  }],
  persist: [{ persist: true, maxRetryTime: 60_000 }, async (session) => {
    const { token } = await use(session, { pipeline: TEXT });
    await setEvents(session, token, ["summary", "task"]);
  }],
  events: [{}, async (session) => {
    const { token } = await use(session, { pipeline: TEXT });
    const unread = await events(session, token, { types: ["task"] });
    const read = await events(session, token, { types: ["summary", "flow"] });
    void drain(read);
    void drain(watchTask(session, token));
    void drain(lifecycle(session));
    return unread;
  }],
  pipe: [{}, async (session) => {
    const { token } = await use(session, { pipeline: TEXT });
    const writer = (await pipe(session, token)).getWriter();
    await writer.write("left");
  }],
  chat: [{}, async (session) => {
    const { token } = await use(session, { pipeline: QUESTIONS });
    const reader = chatStream(session, token, "Left?").getReader();
    void reader.read().catch(() => {});
  }],
  http: [{ transport: httpTransport() }, (session) => {
    return use(session, { pipeline: TEXT });
  }],
  embedded: [{ transport: createEngine().transport() }, async (session) => {
    const { token } = await use(session, { pipeline: TEXT });
    await events(session, token, { types: ["task", "summary"] });
  }],
};

async function drain(stream: ReadableStream<unknown>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read().catch(() => ({ done: true }))).done);
}

const [options, leave] = SCENES[what]!;
const session = await connect({ uri, auth: "key", env: {}, ...options });
await leave(session);
await close(session);
console.log("closed");
