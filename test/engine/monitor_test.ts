import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type MonitorKey,
  readMask,
  Subscriptions,
} from "../../lib/engine/monitor/monitors.ts";
import { RocketRideException } from "../../lib/errors.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import type { Body, RawClient } from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");
const ADDRESS = { projectId: "project", source: "a" };

/** Names of the events that arrived since `from` messages. */
function eventsSince(client: RawClient, from: number): string[] {
  return client.received.slice(from).flatMap((message) =>
    message.type === "event" ? [message.event] : []
  );
}

Deno.test("a monitor names a token or an address, and not both", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const fails = (args: object): Promise<string> =>
      client.fails("rrext_monitor", { types: ["TASK"], ...args });
    const neither = "You must specifiy either token or project_id/source";
    assertEquals(await fails({}), neither);
    assertEquals(await fails({ projectId: "p" }), neither);
    assertEquals(await fails({ source: "a" }), neither);
    assertEquals(
      await fails({ token, ...ADDRESS }),
      "You must specifiy either token or project_id/source, not both",
    );
    assertEquals(
      await fails({ token: "unknown" }),
      "Your pipeline is not running",
    );
  });
});

Deno.test("the reply to a monitor has no body", async () => {
  await withEngine([], async ({ client }) => {
    const args = { token: "*", types: [] };
    const response = await client.request("rrext_monitor", args);
    assertEquals(response.success, true);
    assertEquals("body" in response, false);
  });
});

Deno.test("kinds are read as names, masks and digits", () => {
  assertEquals(readMask({ types: ["summary", "Task"] }), 36);
  assertEquals(readMask({ types: ["ALL"] }), 1023);
  assertEquals(readMask({ types: ["NONE"] }), 0);
  assertEquals(readMask({ types: 36 }), 36);
  assertEquals(readMask({ types: "36" }), 36);
  assertEquals(readMask({ types: [4, "32"] }), 36);
  assertEquals(readMask({ types: ["toString", "__proto__", null] }), 0);
  assertEquals(readMask({ listenType: 36 }), 36);
  assertEquals(readMask({ types: ["SSE"], listenType: 36 }), 64);
  assertEquals(readMask({}), 0);
});

Deno.test("a mask out of range fails and changes nothing", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["TASK"] });
    for (const types of [1024, "1024", -1, 1.5, [4, 1300]]) {
      const fault = await client.fails("rrext_monitor", { token, types });
      assert(fault.endsWith("is not a valid event mask"), fault);
    }
    await client.ok("terminate", { token });
    assertEquals(client.events("apaevt_task").length, 2);
  });
});

Deno.test("each call replaces the kinds of its target", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["SUMMARY", "TASK"] });
    // The address and the token of a task are the same target.
    await client.ok("rrext_monitor", { ...ADDRESS, types: ["OUTPUT"] });
    const before = client.received.length;
    await client.ok("terminate", { token });
    assertEquals(eventsSince(client, before), []);
  });
});

Deno.test("a connection watches so many things and no more", () => {
  const subscriptions = new Subscriptions();
  const key = (projectId: string, source: string): MonitorKey => {
    return { kind: "source", projectId, source };
  };
  for (let at = 0; at < 4_096; at++) subscriptions.set(key("p", `${at}`), 1);
  assertThrows(
    () => subscriptions.set(key("p", "more"), 1),
    RocketRideException,
    "Too many subscriptions",
  );
  assertEquals(subscriptions.set(key("p", "0"), 3), 2);
  assertEquals(subscriptions.set(key("p", "more"), 0), 0);
  subscriptions.set(key("p", "1"), 0);
  assertEquals(subscriptions.set(key("p", "more"), 1), 1);
});

Deno.test("unknown names alone end the subscription, as on a server", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["ALL"] });
    const types = ["apaevt_status_upload", "apaevt_status_processing"];
    await client.ok("rrext_monitor", { token, types });
    const before = client.received.length;
    await client.ok("terminate", { token });
    assertEquals(eventsSince(client, before), []);
  });
});

