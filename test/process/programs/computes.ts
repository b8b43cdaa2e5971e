// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Computes for longer than its calls may take, while their answers arrive. It
 * is told the engine and what to call.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import {
  close,
  connect,
  type ConnectOptions,
  isConnected,
  ping,
  pipe,
  send,
  type Session,
  type Task,
  use,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { TEXT } from "../../support/pipelines.ts";

const [uri = "", what = ""] = process.argv.slice(2);
/** Three times as long as the calls may take. */
const TIMES = 3;

/** Keep the event loop from running. */
function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Start something, compute, and then look how it went. */
async function meanwhile<T>(
  start: (options: { readonly timeout: number }) => Promise<T>,
  timeout = 200,
): Promise<T> {
  const started = start({ timeout });
  compute(TIMES * timeout);
  return await started;
}

type Scene = (session: Session, task: Task) => Promise<unknown>;
const bytes = new Uint8Array(200_000);

const SCENES: Readonly<Record<string, readonly [ConnectOptions, Scene]>> = {
  ping: [{}, (session) => meanwhile((it) => ping(session, it), 500)],
  open: [{}, async (session, task) => {
    const target = await meanwhile((it) => pipe(session, task, it));
    await target.close();
  }],
  write: [{}, async (session, task) => {
    const target = await pipe(session, task, {
      framing: "chunk",
      timeout: 200,
    });
    const writer = target.getWriter();
    await meanwhile(() => writer.write(bytes));
    await writer.close();
    await target.result;
  }],
  heartbeat: [
    { heartbeat: { interval: 20, timeout: 100 } },
    async (session) => {
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        compute(300);
      }
      if (!isConnected(session)) throw new Error("declared dead");
    },
  ],
  http: [
    { transport: httpTransport() },
    (session) => meanwhile((it) => ping(session, it)),
  ],
  "http data": [
    { transport: httpTransport() },
    (session, task) => meanwhile((it) => send(session, task, "text", it)),
  ],
};

const [options, scene] = SCENES[what]!;
const session = await connect({ uri, auth: "key", env: {}, ...options });
const task = await use(session, { pipeline: TEXT });
await scene(session, task);
await ping(session);
await close(session);
console.log("in time");
