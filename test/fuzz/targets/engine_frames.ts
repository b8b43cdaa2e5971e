import { assert, assertEquals } from "@std/assert";
import {
  close,
  connect,
  isDAPException,
  type Session,
  webSocketTransport,
} from "@rocketride/streams";
import { ADMIN_CALLS } from "../../support/asked_admin_calls.ts";
import { type AskedCall, CLIENT_CALLS } from "../../support/asked_calls.ts";
import { type FakeClock, fakeClock } from "../../support/fake_clock.ts";
import { isAccident } from "../../support/foreseen.ts";
import { MORE_CALLS } from "../asked_streams.ts";
import {
  type EngineFrame,
  type FramesEngine,
  framesEngine,
} from "../dialled_socket.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { type Json, mutateBytes, mutateJsonText, pick } from "../mutate.ts";

const CALLS: ReadonlyMap<string, AskedCall> = new Map(
  [...CLIENT_CALLS, ...ADMIN_CALLS, ...MORE_CALLS].map((it) => [it.name, it]),
);
const AUTH = "clientsKey2b7d5fQ8";

interface Case extends FramesEngine {
  /** The function of the client that is called. */
  readonly ask: string;
  readonly persist: boolean;
}

/**
 * What a client receives over a socket: as answers, among them, in place of
 * them, and while it connects again. Each call settles, with an exception of
 * ours where it fails; the session ends, and leaves no timer; the requests stay
 * few; and what is told of all this never has the credential.
 */
export const engineFrames: FuzzTarget = {
  name: "engine_frames",
  share: 1_500,
  weight: 25,
  mutate(random, entry): Json {
    const { ask, persist, answers, loose } = entry as unknown as Case;
    const lists = Object.entries(answers);
    const all = [...lists.flatMap(([, frames]) => frames), ...loose];
    const parts = all.map(([, content]) => content);
    const change = (frame: EngineFrame): readonly EngineFrame[] => {
      const [kind, content] = frame;
      if (random.chance(0.4)) return [frame];
      if (random.chance(0.08)) return [];
      if (random.chance(0.08)) return [frame, frame];
      if (random.chance(0.08)) return [frame, pick(random, all)];
      if (random.chance(0.04)) {
        return [[pick(random, ["text", "bytes", "close", "error"]), content]];
      }
      if (random.chance(0.05)) return [[kind, mutateBytes(random, content)]];
      const [head = "", ...rest] = content.split("\n");
      return [[
        kind,
        [mutateJsonText(random, head, parts), ...rest].join("\n"),
      ]];
    };
    return {
      ask: random.chance(0.05) ? pick(random, [...CALLS.keys()]) : ask,
      persist: random.chance(0.1) ? !persist : persist,
      answers: Object.fromEntries(
        lists.map(([command, frames]) => [command, frames.flatMap(change)]),
      ),
      loose: loose.flatMap(change),
    } as unknown as Json;
  },
  open: () => plainRig((entry) => run(entry as unknown as Case)),
};

/** So long a case may take on the session's clock, in steps. */
const STEP_MS = 15_000;
const STEPS = 80;
/** Some ask every two seconds; nothing asks more than once for each frame. */
const MOST_POLLS = 800;

async function run({ ask, persist, answers, loose }: Case): Promise<void> {
  const clock = fakeClock();
  const { WebSocket, record } = framesEngine({ answers, loose });
  const told: string[] = [];
  const tell = (it: unknown): void => void told.push(JSON.stringify(it) ?? "");
  let session: Session | undefined;
  const done = drive();
  done.catch(() => {});
  const state = { over: false };
  done.then(() => state.over = true, () => state.over = true);

  async function drive(): Promise<void> {
    session = await connect({
      uri: "wss://engine.test",
      auth: AUTH,
      env: {},
      transport: webSocketTransport({ WebSocket }),
      clock,
      persist,
      maxRetryTime: 60_000,
      requestTimeout: 20_000,
      onTrace: tell,
      onProtocolMessage: tell,
      onDebugMessage: tell,
      onWarning: tell,
      onEvent: tell,
    });
    await CALLS.get(ask)!.ask(session);
  }

  await endOf(clock, state, () => session);
  assert(!session || session.signal.aborted);
  await assertFailure(done, told);
  const stray = record.sockets.filter(({ readyState }) => readyState < 2);
  assertEquals(stray.length, 0, "A socket is open");
  await clock.advance(STEP_MS);
  assertEquals(clock.timers, 0, "A timer is armed");
  const { requests: { length }, frames } = record;
  assert(length <= frames + MOST_POLLS, `${length} requests, ${frames} frames`);
  for (const text of told) assert(!text.includes(AUTH), text);
}

/**
 * Let time pass until a call has settled and its session is closed. What would go
 * on without end ends with its session; what then does not settle hangs.
 */
export async function endOf(
  clock: FakeClock,
  state: { readonly over: boolean },
  sessionOf: () => Session | undefined,
): Promise<void> {
  let closing: Promise<void> | undefined;
  let isClosed = false;
  for (let step = 0; !isClosed; step++) {
    await clock.advance(step === 0 ? 0 : STEP_MS);
    const session = sessionOf();
    if (state.over && !session) return;
    if (closing || !session || !state.over && step < STEPS) continue;
    closing = close(session);
    closing.finally(() => isClosed = true);
  }
  while (!state.over) await clock.advance(STEP_MS);
}

/** A call that fails does so with an exception of ours. */
async function assertFailure(
  done: Promise<void>,
  told: string[],
): Promise<void> {
  const error = await done.then(() => undefined, (error: unknown) => error);
  if (error === undefined) return;
  const text = (error as Error)?.stack ?? String(error);
  assert(isDAPException(error), `Not one of ours: ${text}`);
  const { message, hint } = error;
  assert(!isAccident(message), text);
  told.push(text, hint ?? "", Deno.inspect(error, { depth: 8 }));
}
