import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  dataPort,
  type EngineRig,
  refusalPort,
  withEngine,
} from "../support/engine_rig.ts";
import { databaseNode } from "../support/database_node.ts";
import type { Body } from "../support/raw_client.ts";
import { testNode } from "../support/test_nodes.ts";

const helper = (id: string, provider: string, classType: string): object => {
  return { id, provider, config: {}, control: [{ classType, from: "agent" }] };
};

const PIPELINE = {
  project_id: "p",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "agent",
      provider: "agent_rocketride",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
    {
      id: "out",
      provider: "response_answers",
      config: {},
      input: [{ lane: "answers", from: "agent" }],
    },
    helper("files", "tool_filesystem", "tool"),
    helper("web", "tool_http_request", "tool"),
    helper("notes", "memory_internal", "memory"),
    helper("model", "llm_mock", "llm"),
    {
      id: "db",
      provider: "test_database",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
    {
      id: "own",
      provider: "own_tools",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
  ],
};

/** What the node has seen of its life. */
const seen: string[] = [];

const ownTools = testNode({
  provider: "own_tools",
  lanes: { questions: [] },
  instance: (pipe) => {
    pipe.signal.addEventListener("abort", () => seen.push("gone"));
    return {
      open: () => void seen.push("open"),
      invoke: ({ op, args: { tool } }) => {
        if (op !== "invoke") return undefined;
        if (tool === "nothing") return null;
        if (tool === "fails") throw new Error("it is broken");
        if (tool === "hangs") return new Promise(() => {});
        return undefined;
      },
    };
  },
});

async function withTools(
  test: (
    rig: EngineRig & {
      readonly token: string;
      tool(tool: unknown, args?: object): Promise<Body>;
      fails(tool: unknown, args?: object): Promise<string>;
    },
  ) => Promise<void>,
): Promise<void> {
  const nodes = [databaseNode(), ownTools];
  await withEngine(nodes, async (rig) => {
    const { token } = await rig.start(PIPELINE as never, { threads: 2 });
    const argsOf = (tool: unknown, args: object): object => {
      return {
        subcommand: "tool",
        tool,
        nodeId: "",
        input: {},
        token,
        ...args,
      };
    };
    await test({
      ...rig,
      token,
      tool: async (tool, args = {}) =>
        (await rig.client.ok("rrext_process", argsOf(tool, args))).result,
      fails: (tool, args = {}) =>
        rig.client.fails("rrext_process", argsOf(tool, args)),
    });
  });
}

Deno.test("tools are used by their own name and by their public one", async () => {
  await withTools(async ({ tool, client, token }) => {
    assertEquals(await tool("list_directory", { nodeId: "files" }), {
      entries: [],
      count: 0,
    });
    assertEquals((await tool("files.list_directory")).count, 0);
    const put = { nodeId: "notes", input: { key: "a", value: 1 } };
    assertEquals(await tool("put", put), { ok: true, key: "a" });
    // A borrowed pipe is an object of its own: nothing stays in its memory.
    const got = await tool("get", { nodeId: "notes", input: { key: "a" } });
    assertEquals(got.ok, false);
    assertEquals(await tool("nothing"), null);
    // It is no object that is counted.
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals([status.totalCount, status.pipeflow.totalPipes], [0, 0]);
  });
});

Deno.test("a node that takes part is opened, and gone when its tool is done", async () => {
  await withTools(async ({ tool, client, token }) => {
    seen.splice(0);
    await tool("nothing", { nodeId: "own" });
    assertEquals(seen, ["open", "gone"]);
    seen.splice(0);
    const port = dataPort(client, token);
    const pipe_id = await port.open("application/rocketride-question");
    await tool("nothing", { nodeId: "own", pipe_id });
    assertEquals(seen, ["open"]);
    await port.close(pipe_id);
  });
});

Deno.test("on an open pipe tools share what the pipe has", async () => {
  await withTools(async ({ tool, fails, client, token, connect }) => {
    const port = dataPort(client, token);
    const pipe_id = await port.open("application/rocketride-question");
    const input = { key: "a", value: [1] };
    await tool("put", { nodeId: "notes", input, pipe_id });
    const got = await tool("get", { nodeId: "notes", input, pipe_id });
    assertEquals(got.value, [1]);
    // A tool that fails fails no object.
    await fails("fails", { pipe_id });
    const other = await connect();
    const args = { subcommand: "tool", tool: "put", token, pipe_id };
    const text = `Pipe ${pipe_id} is not open`;
    assertEquals(await other.fails("rrext_process", args), text);
    await refusalPort(client, token).write(pipe_id, "no question");
    assertEquals(await fails("put", { pipe_id }), `Pipe ${pipe_id} has failed`);
    await port.close(pipe_id);
    assertEquals(await fails("put", { pipe_id }), text);
  });
});

Deno.test("databases are tools: queries and transactions", async () => {
  await withTools(async ({ tool, fails }) => {
    assertEquals(await tool("dialect"), { dialect: "postgres" });
    const { session_id } = await tool("begin", { nodeId: "db" });
    const input = { sql: "select 1", session_id, params: [1] };
    assertEquals(await tool("execute", { input }), {
      rows: [{ sql: "select 1", params: [1] }],
      affected_rows: 0,
    });
    assertEquals(await tool("commit", { input: { session_id } }), { ok: true });
    assertStringIncludes(
      await fails("rollback", { input: { session_id } }),
      "unknown or expired transaction session",
    );
  });
});

Deno.test("what cannot be used is refused with the reason", async () => {
  await withTools(async ({ fails, client, token }) => {
    assertEquals(await fails(""), "tool is required");
    assertEquals(await fails(undefined), "tool is required");
    assertEquals(
      await fails("put", { nodeId: "nowhere" }),
      'Node "nowhere" not found in pipeline',
    );
    assertEquals(
      await fails("nowhere", { nodeId: "notes" }),
      'No handler found for tool "nowhere" on node "notes"',
    );
    assertEquals(
      await fails("begin", { nodeId: "files" }),
      'No handler found for tool "begin" on node "files"',
    );
    assertStringIncludes(await fails("fails"), "it is broken");
    assertStringIncludes(
      await fails("read_file", { nodeId: "files" }),
      "'arguments.path' is missing",
    );
    await client.ok("terminate", { token });
    const args = { subcommand: "tool", tool: "put", token };
    const { message, ...response } = await client.request(
      "rrext_process",
      args,
    );
    assertEquals(message, "Your pipeline is not running");
    assertEquals(Object(response).code, "TASK_NOT_REGISTERED");
  });
});

Deno.test("a tool that never answers holds its slot until its caller is gone", async () => {
  await withTools(async ({ client, connect, token, tool }) => {
    const hanging = await connect();
    const args = { subcommand: "tool", tool: "hangs", token };
    void hanging.request("rrext_process", args);
    void hanging.request("rrext_process", args);
    await hanging.ok("rrext_ping");
    const { pipeflow } = await client.ok("rrext_get_task_status", { token });
    assertEquals(pipeflow.totalPipes, 2);
    const waiting = tool("nothing");
    await hanging.close();
    assertEquals(await waiting, null);
    assert(token);
  });
});
