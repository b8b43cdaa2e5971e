import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";
import {
  type FaithfulPeer,
  faithfulPeer,
} from "../support/faithful_peer/faithful_peer.ts";
import type { Generation } from "../support/faithful_peer/generation.ts";
import { bomb, QUESTIONS, TEXT, through, valve } from "../support/pipelines.ts";
import { type Body, type RawClient, rawSocket } from "../support/raw_client.ts";
import { sameBytes } from "../support/same_bytes.ts";

interface Rig {
  readonly peer: FaithfulPeer;
  readonly clock: FakeClock;
  /** Open a socket without logging in. */
  dial(): Promise<RawClient>;
  /** Open a socket and log in. */
  login(auth?: string): Promise<RawClient>;
}

const held = valve();

/** Run a test against a peer on a clock that stands still. */
async function withPeer(
  test: (rig: Rig) => Promise<void>,
  generation: Generation = "1.1",
): Promise<void> {
  held.shut();
  const clock = fakeClock();
  const nodes = [bomb(), held.node];
  const engine = createEngine({ clock, nodes });
  const clients: RawClient[] = [];
  await using peer = faithfulPeer(engine, { seed: "a seed", generation });

  async function dial(): Promise<RawClient> {
    const uri = `${peer.origin.replace("http", "ws")}/task/service`;
    const client = await rawSocket(uri);
    clients.push(client);
    return client;
  }

  async function login(auth = "key"): Promise<RawClient> {
    const client = await dial();
    await client.ok("auth", { auth });
    return client;
  }

  await test({ peer, clock, dial, login });
  await Promise.all(clients.map((client) => client.close()));
}

async function start(
  client: RawClient,
  pipeline: Pipeline,
  args: object = {},
): Promise<string> {
  const { token } = await client.ok("execute", { pipeline, ...args });
  return token;
}

/** A data command, with the token in both places. */
function process(
  client: RawClient,
  token: string,
  args: object,
  payload?: string | Uint8Array,
): Promise<Body> {
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  return client.request("rrext_process", { ...args, token }, {
    extra: { token },
    ...(bytes && { payload: bytes }),
  });
}

async function open(
  client: RawClient,
  token: string,
  mimeType = "text/plain",
): Promise<number> {
  const args = { subcommand: "open", object: {}, mimeType };
  return (await process(client, token, args)).body.pipe_id;
}

Deno.test("requests overtake each other", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    await Promise.all(
      Array.from({ length: 50 }, () => client.ok("rrext_ping")),
    );
    const order = client.received.slice(1).map((it) =>
      it.type === "response" ? it.request_seq : 0
    );
    assertEquals(order.length, 50);
    assert(order.some((seq, at) => at > 0 && seq < order[at - 1]!));
    // One counter for all that is sent.
    assertEquals(
      client.received.map(({ seq }) => seq),
      Array.from({ length: 51 }, (_, at) => at + 1),
    );
  }));

Deno.test("what the engine refuses looks like a success without a body", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, TEXT);
    for (
      const args of [
        { subcommand: "open", mimeType: "text/plain" },
        { subcommand: "open", object: {}, mimeType: "a/b", provider: "chat" },
        { subcommand: "write", pipe_id: 99 },
        { subcommand: "close", pipe_id: 99 },
        { subcommand: "nothing" },
      ]
    ) {
      const { success, body, message } = await process(client, token, args);
      assertEquals([success, body, message], [true, undefined, undefined]);
    }
  }));

Deno.test("what the front refuses it says", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const args = { subcommand: "open", object: {}, mimeType: "a/b" };
    const missing = await process(client, "tk_none", args);
    assertEquals(missing.message, "Your pipeline is not running");
    const token = await start(client, TEXT);
    await client.ok("terminate", { token });
    const ended = await process(client, token, args);
    assertEquals([ended.success, ended.message], [false, ""]);
  }));

Deno.test("a node's failure is in the result alone", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, through("bomb"));
    const pipe_id = await open(client, token);
    const write = { subcommand: "write", pipe_id };
    assertEquals((await process(client, token, write, "a")).success, true);
    const closed = await process(client, token, {
      subcommand: "close",
      pipe_id,
    });
    assertEquals(closed.success, true);
    assertEquals(closed.body.error.message, "Node exploded");
  }));

