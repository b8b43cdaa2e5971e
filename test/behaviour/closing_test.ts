import { assertEquals, assertRejects } from "@std/assert";
import {
  close,
  connect,
  listTasks,
  pipe,
  PipeException,
  restart,
  send,
  sendFiles,
  type Session,
  setConnectionParams,
  type Task,
  terminate,
  use,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { chosenPeer, peerBefore } from "../support/chosen_peer.ts";
import type { FaithfulPeer } from "../support/faithful_peer/faithful_peer.ts";
import {
  type Generation,
  GENERATIONS,
} from "../support/faithful_peer/generation.ts";
import { testNode } from "../support/test_nodes.ts";

// A session that closes, before a front that behaves as real servers do: it
// keeps the slots of pipes whose client has gone, and what it never answers
// keeps a place of the client's address.

const pipeline = {
  project_id: "closing",
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "slow",
      provider: "slow_text",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "slow" }],
    },
  ],
};

/** What `slow_text` waits for; `undefined` where it does not wait. */
interface Hold {
  until: Promise<void> | undefined;
  entered: PromiseWithResolvers<void>;
}

interface Rig {
  readonly peer: FaithfulPeer;
  readonly hold: Hold;
  connect(): Promise<Session>;
}

/**
 * Run a test against peers of both generations, with a few seeds; or against
 * the one that the environment chooses.
 */
function forEachPeer(
  name: string,
  test: (rig: Rig) => Promise<void>,
  generations: readonly Generation[] = GENERATIONS,
  seeds: readonly string[] = ["1", "2", "3"],
): void {
  const chosen = chosenPeer();
  const given = generations.filter((it) => it === (chosen?.generation ?? it));
  for (const generation of given) {
    for (const seed of chosen ? [chosen.seed] : seeds) {
      Deno.test(`${name} (${generation}, seed ${seed})`, async () => {
        const hold: Hold = {
          until: undefined,
          entered: Promise.withResolvers(),
        };
        const engine = createEngine({ nodes: [slowText(hold)] });
        await using peer = peerBefore(engine, { seed, generation });
        await test({
          peer,
          hold,
          connect: () => connect({ uri: peer.origin, auth: "key", env: {} }),
        });
      });
    }
  }
}

function slowText(hold: Hold): ReturnType<typeof testNode> {
  return testNode({
    provider: "slow_text",
    lanes: { text: ["text"] },
    instance: () => ({
      on: {
        text(): Promise<void> | undefined {
          hold.entered.resolve();
          return hold.until;
        },
      },
    }),
  });
}

/** A send by somebody else, which succeeds only where a slot is free. */
async function assertFree(rig: Rig, token: string): Promise<void> {
  await using session = await rig.connect();
  const { text } = await send(session, token, "free", { timeout: 60_000 });
  assertEquals(text, ["free\n\n"]);
}

forEachPeer(
  "a send that is in flight at close() leaves its slot free",
  async (rig) => {
    await using owner = await rig.connect();
    const { token } = await use(owner, { pipeline, threads: 1 });
    for (let round = 0; round < 3; round++) {
      const session = await rig.connect();
      const sending = Array.from(
        { length: 1 + round * 2 },
        () => send(session, token, "text").catch(() => {}),
      );
      await close(session);
      await Promise.all(sending);
    }
    await assertFree(rig, token);
  },
);

forEachPeer(
  "an upload that is under way at close() leaves all slots free",
  async (rig) => {
    await using owner = await rig.connect();
    const { token } = await use(owner, { pipeline, threads: 2 });
    const session = await rig.connect();
    const files = Array.from(
      { length: 12 },
      (_, at) => new File(["x"], `${at}.txt`, { type: "text/plain" }),
    );
    const sending = sendFiles(session, token, files);
    await rig.hold.entered.promise;
    await close(session);
    await sending;
    await Promise.all([assertFree(rig, token), assertFree(rig, token)]);
  },
);

forEachPeer(
  "a write that outlasts the grace of close() leaves its slot free",
  async (rig) => {
    await using owner = await rig.connect();
    const { token } = await use(owner, { pipeline, threads: 1 });
    const session = await rig.connect();
    const held = Promise.withResolvers<void>();
    rig.hold.until = held.promise;
    const sending = send(session, token, "text").catch(() => {});
    await rig.hold.entered.promise;
    await close(session, { grace: 50 });
    await sending;
    rig.hold.until = undefined;
    held.resolve();
    await assertFree(rig, token);
  },
);

forEachPeer(
  "a session that moves leaves the slots of its pipes free",
  async (rig) => {
    await using owner = await rig.connect();
    const { token } = await use(owner, { pipeline, threads: 1 });
    await using session = await rig.connect();
    const target = await pipe(session, token, { mimeType: "text/plain" });
    target.result.catch(() => {});
    await setConnectionParams(session, { auth: "another" });
    await assertFree(rig, token);
  },
);

forEachPeer(
  "a start that is in flight at close() leaves no task",
  async (rig) => {
    await using owner = await rig.connect();
    const session = await rig.connect();
    const starting = use(session, { pipeline }).catch(() => {});
    await close(session, { grace: 60_000 });
    await starting;
    assertEquals(await listTasks(owner), []);
  },
);

/** Lose sends to what happens to their tasks, more than there are places. */
async function loseSends(
  rig: Rig,
  happen: (session: Session, task: Task) => Promise<unknown>,
): Promise<void> {
  const held = Promise.withResolvers<void>();
  rig.hold.until = held.promise;
  const sessions = await Promise.all(Array.from({ length: 8 }, rig.connect));
  for (let round = 0; round < 4; round++) sessions.push(await rig.connect());
  await Promise.all(sessions.map(async (session, at) => {
    const project_id = `project ${at}`;
    const task = await use(session, { pipeline: { ...pipeline, project_id } });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    const sending = assertRejects(async () => {
      const writer = target.getWriter();
      await writer.write("text\n".repeat(200_000));
      await writer.close();
    }, PipeException);
    await happen(session, task);
    assertEquals((await sending).code, "task-ended");
    await close(session);
  }));
  held.resolve();
  assertEquals(rig.peer.placesTaken, 0);
  await (await rig.connect())[Symbol.asyncDispose]();
}

forEachPeer(
  "a send in flight fails when its task is terminated, and no place is lost with it",
  async (rig) => {
    await loseSends(rig, terminate);
  },
);

forEachPeer(
  "a send in flight fails when its task is restarted, and no place is lost with it",
  async (rig) => {
    await loseSends(
      rig,
      (session, task) => restart(session, task, { pipeline }),
    );
  },
  ["1.1"],
);
