import { assert, assertEquals } from "@std/assert";
import { dataPort, type EngineRig, withEngine } from "../support/engine_rig.ts";
import {
  type Body,
  type RawClient,
  rawInProcess,
} from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const TALKER = testNode({
  provider: "talker",
  instance: (pipe) => ({ on: { text: () => pipe.sse("thinking", { a: 1 }) } }),
});
const PIPELINE = chain("text", "a=entry", "b=talker", "c=response_all");

/** Two tasks: the one whose keys are used, and somebody else's. */
async function withTwoTasks(
  test: (rig: EngineRig, mine: Body, other: Body) => Promise<void>,
): Promise<void> {
  await withEngine([TALKER], async (rig) => {
    const mine = await rig.start(PIPELINE);
    const other = await rig.start({ ...PIPELINE, project_id: "other" });
    await test(rig, mine, other);
  });
}

async function failures(
  client: RawClient,
  calls: readonly [string, object][],
): Promise<string[]> {
  const messages: string[] = [];
  for (const [command, args] of calls) {
    messages.push(await client.fails(command, args));
  }
  return messages;
}

Deno.test("a public key can send data to its task", async () => {
  await withTwoTasks(async ({ connect }, mine) => {
    const client = await connect(mine.publicToken);
    const port = dataPort(client, mine.token);
    assertEquals((await port.send("text/plain", "x")).seen, ["x"]);
    // Its own task is meant whatever token the request names, or none.
    const wrong = dataPort(client, "tk_other");
    assertEquals((await wrong.send("text/plain", "x")).seen, ["x"]);
    await client.ok("rrext_ping");
    await client.ok("rrext_services");
    await client.ok("rrext_validate", { pipeline: PIPELINE });
  });
});

Deno.test("a public key can do nothing else", async () => {
  await withTwoTasks(async ({ connect, client: owner }, mine) => {
    const client = await connect(mine.publicToken);
    const { token } = mine;
    const messages = await failures(client, [
      ["terminate", { token }],
      ["restart", { token, pipeline: PIPELINE }],
      ["execute", { pipeline: PIPELINE }],
      ["rrext_get_task_status", { token }],
      ["rrext_get_pipeline", { token }],
      ["rrext_get_token", { projectId: "project", source: "a" }],
      ["rrext_get_tasks", {}],
    ]);
    assertEquals(messages, [
      "Permission 'task.control' denied for this task",
      "Permission 'task.control' denied for this task",
      "Permission 'task.control' denied",
      "Permission 'task.monitor' denied for this task",
      "Permission 'task.monitor' denied for this task",
      "Permission 'task.monitor' denied",
      "Permission 'task.monitor' denied",
    ]);
    const { state } = await owner.ok("rrext_get_task_status", { token });
    assertEquals(state, 3);
  });
});

Deno.test("a public key sees the messages of nodes, but no status", async () => {
  await withTwoTasks(async ({ connect, client: owner }, mine) => {
    const client = await connect(mine.publicToken);
    await client.ok("rrext_monitor", { types: ["ALL"] });
    await dataPort(client, mine.token).send("text/plain", "x");
    await owner.ok("terminate", mine);
    const names = client.received.flatMap((message) =>
      message.type === "event" ? [message.event] : []
    );
    assertEquals(names, ["apaevt_sse"]);
    assert(!JSON.stringify(client.received).includes(mine.token));
  });
});

Deno.test("a public key gets no status of what does not run either", async () => {
  await withTwoTasks(async ({ connect }, mine) => {
    const client = await connect(mine.publicToken);
    // The key's own token is implied, so an address is one too many.
    assertEquals(
      await client.fails("rrext_monitor", {
        projectId: "nothing",
        source: "b",
        types: ["SUMMARY"],
      }),
      "You must specifiy either token or project_id/source, not both",
    );
    assertEquals(client.events("apaevt_status_update"), []);
  });
});

Deno.test("a task's own key can do everything with that task", async () => {
  await withTwoTasks(async ({ connect }, mine) => {
    const client = await connect(mine.token);
    const port = dataPort(client, mine.token);
    assertEquals((await port.send("text/plain", "x")).seen, ["x"]);
    await client.ok("rrext_monitor", { types: ["SUMMARY", "TASK"] });
    assertEquals(client.events("apaevt_status_update").length, 1);
    const address = { projectId: "project", source: "a" };
    assertEquals(await client.ok("rrext_get_token", address), {
      token: mine.token,
    });
    await client.ok("rrext_get_pipeline");
    await client.ok("restart", { token: mine.token, pipeline: PIPELINE });
    await client.ok("terminate");
    assertEquals(client.events("apaevt_task").at(-1).action, "end");
  });
});

Deno.test("a task's own key sees and touches no other task", async () => {
  await withTwoTasks(async ({ connect, client: owner }, mine, other) => {
    const client = await connect(mine.token);
    await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
    const [{ tasks: active }] = client.events("apaevt_task");
    assertEquals(active.length, 1);
    const { tasks } = await client.ok("rrext_get_tasks");
    assertEquals(tasks.map(({ token }: Body) => token), [mine.token]);
    assertEquals(
      await client.fails("rrext_get_token", {
        projectId: "other",
        source: "a",
      }),
      "Permission 'task.monitor' denied for this task",
    );
    assertEquals(
      await client.fails("execute", { pipeline: PIPELINE, token: "new" }),
      "Permission 'task.control' denied",
    );
    const before = client.received.length;
    await dataPort(owner, other.token).send("text/plain", "x");
    await owner.ok("terminate", other);
    assertEquals(client.received.length, before);
  });
});

Deno.test("a terminated task leaves its key's connection without a task", async () => {
  await withTwoTasks(async ({ connect, client: owner }, mine) => {
    const client = await connect(mine.publicToken);
    await owner.ok("terminate", mine);
    const open = { subcommand: "open", object: {}, mimeType: "text/plain" };
    assertEquals(
      await client.fails("rrext_process", open),
      "Your pipeline is not running",
    );
  });
});

Deno.test("who comes with a task key is told no more than that", async () => {
  await withTwoTasks(async ({ engine }, mine) => {
    const client = rawInProcess(engine);
    const body = await client.ok("auth", { auth: mine.publicToken });
    assertEquals(body.capabilities, []);
    assertEquals(body.organizations, []);
    assertEquals(body.userToken, mine.publicToken);
    await client.close();
  });
});