Deno.test("targets are told apart whatever characters they hold", () => {
  const subscriptions = new Subscriptions();
  const key = (projectId: string, source: string, pipeId?: number) => {
    return { kind: "source", projectId, source, pipeId } as const;
  };
  subscriptions.set(key("a.b", "c"), 1);
  subscriptions.set(key("a", "b.c"), 2);
  assertEquals(subscriptions.maskFor({ projectId: "a.b", source: "c" }), 1);
  assertEquals(subscriptions.maskFor({ projectId: "a", source: "b.c" }), 2);
  assertEquals(subscriptions.maskFor({ projectId: "a.b.c", source: "" }), 0);
});

Deno.test("a pipe's subscription gets that pipe's events only", () => {
  const subscriptions = new Subscriptions();
  const source = { kind: "source", projectId: "p", source: "s" } as const;
  assertEquals(subscriptions.set({ ...source, pipeId: 3 }, 68), 68);
  const topic = { projectId: "p", source: "s" };
  assertEquals(subscriptions.maskFor({ ...topic, pipeId: 3 }), 68);
  assertEquals(subscriptions.maskFor({ ...topic, pipeId: 4 }), 0);
  assertEquals(subscriptions.maskFor(topic), 0);
  assertEquals(subscriptions.set({ ...source, source: "*" }, 2), 2);
  assertEquals(subscriptions.set({ kind: "all" }, 1), 1);
  assertEquals(subscriptions.maskFor({ ...topic, pipeId: 4 }), 3);
  assertEquals(subscriptions.maskFor({ ...topic, projectId: "q" }), 1);
  assertEquals(subscriptions.set({ ...source, pipeId: 3 }, 64 | 1), 1);
  assertEquals(subscriptions.set({ ...source, pipeId: 3 }, 0), 0);
  assertEquals(subscriptions.set({ kind: "all" }, 0), 0);
  assertEquals(subscriptions.maskFor({ ...topic, pipeId: 3 }), 2);
});

Deno.test("an event reaches a connection once, however many targets match", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    for (
      const target of [
        { token: "*" },
        { token },
        { projectId: "project", source: "*" },
      ]
    ) {
      await client.ok("rrext_monitor", { ...target, types: ["TASK"] });
    }
    await client.ok("terminate", { token });
    const ends = client.events("apaevt_task").filter(({ action }) =>
      action === "end"
    );
    assertEquals(ends.length, 1);
  });
});

Deno.test("a new kind is answered with what is known, before the reply", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token, id } = await start(PIPELINE);
    const subscribe = async (
      target: object,
      types: string[],
    ): Promise<Body[]> => {
      const before = client.received.length;
      await client.ok("rrext_monitor", { ...target, types });
      const arrived = client.received.slice(before);
      assertEquals(arrived.at(-1)?.type, "response");
      return arrived.slice(0, -1);
    };
    const both = await subscribe({ token }, ["SUMMARY", "TASK"]);
    assertEquals(both.map(({ event }) => event), [
      "apaevt_status_update",
      "apaevt_task",
    ]);
    assertEquals(both[0].body.state, 3);
    assertEquals(both[0].body.__id, id);
    assertEquals(both[1].body, {
      action: "running",
      tasks: [{
        id,
        name: `${id}.a`,
        ...ADDRESS,
        runKind: "dev",
        teamId: "",
      }],
      __id: "",
    });
    // Nothing is new the second time, and after a pause everything is.
    assertEquals(await subscribe({ token }, ["TASK", "SUMMARY"]), []);
    await subscribe({ token }, []);
    assertEquals((await subscribe({ token }, ["SUMMARY"])).length, 1);
  });
});

