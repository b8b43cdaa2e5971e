import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  call,
  close,
  connect,
  dapRequest,
  type EventMessage,
  getApiKey,
  getTaskStatus,
  isDAPException,
  RocketRideException,
  use,
} from "@rocketride/streams";
import { scriptedServer } from "../support/scripted_server.ts";

const KEY = "canary-4f1d-key";
const TOKEN = "tk_0123456789abcdef";

/** What looking at a value and at each of its members can show. */
function looks(value: unknown): string {
  const seen: unknown[] = [];
  for (
    let place = value;
    typeof place === "object" && place !== null && place !== Object.prototype;
    place = Object.getPrototypeOf(place)
  ) {
    for (const name of Reflect.ownKeys(place)) {
      const member = Reflect.get(place, name, value);
      if (typeof member !== "function") seen.push(member);
    }
  }
  const shown = [value, ...seen].map((it) =>
    Deno.inspect(it, { depth: 20, showHidden: true })
  );
  return [
    ...shown,
    JSON.stringify(value),
    String(value),
    Deno.inspect(structuredClone({ ...value as object })),
  ].join("\n");
}

Deno.test("members of a session that are read off another object throw a TypeError", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("memory"));
  const prototype = Object.getPrototypeOf(session);
  const others = [prototype, Object.create(session), new Proxy(session, {})];
  for (const other of others) {
    for (const name of ["uri", "identity", "signal", "closed"]) {
      assertThrows(() => Reflect.get(prototype, name, other), TypeError);
    }
  }
  // Inspectors read them there.
  assert(Deno.inspect(prototype, { getters: true, showHidden: true }));
  await close(session);
});

Deno.test("nothing of a session shows its credential, open or closed", async () => {
  await using server = scriptedServer({
    auth: () => ({ userId: "local", userToken: `durable-${KEY}` }),
  });
  const session = await connect({ ...server.target("memory"), auth: KEY });
  assertEquals(getApiKey(session), KEY);
  assertEquals(session.identity?.userToken, `durable-${KEY}`);
  assertEquals(Object.keys(session.identity ?? {}), ["userId"]);
  assertFalse(looks(session).includes(KEY));
  await close(session);
  assertFalse(looks(session).includes(KEY));
});

Deno.test("an account event has its token by name only", async () => {
  await using server = scriptedServer({});
  const arrived = Promise.withResolvers<EventMessage>();
  const session = await connect({
    ...server.target("memory"),
    onEvent: arrived.resolve,
  });
  const line = await server.line();
  line.event("apaext_account", { userId: "local", userToken: KEY });
  const { body } = await arrived.promise;
  assertEquals([body.userToken, Object.keys(body)], [KEY, ["userId"]]);
  await close(session);
});

Deno.test("a refusal that repeats the credential does not show it", async () => {
  await using server = scriptedServer({
    rrext_x: () => {
      throw new Error(`Invalid key ${KEY} (${encodeURIComponent(KEY)})`);
    },
  });
  const session = await connect({ ...server.target("memory"), auth: KEY });
  const error = await assertRejects(
    () => call(session, "rrext_x"),
    RocketRideException,
    "Invalid key *** (***)",
  );
  assertEquals(error.dapResult.message, "Invalid key *** (***)");
  await close(session);
});

Deno.test("a credential that is a word of a refusal leaves its meaning", async () => {
  await using server = scriptedServer({
    rrext_x: () => {
      throw new Error("Your pipeline is not running");
    },
  });
  const target = server.target("memory");
  const session = await connect({ ...target, auth: "running" });
  const error = await assertRejects(() => call(session, "rrext_x"));
  assert(isDAPException(error, "task-not-running"));
  await close(session);
});

Deno.test("what use() substituted shows in no error, status or trace", async () => {
  const value = `${KEY}@db:5432`;
  await using server = scriptedServer({
    execute: ({ arguments: args }) => {
      if (args?.threads) {
        throw new Error(`Cannot reach postgres://u:${value}/x`);
      }
      return { token: TOKEN, publicToken: TOKEN.replace("tk", "pk") };
    },
    rrext_get_task_status: () => ({
      state: 3,
      completed: false,
      errors: [`Error*cannot log in with ${value}*x:1`],
    }),
    rrext_echo: ({ arguments: args }) => ({ message: args?.text }),
  });
  const shown: unknown[] = [];
  const session = await connect({
    ...server.target("memory"),
    env: { ROCKETRIDE_DB: value },
    onTrace: (record) => shown.push(record),
    onProtocolMessage: (text) => shown.push(text),
  });
  const pipeline = {
    components: [{
      id: "db",
      provider: "postgres",
      config: { url: "postgres://u:${ROCKETRIDE_DB}/x", password: "literal" },
    }],
    description: "at ${ROCKETRIDE_DB}",
  };
  const task = await use(session, { pipeline });
  const error = await assertRejects(
    () => use(session, { pipeline, threads: 2 }),
    RocketRideException,
    "Cannot reach postgres://u:***/x",
  );
  const status = await getTaskStatus(session, task);
  assertEquals(status.errors, ["Error*cannot log in with ***\*x:1"]);
  // An answer that is asked for by name is the caller's.
  const { body } = await dapRequest(session, "rrext_echo", { text: value });
  assertEquals(body?.message, value);
  await close(session);
  const all = looks({ error, status, shown, ...task, started: task.started });
  assert(all.includes("postgres://u:***/x"), all);
  for (const part of [KEY, "literal", TOKEN.slice(0, 10)]) {
    assertFalse(all.includes(part), all);
  }
});
