import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  begin,
  commit,
  dialect,
  query,
  rollback,
  transaction,
} from "@rocketride/streams/admin";
import {
  DAPException,
  ExecutionException,
  PipeException,
  ProtocolException,
} from "../../lib/errors.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import type { Session } from "../../lib/session/session.ts";
import { tool } from "../../lib/task/tool.ts";
import type { JsonValue } from "../../schema/json.ts";
import { hinted } from "../support/hinted.ts";
import {
  type PipeServer,
  pipeServer,
  refusing,
} from "../support/pipe_server.ts";
import { silent } from "../support/scripted_server.ts";

const TOOL = "rrext_process tool";

/** A server whose tools answer by name. */
function withTools(
  tools: Readonly<Record<string, (input: unknown) => JsonValue>>,
): Promise<PipeServer> {
  return pipeServer({
    [TOOL]({ arguments: args }): { result: JsonValue } {
      const found = tools[String(args?.tool)];
      if (!found) throw new Error(`No handler found for tool "${args?.tool}"`);
      return { result: found(args?.input) };
    },
  });
}

/** How servers without tools say so. */
const OLDER: Readonly<Record<string, () => Promise<PipeServer>>> = {
  "does not know the subcommand": () =>
    pipeServer({
      [TOOL]: refusing("Invalid subcommand tool"),
      close: () => ({ objectId: "1", answers: [[{ n: 1 }]] }),
    }),
  "hides that it does not": () =>
    pipeServer({
      [TOOL]: () => {},
      close: () => ({ objectId: "1", answers: [[{ n: 1 }]] }),
    }),
};

Deno.test("a tool is called by its name, with what it is given, on a task", async () => {
  await using server = await withTools({
    echo: (input) => input as JsonValue,
    nothing: () => null,
  });
  const { session } = server;
  const input = { q: [1, { deep: true }] };
  assertEquals(
    await tool(session, "tk_1", "echo", input, { node: "n1" }),
    input,
  );
  assertEquals(await tool(session, { token: "tk_1" }, "echo"), {});
  assertEquals(await tool(session, "tk_1", "nothing"), null);
  const [first, second] = server.requests;
  const asked = { subcommand: "tool", tool: "echo", token: "tk_1" };
  assertEquals(first?.arguments, { ...asked, nodeId: "n1", input });
  assertEquals(second?.arguments, { ...asked, nodeId: "", input: {} });
  assertEquals(first?.token, "tk_1");
});

Deno.test("a tool is called on a pipe that is open, and not on another one", async () => {
  await using server = await withTools({ echo: () => 1 });
  const { session } = server;
  const target = await pipe(session, "tk_1");
  assertEquals(await tool(session, target, "echo"), 1);
  assertEquals(server.requests.at(-1)?.arguments?.pipe_id, 0);
  await target.close();
  const before = server.requests.length;
  const error = await assertRejects(
    () => tool(session, target, "echo"),
    PipeException,
  );
  assertEquals(error.code, "pipe-closed");
  assertEquals(server.requests.length, before);
});

Deno.test("what is no call of a tool is found before any traffic", async () => {
  await using server = await withTools({});
  const { session } = server;
  const wrong: readonly (() => Promise<unknown>)[] = [
    () => tool(session, "tk_1", ""),
    () => tool(session, "tk_1", 1 as unknown as string),
    () => tool(session, "tk_1", "x", [] as never),
    () => tool(session, "tk_1", "x", "text" as never),
    () => tool(session, "", "x"),
    () => tool(session, "tk_1", "x", {}, { node: 1 as unknown as string }),
  ];
  for (const call of wrong) await assertRejects(call, TypeError);
  assertEquals(server.requests, []);
});

Deno.test("a tool that fails says so in its own words, with a code", async () => {
  const words: Readonly<Record<string, string>> = {
    "Out of credits": "execution-failed",
    'No handler found for tool "x" on node "n"': "tool-not-found",
    'Node "n" not found in pipeline': "tool-not-found",
    "Pipe 7 is not open": "pipe-closed",
    "Pipe 7 has failed": "pipe-failed",
    "Invalid subcommand tool": "unknown-command",
    "Your pipeline is not running": "task-not-running",
  };
  for (const [text, code] of Object.entries(words)) {
    await using server = await pipeServer({ [TOOL]: refusing(text) });
    const error = await assertRejects(
      () => tool(server.session, "tk_1", "x"),
      ExecutionException,
    );
    assertEquals([error.message, error.code], [hinted(text, error.hint), code]);
  }
});

Deno.test("a success without a result is no success", async () => {
  for (const body of [undefined, {}, { answer: 1 }]) {
    await using server = await pipeServer({ [TOOL]: () => body });
    const error = await assertRejects(
      () => tool(server.session, "tk_1", "x"),
      DAPException,
    );
    assertEquals(error.code, "unknown-command");
  }
});

Deno.test("the wait for a tool ends with its signal", async () => {
  await using server = await pipeServer({ [TOOL]: silent });
  const controller = new AbortController();
  const { signal } = controller;
  const calling = tool(server.session, "tk_1", "x", {}, { signal });
  await server.received(TOOL);
  controller.abort("enough");
  assertEquals(await calling.catch((reason) => reason), "enough");
});