Deno.test("the status of what does not run says so", async () => {
  await withEngine([], async ({ client, start }) => {
    const types = ["SUMMARY"];
    await client.ok("rrext_monitor", { ...ADDRESS, types });
    const [empty] = client.events("apaevt_status_update");
    assertEquals(empty.state, 0);
    assertEquals(empty.status, "Not running");
    assertEquals(empty.completed, false);
    assertEquals(empty.__id, "project.a");
    // For everything there is no such word.
    await client.ok("rrext_monitor", { token: "*", types });
    assertEquals(client.events("apaevt_status_update").length, 1);
    // What ended is shown as it ended.
    const { token } = await start(PIPELINE);
    await client.ok("terminate", { token });
    await client.ok("rrext_monitor", { ...ADDRESS, types: [] });
    await client.ok("rrext_monitor", { ...ADDRESS, types });
    assertEquals(client.events("apaevt_status_update").at(-1).state, 6);
  });
});

Deno.test("all sources of a project are shown, the running ones", async () => {
  await withEngine([], async ({ client, start }) => {
    await start(PIPELINE);
    await start({ ...chain("text", "z=entry"), project_id: "project" });
    const ended = await start(chain("text", "y=entry"));
    await client.ok("terminate", ended);
    await client.ok("rrext_monitor", {
      projectId: "project",
      source: "*",
      types: ["SUMMARY"],
    });
    const sources = client.events("apaevt_status_update").map(({ source }) =>
      source
    );
    assertEquals(sources, ["a", "z"]);
  });
});

Deno.test("the list of tasks has all that are active, whatever is watched", async () => {
  await withEngine([], async ({ client, start }) => {
    await start(PIPELINE);
    const ended = await start(PIPELINE, { token: "second" });
    await client.ok("terminate", ended);
    await client.ok("rrext_monitor", {
      projectId: "other",
      source: "b",
      types: ["TASK"],
    });
    const [{ tasks }] = client.events("apaevt_task");
    assertEquals(tasks.map(({ source }: Body) => source), ["a"]);
  });
});

Deno.test("status updates come at once on a change of state, else once a second", async () => {
  await withEngine([], async ({ client, clock, start }) => {
    const { token } = await start(PIPELINE);
    await client.ok("rrext_monitor", { token, types: ["SUMMARY"] });
    const count = (): number => client.events("apaevt_status_update").length;
    await clock.advance(5_000);
    assertEquals(count(), 1);
    const port = dataPort(client, token);
    for (let n = 0; n < 20; n++) await port.send("text/plain", "x");
    assertEquals(count(), 2);
    await clock.advance(999);
    assertEquals(count(), 2);
    await clock.advance(1);
    assertEquals(count(), 3);
    const { completedCount } = client.events("apaevt_status_update")[2];
    assertEquals(completedCount, 20);
    await clock.advance(10_000);
    assertEquals(count(), 3);
    await port.send("text/plain", "x");
    await client.ok("terminate", { token });
    // One for the object, one for each of two states.
    assertEquals(count(), 6);
  });
});

Deno.test("where objects are is reported once a second, while that is watched and changes", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ on: { text: () => gate.promise } }),
  });
  await withEngine([slow], async ({ client, clock, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=slow"));
    const port = dataPort(client, token);
    const pipe = await port.open();
    const before = clock.timers;
    await clock.advance(5_000);
    await client.ok("rrext_monitor", { token, types: ["SUMMARY"] });
    const paths = (): Body[] =>
      client.events("apaevt_status_update").map(({ pipeflow }) =>
        pipeflow.byPipe["0"]
      );
    const write = port.write(pipe, "x");
    await clock.advance(999);
    assertEquals(paths(), [[]]);
    await clock.advance(1);
    assertEquals(paths(), [[], ["a", "b"]]);
    await clock.advance(5_000);
    assertEquals(paths().length, 2);
    gate.resolve();
    await write;
    await clock.advance(1_000);
    assertEquals(paths(), [[], ["a", "b"], []]);
    await client.ok("rrext_monitor", { token, types: [] });
    await clock.advance(1_000);
    assertEquals(clock.timers, before);
  });
});