Deno.test("a character that is cut in two is lost, with all that follows, and nothing tells", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, TEXT);
    const pipe_id = await open(client, token);
    const write = { subcommand: "write", pipe_id };
    await process(client, token, write, "a");
    await process(client, token, write, Uint8Array.of(0xc3));
    await process(client, token, write, Uint8Array.of(0xbc));
    await process(client, token, write, "b");
    const close = { subcommand: "close", pipe_id };
    const { body } = await process(client, token, close);
    assertEquals([body.text, body.error], [["a\n\n"], undefined]);
  }));

Deno.test("half a question is lost, and nothing tells", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, QUESTIONS);
    const mimeType = "application/rocketride-question";
    const pipe_id = await open(client, token, mimeType);
    const write = { subcommand: "write", pipe_id };
    await process(client, token, write, '{"questions":');
    const close = { subcommand: "close", pipe_id };
    const { body } = await process(client, token, close);
    assertEquals([body.error, body.result_types], [undefined, undefined]);
    assert(body.objectId);
  }));

for (const command of ["terminate", "restart"]) {
  Deno.test(`what is under way at a ${command} is never answered`, () =>
    withPeer(async ({ login }) => {
      const client = await login();
      const pipeline = through("valve");
      const token = await start(client, pipeline);
      const pipe_id = await open(client, token);
      let answered = false;
      process(client, token, { subcommand: "write", pipe_id }, "a")
        .then(() => answered = true);
      await held.reached();
      await client.ok(command, { token, pipeline });
      // Whatever was to come has come before answers to later requests.
      for (let at = 0; at < 20; at++) await client.ok("rrext_ping");
      assertEquals(answered, false);
    }));
}

Deno.test("a task that was restarted exits with nothing that is known", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, TEXT);
    const args = { token };
    const before = await client.ok("rrext_get_task_status", args);
    assertEquals(before.exitCode, 0);
    await client.ok("rrext_monitor", { token, types: ["SUMMARY"] });
    await client.ok("restart", { token, pipeline: TEXT });
    const after = await client.ok("rrext_get_task_status", args);
    assertEquals(after.exitCode, null);
    assertEquals(client.events("apaevt_status_update").at(-1).exitCode, null);
  }));

Deno.test("ten places for an address that has not logged in", () =>
  withPeer(async ({ peer, dial }) => {
    const clients: RawClient[] = [];
    for (let at = 0; at < 10; at++) clients.push(await dial());
    await assertRejects(() => dial());
    const response = await fetch(`${peer.origin}/task/service`, {
      headers: { upgrade: "websocket", connection: "upgrade" },
    }).catch(() => undefined);
    await response?.body?.cancel();
    // What HTTP requests need for themselves is gone, too.
    const data = await fetch(`${peer.origin}/task/data?token=a`, {
      method: "POST",
      headers: { authorization: "key" },
      body: "a",
    });
    assertEquals(data.status, 400);
    assert((await data.text()).includes("HTTP 403"));
    await clients[0]!.ok("auth", { auth: "key" });
    await dial();
  }));

Deno.test("a deauth after a request without an answer keeps its place for ever", () =>
  withPeer(async ({ peer, login }) => {
    const owner = await login();
    const token = await start(owner, through("valve"));
    const client = await login();
    const pipe_id = await open(client, token);
    process(client, token, { subcommand: "write", pipe_id }, "a");
    await held.reached();
    await owner.ok("terminate", { token });
    assertEquals(peer.placesTaken, 0);
    await client.ok("deauth");
    await client.close();
    const other = await login();
    await other.ok("deauth");
    await other.close();
    while (peer.placesTaken > 1) await owner.ok("rrext_ping");
    for (let at = 0; at < 20; at++) await owner.ok("rrext_ping");
    assertEquals(peer.placesTaken, 1);
  }));

