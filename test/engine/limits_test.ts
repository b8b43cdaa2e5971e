import { assert, assertEquals, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { LIMITS } from "../../lib/engine/limits.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { TEXT } from "../support/pipelines.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

Deno.test("limits are whole numbers from 1", () => {
  for (const [name, [value, most]] of Object.entries(LIMITS)) {
    const range = most === Infinity ? "1 or more" : `1 to ${most}`;
    const outside = most === Infinity ? [] : [most + 1, Infinity];
    for (const wrong of [0, -1, 1.5, NaN, "1", ...outside]) {
      assertThrows(
        () => createEngine({ [name]: wrong } as EngineOptions),
        RangeError,
        `Cannot use ${name} of "${wrong}": must be ${range}`,
      );
    }
    createEngine({ [name]: value });
    createEngine({ [name]: Math.min(most, 1e9) });
  }
});

Deno.test("only so many ended tasks are remembered, and the last ones", async () => {
  await withEngine([], async ({ client, start, clock }) => {
    const tokens: string[] = [];
    for (let count = 0; count < 5; count++) {
      const { token } = await start(PIPELINE, { token: `task-${count}` });
      await client.ok("terminate", { token });
      tokens.push(token);
    }
    const known: boolean[] = [];
    for (const token of tokens) {
      const asked = await client.request("rrext_get_task_status", { token });
      known.push(asked.success === true);
    }
    assertEquals(known, [false, false, true, true, true]);
    // Each has one timer, and what is forgotten has none.
    assertEquals(clock.timers, 3);
  }, { maxEndedTasks: 3 });
});

Deno.test("ended tasks with large pipelines are forgotten sooner, but for the last", async () => {
  await withEngine([], async ({ client, start }) => {
    const description = "x".repeat(40 * 1024 * 1024);
    for (const token of ["first", "second"]) {
      await start({ ...PIPELINE, description }, { token });
      await client.ok("terminate", { token });
    }
    await client.fails("rrext_get_task_status", { token: "first" });
    await client.ok("rrext_get_task_status", { token: "second" });
  });
});

Deno.test("writes that wait are bounded in bytes, and the rest still answered", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ on: { text: () => gate.promise } }),
  });
  await withEngine([slow], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=slow"));
    const port = dataPort(client, token);
    const pipe = await port.open();
    const args = { subcommand: "write", pipe_id: pipe, token };
    const data = new Uint8Array(400).fill(0x20);
    const writes = Array.from(
      { length: 4 },
      () => client.request("rrext_process", args, { payload: data }),
    );
    const refused = await Promise.all(writes.slice(2));
    for (const { success, message } of refused) {
      assertEquals(success, false);
      assertEquals(
        message,
        "Requests that wait for their answers may have 1000 bytes at most",
      );
    }
    assertEquals(await client.ok("rrext_ping"), { pong: true });
    gate.resolve();
    const done = await Promise.all(writes.slice(0, 2));
    assertEquals(done.map(({ success }) => success), [true, true]);
    // What was answered makes room again.
    await port.write(pipe, data);
    await port.close(pipe);
  }, { maxPendingBytes: 1_000 });
});

/** Ask an engine in process; the body ends when it is told so. */
function asking(
  fetch: (request: Request) => Response | Promise<Response>,
  path: string,
  type: string,
): {
  answer: Promise<Response>;
  send(bytes: number): Promise<void>;
  end(): void;
} {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answer = Promise.resolve(fetch(
    new Request(`http://localhost${path}`, {
      method: "POST",
      headers: { authorization: "key", "content-type": type },
      body: readable,
      duplex: "half",
    } as RequestInit),
  ));
  return {
    answer,
    send: (bytes) => writer.write(new Uint8Array(bytes).fill(0x20)),
    end: () => void writer.close().catch(() => {}),
  };
}

Deno.test("HTTP requests hold only so much together, and later ones find room", async () => {
  const engine = createEngine({ auth: ["key"], maxHeldBytes: 1_000 });
  const json = "application/json";
  const first = asking(engine.fetch, "/task", json);
  await first.send(600);
  await first.send(1);
  const second = asking(engine.fetch, "/task", json);
  await second.send(600);
  const busy = await second.answer;
  assertEquals(busy.status, 503);
  assertEquals(busy.headers.get("retry-after"), "1");
  assertEquals(await busy.json(), {
    detail: "Too much is held for other requests: try again later",
  });
  second.end();
  first.end();
  assertEquals((await first.answer).status, 422);
  const third = asking(engine.fetch, "/task", json);
  await third.send(600);
  third.end();
  assertEquals((await third.answer).status, 422);
  await engine.close();
});

Deno.test("strangers cannot take the room of others", async () => {
  const engine = createEngine({ auth: ["key"] });
  const json = "application/json";
  const mib = 1024 * 1024;
  const strangers = ["a", "b", "c"].map(() =>
    asking(engine.fetch, "/pipe/validate", json)
  );
  for (const [index, stranger] of strangers.entries()) {
    const count = index < 2 ? 12 : 9;
    for (let sent = 0; sent < count; sent++) await stranger.send(mib);
  }
  assertEquals((await strangers[2]!.answer).status, 503);
  const task = await engine.fetch(
    new Request("http://localhost/task", {
      method: "POST",
      headers: { authorization: "key" },
      body: JSON.stringify(TEXT),
    }),
  );
  assertEquals(task.status, 200);
  for (const { end } of strangers) end();
  for (const { answer } of strangers.slice(0, 2)) {
    assertEquals((await answer).status, 422);
  }
  await engine.close();
});

Deno.test("a form has only so many parts", () =>
  withServedEngine({}, async ({ origin }) => {
    const part = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n';
    const response = await fetch(`${origin}/task/data`, {
      method: "POST",
      headers: {
        authorization: "key",
        "content-type": "multipart/form-data; boundary=b",
      },
      body: `${part.repeat(4_097)}--b--\r\n`,
    });
    assertEquals(response.status, 400);
    const { error } = await response.json();
    assertEquals(error.message, "Forms may have 4096 parts at most");
  }));

Deno.test("a stranger's message is small, and closes the socket otherwise", () =>
  withServedEngine({ maxStrangerBytes: 1_000 }, async ({ dial, connect }) => {
    const stranger = await dial();
    stranger.post({ type: "request", seq: 1, command: "x".repeat(1_000) });
    assertEquals(await stranger.ended, {
      code: 1009,
      reason: "Message is too big",
    });
    const client = await connect();
    const name = "x".repeat(10_000);
    assert((await client.fails(name)).startsWith("Invalid command: "));
  }));