Deno.test("a query is a call of a tool, with the values that it is given", async () => {
  const answer = { rows: [{ n: 1 }], affected_rows: 0 };
  await using server = await withTools({ execute: () => answer });
  const { session } = server;
  const given = [undefined, [], {}, [1, null], { name: "Ada" }];
  for (const params of given) {
    assertEquals(await query(session, "tk_1", "Q", { params }), answer);
  }
  assertEquals(server.requests.map((it) => it.arguments?.input), [
    { sql: "Q" },
    { sql: "Q" },
    { sql: "Q" },
    { sql: "Q", params: [1, null] },
    { sql: "Q", params: { name: "Ada" } },
  ]);
});

Deno.test("what answers a query with something else is not trusted", async () => {
  for (const odd of [null, 1, [], { rows: 1 }, { rows: [1] }, {}]) {
    await using server = await withTools({ execute: () => odd as JsonValue });
    await assertRejects(
      () => query(server.session, "tk_1", "Q"),
      ProtocolException,
    );
  }
});

for (const [how, older] of Object.entries(OLDER)) {
  Deno.test(`a server that ${how} is asked by a question, and for tools once`, async () => {
    await using server = await older();
    const { session } = server;
    const { rows, affected_rows: changed, result } = await query(
      session,
      "tk_1",
      "SELECT 1",
      { node: "db" },
    );
    assertEquals([rows, changed], [[{ n: 1 }], 0]);
    assertEquals(result?.objectId, "1");
    await query(session, "tk_1", "SELECT 2");
    const tools = server.log().filter((step) => step === "tool");
    assertEquals(tools.length, 1);
    for (
      const call of [
        () => query(session, "tk_1", "Q", { params: [1] }),
        () => begin(session, "tk_1"),
        () => transaction(session, "tk_1", () => Promise.resolve()),
      ]
    ) {
      const error = await assertRejects(call, DAPException);
      assertEquals(error.code, "not-supported");
    }
  });
}

Deno.test("dialect is a call of a tool", async () => {
  await using server = await withTools({
    dialect: () => ({ dialect: "postgres" }),
  });
  assertEquals(
    await dialect(server.session, "tk_1", { node: "db" }),
    "postgres",
  );
  assertEquals(server.requests[0]?.arguments?.nodeId, "db");
  await using odd = await withTools({ dialect: () => ({ dialect: "x" }) });
  await assertRejects(() => dialect(odd.session, "tk_1"), ProtocolException);
});

/** A database that remembers what it was told. */
async function bank(
  execute: (sql: unknown) => JsonValue = () => ({ rows: [], affected_rows: 1 }),
): Promise<PipeServer & { told(): unknown[] }> {
  const server = await withTools({
    begin: () => ({ session_id: "s1" }),
    commit: () => ({ ok: true }),
    rollback: () => ({ ok: true }),
    execute: (input) => execute((input as { sql: string }).sql),
  });
  const told = (): unknown[] =>
    server.requests.map(({ arguments: args }) => [
      args?.tool,
      (args?.input as { session_id?: string }).session_id,
      args?.nodeId,
    ]);
  return Object.assign(server, { told });
}

Deno.test("what is done in a transaction counts when its function returns", async () => {
  await using server = await bank();
  const value = await transaction(server.session, "tk_1", async (begun) => {
    assert(!JSON.stringify(begun).includes("tk_1"));
    const done = await query(server.session, begun, "UPDATE");
    return done.affected_rows;
  }, { node: "db" });
  assertEquals(value, 1);
  assertEquals(server.told(), [
    ["begin", undefined, "db"],
    ["execute", "s1", "db"],
    ["commit", "s1", "db"],
  ]);
});

/** Why what was done in a transaction does not count. */
const UNDONE: Readonly<
  Record<string, (session: Session, controller: AbortController) => unknown>
> = {
  "its function throws": async (session) => {
    await transaction(session, "tk_1", () => Promise.reject(new Error("No")));
  },
  "it is aborted": (session, controller) =>
    transaction(
      session,
      "tk_1",
      async () => await Promise.resolve(controller.abort(new Error("No"))),
      { signal: controller.signal },
    ),
  "it is rolled back by hand": async (session) => {
    await rollback(session, await begin(session, "tk_1"));
    throw new Error("No");
  },
};

for (const [why, run] of Object.entries(UNDONE)) {
  Deno.test(`what is done in a transaction is undone when ${why}`, async () => {
    await using server = await bank();
    const controller = new AbortController();
    await assertRejects(
      async () => await run(server.session, controller),
      Error,
      "No",
    );
    assertEquals(server.told(), [
      ["begin", undefined, ""],
      ["rollback", "s1", ""],
    ]);
  });
}

Deno.test("a transaction that is over, or that is one too many, has its code", async () => {
  const words: Readonly<Record<string, readonly [string, boolean]>> = {
    "unknown or expired transaction session": ["transaction-ended", false],
    "too many open DB transactions; try again later": ["database-busy", true],
    "Node needs allow_execute": ["permission-denied", false],
    "SQL execution failed: syntax": ["execution-failed", false],
    "More rows than max_execute_rows": ["execution-failed", false],
  };
  for (const [text, [code, retryable]] of Object.entries(words)) {
    await using server = await pipeServer({ [TOOL]: refusing(text) });
    const calls = [
      () => begin(server.session, "tk_1"),
      () => commit(server.session, { token: "tk_1", sessionId: "s", node: "" }),
      () => query(server.session, "tk_1", "Q"),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, ExecutionException, text);
      assertEquals([error.code, error.retryable], [code, retryable]);
    }
  }
});