Deno.test("pipes outlive their connection, and anybody may use them", () =>
  withPeer(async ({ login }) => {
    const first = await login();
    const token = await start(first, TEXT, { threads: 1 });
    const pipe_id = await open(first, token);
    await first.close();
    const second = await login();
    await process(second, token, { subcommand: "write", pipe_id }, "a");
    const close = { subcommand: "close", pipe_id };
    const { body } = await process(second, token, close);
    assertEquals(body.text, ["a\n\n"]);
    // The number is free again at once.
    assertEquals(await open(second, token), pipe_id);
  }));

Deno.test("a pipe that nobody uses is taken back after a minute", () =>
  withPeer(async ({ login, clock }) => {
    const first = await login();
    const token = await start(first, TEXT, { threads: 1 });
    const pipe_id = await open(first, token);
    await first.close();
    const second = await login();
    let opened = false;
    const opening = open(second, token).then((id) => {
      opened = true;
      return id;
    });
    await second.ok("rrext_ping");
    await clock.advance(60_000);
    for (let at = 0; at < 20; at++) await second.ok("rrext_ping");
    assertEquals(opened, false);
    await clock.advance(30_000);
    assertEquals(await opening, pipe_id);
  }));

Deno.test("two reads at once on one file get each other's bytes, one after the other their own", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const content = Uint8Array.from({ length: 4_000 }, (_, at) => at / 16);
    const write = { subcommand: "fs_open", path: "a", mode: "w" };
    const { handle: target } = await client.ok("rrext_store", write);
    const args = { subcommand: "fs_write", handle: target };
    await client.ok("rrext_store", args, content);
    const close = { subcommand: "fs_close", handle: target, mode: "w" };
    await client.ok("rrext_store", close);
    const { handle } = await client.ok("rrext_store", {
      subcommand: "fs_open",
      path: "a",
      mode: "r",
    });
    const read = async (offset: number): Promise<Uint8Array> => {
      const { arguments: args } = await client.request("rrext_store", {
        subcommand: "fs_read",
        handle,
        offset,
        length: 1_000,
      });
      return args?.data as Uint8Array;
    };
    const offsets = [0, 1_000, 2_000, 3_000];
    const isRight = (bytes: Uint8Array, at: number): boolean =>
      sameBytes(bytes, content.subarray(at * 1_000, (at + 1) * 1_000));
    for (const [at, offset] of offsets.entries()) {
      assert(isRight(await read(offset), at));
    }
    let wrong = 0;
    for (let round = 0; round < 5; round++) {
      const parts = await Promise.all(offsets.map(read));
      assertEquals(
        parts.map(({ length }) => length),
        [
          1_000,
          1_000,
          1_000,
          1_000,
        ].map((most, at) => Math.min(most, parts[at]!.length)),
      );
      if (!parts.every(isRight)) wrong++;
    }
    assert(wrong >= 4, `${wrong} of 5 rounds were wrong`);
  }));

Deno.test("writes at once to one pipe are scrambled", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, TEXT);
    const pipe_id = await open(client, token);
    const pieces = Array.from({ length: 12 }, (_, at) => `${at} `);
    await Promise.all(
      pieces.map((piece) =>
        process(client, token, { subcommand: "write", pipe_id }, piece)
      ),
    );
    const close = { subcommand: "close", pipe_id };
    const { body } = await process(client, token, close);
    assert(body.text[0] !== pieces.map((it) => `${it}\n\n`).join(""));
  }));

Deno.test("events name a task by eight characters, and public keys see only what nodes say", () =>
  withPeer(async ({ login }) => {
    const owner = await login();
    const { token, publicToken } = await owner.ok("execute", {
      pipeline: TEXT,
      token: "tk_0123456789abcdef",
    });
    const guest = await login(publicToken);
    for (const client of [owner, guest]) {
      await client.ok("rrext_monitor", { types: ["ALL"], token });
    }
    // The permissions of a task's key are not looked at.
    await guest.ok("terminate");
    const { __id } = await owner.nextEvent("apaevt_status_update");
    assertEquals(__id, "01234567.in");
    assertEquals(guest.received.filter(({ type }) => type === "event"), []);
  }));