Deno.test("details and printed lines are told as they happen", async () => {
  const chatty = testNode({
    provider: "chatty",
    start: (context) => {
      context.status("Ready");
      context.note("Knock");
    },
    instance: (pipe) => ({
      on: {
        text: () => {
          pipe.warn("Careful");
          throw new Error("Oops");
        },
      },
    }),
  });
  await withEngine([chatty], async ({ client, start }) => {
    const types = ["DETAIL", "OUTPUT"];
    await client.ok("rrext_monitor", { ...ADDRESS, types });
    const { token, id } = await start(chain("text", "a=entry", "b=chatty"));
    const port = dataPort(client, token);
    const pipe = await port.open("text/plain", { name: "n", size: 4 });
    const write = { subcommand: "write", pipe_id: pipe, token, data: "x" };
    await client.fails("rrext_process", write);
    await port.close(pipe);
    const last = (name: string): Body => client.events(name).at(-1);
    const __id = id;
    assertEquals(last("apaevt_status_message"), { message: "Ready", __id });
    assertEquals(last("apaevt_status_user"), { notes: ["Knock"], __id });
    assertEquals(last("apaevt_status_object"), { object: "n", size: 4, __id });
    assertEquals(last("apaevt_status_warning"), { message: "Careful", __id });
    assertEquals(last("apaevt_status_error"), { message: "Oops", __id });
    assertEquals(last("apaevt_status_counts").failedCount, 1);
    assertEquals(
      client.events("output").map(({ output }) => output),
      ["Ready\n", "Careful\n", "Oops\n"],
    );
    assertEquals(last("output").category, "console");
  });
});

Deno.test("a node's messages reach those who watch its pipe", async () => {
  const thinker = testNode({
    provider: "thinker",
    instance: (pipe) => ({
      on: {
        text: (text) => {
          pipe.sse("thinking", { message: text });
          pipe.sse("done");
          pipe.sse("empty", {});
        },
      },
    }),
  });
  await withEngine([thinker], async ({ client, connect, start }) => {
    const { token, id } = await start(chain("text", "a=entry", "b=thinker"));
    const port = dataPort(client, token);
    const first = await port.open();
    const second = await port.open();
    const types = ["SSE"];
    await client.ok("rrext_monitor", { token, types, pipeId: second });
    const other = await connect();
    await other.ok("rrext_monitor", { token: "*", types });
    await port.write(first, "one");
    await port.write(second, "two");
    const two = { pipe_id: 1, type: "thinking", data: { message: "two" } };
    assertEquals(client.events("apaevt_sse"), [
      { ...two, __id: id },
      { pipe_id: 1, type: "done", __id: id },
      { pipe_id: 1, type: "empty", __id: id },
    ]);
    assertEquals(other.events("apaevt_sse").length, 6);
    await client.ok("rrext_monitor", { token, types: [], pipeId: second });
    await port.write(second, "more");
    assertEquals(client.events("apaevt_sse").length, 3);
  });
});

Deno.test("a connection that ends is watched for no longer", async () => {
  await withEngine([], async ({ client, connect, start }) => {
    const other = await connect();
    const { token } = await start(PIPELINE);
    await other.ok("rrext_monitor", { token, types: ["ALL"] });
    await other.close();
    const before = other.received.length;
    await client.ok("terminate", { token });
    assertEquals(other.received.length, before);
  });
});

Deno.test("figures are told when a task begins to run and when it ends, as there are none", async () => {
  await withEngine([], async ({ client, start }) => {
    const target = { projectId: "project", source: "a" };
    await client.ok("rrext_monitor", { ...target, types: ["DETAIL"] });
    const pipeline = chain("text", "a=entry", "b=response_all");
    const { token, id } = await start(pipeline);
    await client.ok("terminate", { token });
    const { metrics } = await client.ok("rrext_get_task_status", { token });
    assertEquals(new Set(Object.values(metrics)), new Set([0]));
    const body = { metrics, __id: id };
    assertEquals(client.events("apaevt_status_metrics"), [body, body]);
  });
});
