import { assertEquals, assertMatch } from "@std/assert";
import type { EngineKey } from "../../lib/engine/access/keys.ts";
import { dataPort, type EngineRig, withEngine } from "../support/engine_rig.ts";
import type { RawClient } from "../support/raw_client.ts";
import { storePort } from "../support/store_port.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const DENIED = "Permission 'task.store' denied";

/** Answers what is in the file that it is sent the name of. */
const READER = testNode({
  provider: "reader",
  instance: (pipe, { files }) => ({
    on: {
      text: async (path) => {
        const { bytes } = await files.read(path.trim());
        await pipe.emit("text", new TextDecoder().decode(bytes));
        return "consume";
      },
    },
  }),
});
const PIPELINE = chain("text", "a=entry", "b=reader", "c=response_all");

const KEYS: readonly EngineKey[] = [
  { key: "key", userId: "ada" },
  {
    key: "filing",
    userId: "ada",
    permissions: ["task.control", "task.data", "task.store"],
  },
  {
    key: "running",
    userId: "ada",
    permissions: ["task.control", "task.data"],
  },
  { key: "bob", userId: "bob" },
];

/** A user, ada, who has a file, and several keys; and another user. */
function withFile(test: (rig: EngineRig) => Promise<void>): Promise<void> {
  return withEngine([READER], async (rig) => {
    await storePort(rig.client).put("mine", "secret");
    await test(rig);
  }, { auth: KEYS });
}

/** What a task's nodes see of the file, or why they see nothing. */
async function seen(client: RawClient, token: string): Promise<string> {
  const port = dataPort(client, token);
  const id = await port.open();
  const args = { subcommand: "write", pipe_id: id, token };
  const bytes = new TextEncoder().encode("mine");
  const { success, message = "" } = await client.request(
    "rrext_process",
    args,
    { payload: bytes },
  );
  const result = await client.request("rrext_process", {
    ...args,
    subcommand: "close",
  });
  if (success) return String(result.body?.seen);
  assertMatch(message, new RegExp(DENIED));
  return DENIED;
}

async function run(client: RawClient): Promise<string> {
  const { token } = await client.ok("execute", { pipeline: PIPELINE });
  return token;
}

Deno.test("the nodes of a task reach files only if the key that started it does", () =>
  withFile(async ({ connect }) => {
    const filing = await connect("filing");
    const token = await run(filing);
    assertEquals(await seen(filing, token), "secret");
    await filing.ok("terminate", { token });
    const running = await connect("running");
    assertEquals(await seen(running, await run(running)), DENIED);
  }));

Deno.test("the key of a task reaches no files that its starter does not", () =>
  withFile(async ({ connect }) => {
    const running = await connect("running");
    const bound = await connect(await run(running));
    const args = { subcommand: "fs_stat", path: "mine" };
    assertEquals(await bound.fails("rrext_store", args), DENIED);
  }));

Deno.test("another pipeline of a task reaches what the key that gave it does", () =>
  withFile(async ({ client: ada, connect }) => {
    const token = await run(ada);
    for (
      const [key, expected] of [
        ["running", DENIED],
        ["filing", "secret"],
        ["bob", DENIED],
        [token, "secret"],
      ] as const
    ) {
      const client = await connect(key);
      await client.ok("restart", { token, pipeline: PIPELINE });
      assertEquals(await seen(ada, token), expected, key);
    }
  }));

Deno.test("a deployment reaches what the key that gave its pipeline does", () =>
  withFile(async ({ client: ada, clock, connect }) => {
    const deployed = async (): Promise<string> => {
      await clock.advance(60_000);
      const { tasks: [{ token }] } = await ada.ok("rrext_get_tasks");
      const result = await seen(ada, token);
      await ada.ok("terminate", { token });
      return result;
    };
    const projectId = PIPELINE.project_id;
    const schedule = "* * * * *";
    await ada.ok("rrext_deploy_add", { pipeline: PIPELINE, schedule });
    assertEquals(await deployed(), "secret");
    const bob = await connect("bob");
    await bob.ok("rrext_deploy_update", { projectId, schedule });
    assertEquals(await deployed(), "secret");
    await bob.ok("rrext_deploy_update", { projectId, pipeline: PIPELINE });
    assertEquals(await deployed(), DENIED);
    const filing = await connect("filing");
    await filing.ok("rrext_deploy_update", { projectId, pipeline: PIPELINE });
    assertEquals(await deployed(), "secret");
  }));