Deno.test("the token of a project may be that of a task that has ended", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const token = await start(client, TEXT);
    await client.ok("terminate", { token });
    const address = { projectId: "text", source: "in" };
    assertEquals(await client.ok("rrext_get_token", address), { token });
  }));

Deno.test("placeholders that are not the server's are redacted, and told as they were", () =>
  withPeer(async ({ login }) => {
    const client = await login();
    const [source, response] = TEXT.components;
    const pipeline: Pipeline = {
      ...TEXT,
      components: [source!, { ...response!, config: { laneName: "${x}" } }],
    };
    const token = await start(client, pipeline);
    const pipe_id = await open(client, token);
    await process(client, token, { subcommand: "write", pipe_id }, "a");
    const close = { subcommand: "close", pipe_id };
    const { body } = await process(client, token, close);
    assertEquals(body["<REDACTED>"], ["a\n\n"]);
    const told = await client.ok("rrext_get_pipeline", { token });
    assertEquals(told.pipeline, pipeline);
  }));

Deno.test("what is malformed gets no answer, and strangers are shown out", () =>
  withPeer(async ({ dial, login }) => {
    const client = await login();
    for (const frame of ["{", "[]", '{"seq":1}']) client.postFrame(frame);
    client.post({ type: "event", seq: 1, event: "a" });
    await client.ok("rrext_ping");
    assertEquals(client.received.length, 2);
    const stranger = await dial();
    assertEquals(await stranger.fails("rrext_ping"), "Not authenticated");
    assertEquals((await stranger.ended).code, 1000);
    const nobody = await dial();
    const message = await nobody.fails("auth", { auth: "" });
    assertEquals(message, "No authorization provided");
    await nobody.ended;
  }));

Deno.test("a server of 1.0 knows neither later commands nor later events", () =>
  withPeer(async ({ login, dial }) => {
    const client = await login();
    const started = await client.ok("execute", { pipeline: TEXT });
    const { token } = started;
    const top = { extra: { token } };
    const status = "rrext_get_task_status";
    assertEquals(
      await client.fails(status, { token }),
      "Task token is required",
    );
    assertEquals((await client.request(status, {}, top)).success, true);
    for (const types of [64, 255, "128"]) {
      const { message } = await client.request("rrext_monitor", { types }, top);
      assertEquals(message, `${types} is not a valid EVENT_TYPE`);
    }
    const types = ["TASK", "SSE", "later"];
    const named = await client.request("rrext_monitor", { types }, top);
    assertEquals(named.success, true);
    assertEquals(await client.fails("deauth"), "Task token is required");
    for (const command of ["rrext_public_probe", "rrext_get_token"]) {
      const message = await client.fails(command);
      assertEquals(message, `Invalid command: ${command}`);
    }
    const args = { subcommand: "fs_list_dir", path: "" };
    const words = "Unknown subcommand: fs_list_dir";
    assertEquals(await client.fails("rrext_store", args), words);
    await client.ok("rrext_store", { subcommand: "get_all_projects" });
    const stranger = await dial();
    const refused = await stranger.fails("rrext_public_probe");
    assertEquals(refused, "Not authenticated");
    await stranger.ended;
  }, "1.0"));

Deno.test("a server of 1.0 loses an answer where two clients number alike", () =>
  withPeer(async ({ login }) => {
    const clients = [await login(), await login()];
    const [first] = clients;
    const token = await start(first!, through("valve"));
    const pipes = [await open(first!, token), await open(first!, token)];
    const seq = 1_000;
    for (const [at, client] of clients.entries()) {
      const args = { subcommand: "write", pipe_id: pipes[at] };
      const message = { type: "request", seq, command: "rrext_process", token };
      const payload = new TextEncoder().encode("a");
      client.post({ ...message, arguments: args }, payload);
      await held.reached();
    }
    held.open();
    const answered = (): boolean[] =>
      clients.map(({ received }) =>
        received.some((it) => it.type === "response" && it.request_seq === seq)
      );
    while (!answered()[1]) await first!.ok("rrext_ping");
    for (let at = 0; at < 20; at++) await first!.ok("rrext_ping");
    assertEquals(answered(), [false, true]);
  }, "1.0"));
