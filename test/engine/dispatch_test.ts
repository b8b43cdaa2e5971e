import { assert, assertEquals, assertMatch } from "@std/assert";
import { withEngine } from "../support/engine_rig.ts";
import { chain, testNode } from "../support/test_nodes.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

Deno.test("ping is answered in the turn in which it arrives", async () => {
  await withEngine([], async ({ engine }) => {
    const sent: unknown[] = [];
    const handlers = engine.accept({
      send: (message) => void sent.push(message),
      close: () => {},
    });
    const request = { type: "request", seq: 1 } as const;
    const auth = { auth: "key" };
    handlers.onMessage({ ...request, command: "auth", arguments: auth });
    handlers.onMessage({ ...request, seq: 7, command: "rrext_ping" });
    assertEquals(sent[1], {
      type: "response",
      seq: 2,
      request_seq: 7,
      command: "rrext_ping",
      success: true,
      body: { pong: true },
    });
    handlers.onClose({ code: 1000, reason: "" });
    await engine.close();
  });
});

Deno.test("unknown commands are told so, whatever they are called", async () => {
  await withEngine([], async ({ client }) => {
    const names = [
      "rrext_nothing",
      "event",
      "toString",
      "__proto__",
      "threads",
    ];
    for (const name of names) {
      assertEquals(await client.fails(name), `Invalid command: ${name}`);
    }
    assertEquals(await client.fails(""), "Invalid command: ");
    assertEquals(await client.ok("rrext_ping"), { pong: true });
  });
});

Deno.test("a failure carries message and trace, and no body", async () => {
  await withEngine([], async ({ client }) => {
    const response = await client.request("rrext_nothing");
    assertEquals(response.success, false);
    assertEquals(response.command, "rrext_nothing");
    assertEquals("body" in response, false);
    assertMatch(response.trace?.file ?? "", /^\w+\.ts$/);
    assert((response.trace?.lineno ?? 0) > 0);
  });
});

Deno.test("a request without arguments, or with null, is taken for empty", async () => {
  await withEngine([], async ({ client }) => {
    assertEquals(await client.fails("terminate"), "Task token is required");
    client.post({
      type: "request",
      seq: 77,
      command: "terminate",
      arguments: null,
    });
    await drainMicrotasks();
    const last = client.received.at(-1);
    assert(last?.type === "response");
    assertEquals(last.message, "Task token is required");
    assertEquals(last.request_seq, 77);
  });
});

Deno.test("the seq is echoed whatever it is, and null when missing", async () => {
  await withEngine([], async ({ client }) => {
    for (const seq of ["text", 1.5, null, undefined]) {
      client.post({ type: "request", seq, command: "rrext_ping" });
      await drainMicrotasks();
      const last = client.received.at(-1);
      assert(last?.type === "response" && last.success);
      assertEquals<unknown>(last.request_seq, seq ?? null);
    }
  });
});

Deno.test("responses and events share one counter that starts at 1", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["ALL"] });
    await client.ok("terminate", { token });
    const numbers = client.received.map(({ seq }) => seq);
    assertEquals(numbers, numbers.map((_, index) => index + 1));
  });
});

Deno.test("the task token is read from the arguments first, then the envelope", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const command = "rrext_get_task_status";
    const top = await client.request(command, {}, { extra: { token } });
    assertEquals(top.success, true);
    const inner = await client.request(command, { token }, {
      extra: { token: "wrong" },
    });
    assertEquals(inner.success, true);
    const empty = await client.request(command, { token: "" }, {
      extra: { token },
    });
    assertEquals(empty.success, true);
  });
});

Deno.test("messages other than requests get no answer", async () => {
  await withEngine([], async ({ client }) => {
    const before = client.received.length;
    client.post({ type: "response", seq: 1, request_seq: 1 });
    client.post({ type: "event", seq: 1, event: "x", body: {} });
    await client.ok("rrext_ping");
    assertEquals(client.received.length, before + 1);
  });
});

Deno.test("a message of an unknown type is refused under its number, since a request may have been damaged", async () => {
  await withEngine([], async ({ client }) => {
    for (const type of ["requesu", "", "Request", 7, null]) {
      client.post({ type, seq: 78, command: "rrext_ping" });
      await drainMicrotasks();
      const last = client.received.at(-1);
      assert(last?.type === "response");
      assertEquals(last.request_seq, 78);
      assertEquals(last.success, false);
      assertEquals(last.message, 'The type of a request must be "request"');
      assertEquals(await client.ok("rrext_ping"), { pong: true });
    }
  });
});

Deno.test("a request that waits does not hold up others", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({ provider: "slow", start: () => gate.promise });
  await withEngine([slow], async ({ client, start }) => {
    const started = start(chain("text", "a=entry", "b=slow"));
    assertEquals(await client.ok("rrext_ping"), { pong: true });
    gate.resolve();
    await started;
  });
});

Deno.test("too many requests in flight are refused, and the rest still answered", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({ provider: "slow", start: () => gate.promise });
  await withEngine([slow], async ({ client }) => {
    const pipeline = chain("text", "a=entry", "b=slow");
    const args = { pipeline, useExisting: true };
    const waiting = Array.from(
      { length: 4_096 },
      () => client.request("execute", args),
    );
    assertEquals(
      await client.fails("rrext_ping"),
      "Too many requests are waiting for their answers",
    );
    gate.resolve();
    const answers = await Promise.all(waiting);
    assert(answers.every(({ success }) => success));
    assertEquals(await client.ok("rrext_ping"), { pong: true });
  });
});

Deno.test("a closed engine ends connections and takes no new ones", async () => {
  await withEngine([], async ({ engine, client }) => {
    await engine.close();
    assertEquals(await client.ended, {
      code: 1001,
      reason: "Engine is closed",
    });
    await engine.close();
    const late = engine.accept({
      send: () => {
        throw new Error("Nothing must be sent");
      },
      close: (code) => assertEquals(code, 1001),
    });
    late.onMessage({ type: "request", seq: 1, command: "rrext_ping" });
  });
});
