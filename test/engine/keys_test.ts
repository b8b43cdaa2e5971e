import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineKey } from "../../lib/engine/access/keys.ts";
import { withEngine } from "../support/engine_rig.ts";
import { rawInProcess } from "../support/raw_client.ts";
import { chain } from "../support/test_nodes.ts";

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};
const TEAM = { id: "local", name: "Local" };

Deno.test("a login tells what its key allows", async () => {
  const auth: readonly (string | EngineKey)[] = [
    "key",
    { key: "watch", permissions: ["task.monitor"], userId: "ada" },
    { key: "boss", permissions: ["org.admin"] },
  ];
  await withEngine([], async ({ engine }) => {
    const login = async (key: string): Promise<unknown[]> => {
      const client = rawInProcess(engine);
      const body = await client.ok("auth", { auth: key });
      await client.close();
      return [body.userId, body.userToken, body.organizations[0]];
    };
    const all = [
      "task.control",
      "task.data",
      "task.monitor",
      "task.debug",
      "task.store",
    ];
    const org = { ...TEAM, developerId: null };
    const admin = {
      ...org,
      permissions: ["org.admin"],
      teams: [{ ...TEAM, permissions: all }],
    };
    assertEquals(await login("key"), ["local", "key", admin]);
    assertEquals(await login("Bearer boss"), ["local", "boss", admin]);
    assertEquals(await login("watch"), ["ada", "watch", {
      ...org,
      permissions: [],
      teams: [{ ...TEAM, permissions: ["task.monitor"] }],
    }]);
  }, { auth });
});

Deno.test("each user has tasks of their own under tokens of their own", async () => {
  const auth = [
    "key",
    { key: "ada", userId: "ada" },
    { key: "bo", userId: "bo" },
  ];
  for (const tokens of ["server", "random"] as const) {
    await withEngine([], async ({ connect, start, client }) => {
      const mine = await start(PIPELINE);
      const ada = await connect("ada");
      const hers = await ada.ok("execute", { pipeline: PIPELINE });
      assertNotEquals(mine.token, hers.token);
      const again = { pipeline: PIPELINE, useExisting: true };
      assertEquals((await ada.ok("execute", again)).token, hers.token);
      assertEquals((await client.ok("execute", again)).token, mine.token);
      const address = { projectId: "p", source: "a" };
      assertEquals(
        (await ada.ok("rrext_get_token", address)).token,
        hers.token,
      );
      const bo = await connect("bo");
      const { success, message, ...response } = await bo.request(
        "rrext_get_token",
        address,
      );
      assertEquals([success, message, Object(response).code], [
        false,
        "Multiple pipelines are running for this project; specify a scope",
        "TASK_AMBIGUOUS",
      ]);
      // They are in one team.
      assertEquals((await ada.ok("rrext_get_tasks")).tasks.length, 2);
      // Derived public keys are the same for all users, as on a server.
      assertEquals(
        mine.publicToken === hers.publicToken,
        tokens === "server",
      );
    }, { auth, tokens });
  }
});

Deno.test("who comes with a task's key is the user who started the task", async () => {
  const auth = ["key", { key: "ada", userId: "ada" }];
  await withEngine([], async ({ engine, connect }) => {
    const ada = await connect("ada");
    const { token } = await ada.ok("execute", { pipeline: PIPELINE });
    const client = rawInProcess(engine);
    assertEquals((await client.ok("auth", { auth: token })).userId, "ada");
    await client.close();
  }, { auth });
});

Deno.test("keys that cannot be meant are refused when the engine is made", () => {
  const wrong = (auth: readonly unknown[]): () => unknown => () =>
    createEngine({ auth: auth as readonly string[] });
  assertThrows(wrong([""]), TypeError, "empty API key");
  assertThrows(wrong([{ key: " " }]), TypeError, "empty API key");
  assertThrows(wrong([{}]), TypeError, "empty API key");
  assertThrows(wrong(["tk_1"]), TypeError, "cannot begin with");
  assertThrows(wrong(["secret", { key: "secret" }]), TypeError, "twice");
  const unknown = assertThrows(
    wrong([{ key: "secret", permissions: ["task.fly"] }]),
    RangeError,
    'Cannot use unknown permission "task.fly"',
  );
  assert(!unknown.message.includes("secret"));
});

Deno.test("blanks around a key do not count, as in a login", async () => {
  await withEngine([], async ({ connect }) => {
    const client = await connect(" key\n");
    assertEquals(await client.ok("rrext_ping"), { pong: true });
  }, { auth: ["key "] });
});
