import { assert, assertEquals } from "@std/assert";
import { withEngine } from "../support/engine_rig.ts";
import { rawInProcess } from "../support/raw_client.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { chain } from "../support/test_nodes.ts";

Deno.test("auth answers who the caller is", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    const body = await client.ok("auth", { auth: "Bearer my-key" });
    assertEquals(body.userToken, "my-key");
    assertEquals(body.userId, "local");
    assertEquals(body.defaultTeam, "local");
    assertEquals(body.capabilities, ["oss"]);
    assertEquals(body.apps, []);
    assertEquals(body.organizations[0].permissions, ["org.admin"]);
    await client.close();
  });
});

Deno.test("without a list of keys every key is accepted", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    await client.ok("auth", { auth: "anything" });
    await client.close();
  });
});

Deno.test("a key that is not in the list is refused and the connection ends", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    assertEquals(
      await client.fails("auth", { auth: "other" }),
      "Invalid API key",
    );
    assertEquals(await client.ended, { code: 1000, reason: "" });
  }, { auth: ["key"] });
});

Deno.test("in process no credential is needed", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    await client.ok("auth", { auth: "" });
    assertEquals(await client.ok("rrext_ping"), { pong: true });
    await client.close();
  }, { auth: ["key"] });
});

Deno.test("over a socket an empty credential is refused", async () => {
  await withServedEngine({}, async ({ dial }) => {
    for (const auth of [undefined, "", "Bearer "]) {
      const client = await dial();
      assertEquals(
        await client.fails("auth", { auth }),
        "No authorization provided",
      );
      assertEquals((await client.ended).code, 1000);
    }
  });
});

Deno.test("the sixth attempt to log in is refused, good ones counted", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    for (let attempt = 0; attempt < 5; attempt++) {
      await client.ok("auth", { auth: "key" });
    }
    assertEquals(
      await client.fails("auth", { auth: "key" }),
      "Too many authentication attempts",
    );
    assertEquals((await client.ended).code, 1000);
  });
});

Deno.test("a command before login is refused and the connection ends", async () => {
  await withEngine([], async ({ engine }) => {
    for (const command of ["rrext_ping", "deauth", "no_such_command"]) {
      const client = rawInProcess(engine);
      assertEquals(await client.fails(command), "Not authenticated");
      assertEquals(await client.ended, { code: 1000, reason: "" });
    }
  });
});

Deno.test("what is no request before login is refused as well", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    client.post({ type: "event", seq: 4, event: "x", body: {} });
    await client.ended;
    const [response] = client.received;
    assert(response?.type === "response");
    assertEquals(response.message, "Not authenticated");
    assertEquals(response.request_seq, 4);
  });
});

Deno.test("the probe needs no login and keeps the connection", async () => {
  await withEngine([], async ({ engine }) => {
    const client = rawInProcess(engine);
    const body = await client.ok("rrext_public_probe");
    assertEquals(body.capabilities, ["oss"]);
    assertEquals(body.apps, []);
    assertEquals(typeof body.version, "string");
    await client.ok("auth", { auth: "key" });
    await client.close();
  });
});

Deno.test("deauth gives the identity up and keeps the connection", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=response_all"));
    await client.ok("rrext_monitor", { token, types: ["ALL"] });
    const before = client.received.length;
    assertEquals(await client.ok("deauth", {}), {});
    await client.ok("auth", { auth: "key" });
    await client.ok("terminate", { token });
    // Nothing but the three replies: the subscription went with the identity.
    assertEquals(client.received.length, before + 3);
  });
});

Deno.test("deauth releases the pipes of the connection", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=response_all"));
    const object = {};
    const open = { subcommand: "open", object, mimeType: "text/plain", token };
    await client.ok("rrext_process", open);
    await client.ok("deauth");
    await client.ok("auth", { auth: "key" });
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
    assertEquals((await client.ok("rrext_process", open)).pipe_id, 0);
  });
});

Deno.test("the key of a task that does not run is refused", async () => {
  await withEngine([], async ({ engine, client, start }) => {
    const { token, publicToken } = await start(
      chain("text", "a=entry", "b=response_all"),
    );
    await client.ok("terminate", { token });
    for (const auth of [token, publicToken, "tk_unknown", "pk_unknown"]) {
      const stranger = rawInProcess(engine);
      assertEquals(await stranger.fails("auth", { auth }), "Bad request");
      assertEquals((await stranger.ended).code, 1000);
    }
  });
});
